using System.Globalization;
using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Audit.Internal.Http;

/// <summary><c>/v1/audit</c>.</summary>
internal static class AuditEndpoints
{
    private const int GroupsMax = 1_000;

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(1);

    private static readonly string[] DefaultKeys = ["profile", "route", "dataset"];

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/audit").WithTags("audit").Needs(AccessAction.Admin);
        group.MapGet("summary", ShowAsync).TakesQuery(["since", "until", "by", "limit"]).WithSummary("Counts, errors, times and spending, by what made them");
        group.MapPost("flush", FlushAsync).WithSummary("Writes the rows that wait");
        return routes;
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context, AuditLog log, AuditSummary summary, TimeProvider time, string? since, string? until, string? by, string? limit)
    {
        var now = time.GetUtcNow();
        var end = string.IsNullOrEmpty(until) ? now : ReadTime("until", until, now);
        var start = string.IsNullOrEmpty(since) ? end - DefaultSpan : ReadTime("since", since, now);
        if (start >= end)
        {
            throw JsonMembers.Invalid("since is not before until");
        }

        var keys = by is null ? DefaultKeys : by.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        if (keys.FirstOrDefault(k => !AuditSummary.Keys.ContainsKey(k)) is { } unknown)
        {
            throw JsonMembers.Invalid($"by has '{unknown}', and it can have {string.Join(", ", AuditSummary.Keys.Keys)}, separated by commas");
        }

        await log.FlushAsync(context.RequestAborted);
        return TypedResults.Bytes(
            await summary.WriteAsync(start, end, keys, PageLimit.Parse(limit, GroupsMax), context.RequestAborted), "application/json");
    }

    private static async Task<IResult> FlushAsync(AuditLog log, CancellationToken cancellationToken)
    {
        await log.FlushAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>A time, or how long ago it is.</summary>
    private static DateTimeOffset ReadTime(string name, string text, DateTimeOffset now) =>
        Duration.TryParse(text, out var ago) && ago <= now - DateTimeOffset.UnixEpoch ? now - ago
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw JsonMembers.Invalid($"{name} is a time in ISO 8601, or how long ago it is ({Duration.Syntax})");
}
