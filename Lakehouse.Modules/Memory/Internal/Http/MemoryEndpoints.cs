using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Memory.Internal.Http;

/// <summary><c>/v1/memory</c>.</summary>
internal static class MemoryEndpoints
{
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

    private sealed record SpaceList(IReadOnlyList<SpaceInfo> Spaces);

    private sealed record VersionAnswer(long Version);

    private sealed record ForgetAnswer(long Forgotten);

    private sealed record ImportAnswer(int Remembered, string Dataset, long Version);
}
