using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Storage.Internal.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Storage.Internal.Http;

/// <summary><c>GET /v1/journal</c>.</summary>
internal static class JournalEndpoint
{
    private const int PageMax = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/journal", ListAsync).WithTags("storage").TakesQuery("since", "limit").WithSummary("What operators should know, the oldest first");

    private static async Task<Ok<JournalResponse>> ListAsync(
        JournalWriter journal, CancellationToken cancellationToken, string? since = null, string? limit = null)
    {
        var countMax = PageLimit.Parse(limit, PageMax);
        var entries = await journal.ReadAsync(TimeOf(since), countMax, cancellationToken);
        return TypedResults.Ok(new JournalResponse([.. entries.Take(countMax)], entries.Count > countMax));
    }

    private static DateTime TimeOf(string? since) => since is null ? DateTime.UnixEpoch
        : DateTime.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_since", $"since is '{since}'; it is a time, as 2026-01-31T12:00:00Z.");

    private sealed record JournalResponse(IReadOnlyList<JournalEntry> Entries, bool Truncated);
}
