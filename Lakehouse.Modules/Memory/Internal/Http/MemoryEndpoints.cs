using System.Globalization;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Memory.Internal.Http;

/// <summary><c>/v1/memory</c>.</summary>
internal static class MemoryEndpoints
{
    private static readonly JsonSerializerOptions LineForm = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const long BodyBytesMax = 16 << 20;

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("/v1/memory").WithTags("memory");
        all.MapGet(string.Empty, List).Needs(AccessAction.Search).WithSummary("The spaces");
        var space = all.MapGroup("{space}");
        space.MapGet(string.Empty, Show).Needs(AccessAction.Search, ResourceKind.Space, "space").WithSummary("A space");
        Change("remember", RememberAsync, AccessAction.Ingest).WithSummary("Adds what was done, and how it went");
        Change("recall", RecallAsync, AccessAction.Search).WithSummary("Finds what fits a task");
        Change("feedback", FeedbackAsync, AccessAction.Ingest).WithSummary("Tells an outcome later");
        Change("forget", ForgetAsync, AccessAction.Ingest).WithSummary("Removes memories");
        Change("import", ImportAsync, AccessAction.Ingest)
            .WithMetadata(AnyContentType.Instance)
            .TakesQuery([.. TraceImport.Members])
            .WithSummary("Adds traces of other programs: lines of JSON");
        space.MapPost("distill", DistillAsync).Needs(AccessAction.Ingest, ResourceKind.Space, "space").WithMetadata(ReadsBody.Instance)
            .WithSummary("Makes playbooks of the memories");
        space.MapGet("playbooks/check", CheckAsync).Needs(AccessAction.Search, ResourceKind.Space, "space")
            .WithSummary("Proves that each playbook stands in its sources");
        space.MapGet("playbooks/export", ExportAsync).Needs(AccessAction.Search, ResourceKind.Space, "space")
            .TakesQuery(["split", "test_percent", "min_outcome"])
            .WithSummary("The memories that succeeded, as conversations for fine-tuning");
        return routes;

        RouteHandlerBuilder Change(string call, Delegate handler, AccessAction action) =>
            space.MapPost(call, handler).Needs(action, ResourceKind.Space, "space").WithMetadata(ReadsBody.Instance);
    }

    private static IResult List(IMemories memories) => TypedResults.Ok(new SpaceList(memories.List()));

    private static IResult Show(IMemories memories, string space) => TypedResults.Ok(memories.Show(SpaceName.Parse(space)));

    private static async Task<IResult> RememberAsync(HttpContext context, IMemories memories, string space)
    {
        var name = SpaceName.Parse(space);
        using var body = await RequestBody.ReadObjectAsync(context, BodyBytesMax, "the largest body of a remember", MemoryBody.RememberForm);
        return TypedResults.Ok(await memories.RememberAsync(name, MemoryBody.ReadMemories(body.RootElement), context.RequestAborted));
    }

    private static async Task<IResult> RecallAsync(HttpContext context, IMemories memories, string space)
    {
        var name = SpaceName.Parse(space);
        using var body = await RequestBody.ReadObjectAsync(context, MemoryBody.RecallForm);
        return TypedResults.Ok(await memories.RecallAsync(name, MemoryBody.ReadRecall(body.RootElement), context.RequestAborted));
    }

    private static async Task<IResult> FeedbackAsync(HttpContext context, IMemories memories, string space)
    {
        var name = SpaceName.Parse(space);
        using var body = await RequestBody.ReadObjectAsync(context, MemoryBody.FeedbackForm);
        var members = new JsonMembers(body.RootElement);
        var (id, outcome, note) = (members.RequiredText("id"), members.Number("outcome") ?? throw members.Missing("outcome"), members.Text("note"));
        members.Complete();
        return TypedResults.Ok(new VersionAnswer(await memories.FeedbackAsync(name, id, outcome, note, context.RequestAborted)));
    }

    private static async Task<IResult> ForgetAsync(HttpContext context, IMemories memories, string space)
    {
        var name = SpaceName.Parse(space);
        using var body = await RequestBody.ReadObjectAsync(context, MemoryBody.ForgetForm);
        var members = new JsonMembers(body.RootElement);
        var ids = members.Texts("ids") ?? throw members.Missing("ids");
        members.Complete();
        return TypedResults.Ok(new ForgetAnswer(await memories.ForgetAsync(name, ids, context.RequestAborted)));
    }

    private static async Task<IResult> ImportAsync(HttpContext context, IMemories memories, MemoryOptions options, string space)
    {
        var name = SpaceName.Parse(space);
        var names = TraceImport.Members.ToDictionary(m => m, m => context.Request.Query[m] is [{ Length: > 0 } given] ? given : m, StringComparer.Ordinal);
        var body = await RequestBody.ReadAsync(context, options.MaxImportBytes, "memory.max_import_bytes");
        var traces = new TraceImport(names).Read(body.Span);
        var done = await memories.RememberAsync(name, traces, context.RequestAborted);
        return TypedResults.Ok(new ImportAnswer(traces.Count, done.Dataset, done.Version));
    }

    private static async Task<IResult> DistillAsync(HttpContext context, IPlaybooks playbooks, string space)
    {
        var name = SpaceName.Parse(space);
        using var body = await RequestBody.ReadObjectAsync(context, MemoryBody.DistillForm);
        var members = new JsonMembers(body.RootElement);
        var request = new DistillRequest(members.Number("threshold"), members.Number("share"));
        members.Complete();
        return TypedResults.Ok(await playbooks.DistillAsync(name, request, context.RequestAborted));
    }

    private static async Task<IResult> CheckAsync(HttpContext context, IPlaybooks playbooks, string space) =>
        TypedResults.Ok(await playbooks.CheckAsync(SpaceName.Parse(space), context.RequestAborted));

    private static async Task ExportAsync(
        HttpContext context, IPlaybooks playbooks, string space, string? split,
        [FromQuery(Name = "test_percent")] string? testShare, [FromQuery(Name = "min_outcome")] string? least)
    {
        const int testPercent = 10;
        const double outcome = 0.5;
        var request = new ExportRequest(
            split switch { null or "train" => false, "test" => true, _ => throw JsonMembers.Invalid("split is \"train\" or \"test\"") },
            testShare is null ? testPercent
                : int.TryParse(testShare, CultureInfo.InvariantCulture, out var percent) ? percent
                : throw JsonMembers.Invalid("test_percent is a whole number from 0 to 100"),
            least is null ? outcome
                : double.TryParse(least, CultureInfo.InvariantCulture, out var number) ? number
                : throw JsonMembers.Invalid("min_outcome is a number from 0 to 1"));
        context.Response.ContentType = "application/x-ndjson";
        await playbooks.ExportAsync(
            SpaceName.Parse(space),
            request,
            async line =>
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, line, LineForm, context.RequestAborted);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
            },
            context.RequestAborted);
    }

    private sealed record SpaceList(IReadOnlyList<SpaceInfo> Spaces);

    private sealed record VersionAnswer(long Version);

    private sealed record ForgetAnswer(long Forgotten);

    private sealed record ImportAnswer(int Remembered, string Dataset, long Version);
}
