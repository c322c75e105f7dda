using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Lakehouse.Core.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary><c>/v1/ingest/jobs</c>, and the answer to a sender who does not wait (RFC 7240, section 4.1).</summary>
internal static class JobEndpoints
{
    private const string Path = "/v1/ingest/jobs";
    private const string Asynchronous = "respond-async";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup(Path).WithTags("ingest").Needs(AccessAction.Ingest);
        jobs.MapGet(string.Empty, (IIngestJobs all) => TypedResults.Ok(new JobList([.. all.List().Select(JobResponse.From)])))
            .WithSummary("The ingests that run, and the last of those that nobody waited for");
        jobs.MapGet("/{id}", (string id, IIngestJobs all) => TypedResults.Ok(JobResponse.From(all.Find(id)))).WithSummary("An ingest as it is now");
        jobs.MapGet("/{id}/events", Events).WithSummary("The progress of an ingest, as server-sent events");
        jobs.MapDelete("/{id}", async (string id, IIngestJobs all) => TypedResults.Ok(JobResponse.From(await all.CancelAsync(id))))
            .WithSummary("Cancels an ingest, of which nothing is left then");
    }

    /// <summary>Whether the sender prefers not to wait.</summary>
    public static bool IsAsynchronous(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(v => (v ?? string.Empty).Split(','))
        .Any(p => p.Split(';')[0].Trim().Equals(Asynchronous, StringComparison.OrdinalIgnoreCase));

    /// <summary>202, and where the job can be seen.</summary>
    public static Accepted<JobResponse> Accept(HttpContext context, IngestJob job)
    {
        context.Response.Headers["Preference-Applied"] = Asynchronous;
        return TypedResults.Accepted($"{Path}/{job.Id}", JobResponse.From(job));
    }

    private static ServerSentEventsResult<JobResponse> Events(HttpContext context, string id, IIngestJobs all)
    {
        all.Find(id); // a 404 comes before the stream
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return TypedResults.ServerSentEvents(WatchAsync(id, all, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<JobResponse>> WatchAsync(
        string id, IIngestJobs all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var job in all.WatchAsync(id, cancellationToken))
        {
            yield return new SseItem<JobResponse>(JobResponse.From(job), job.State is IngestJobState.Running ? "progress" : "end");
        }
    }

    private sealed record JobList(IReadOnlyList<JobResponse> Jobs);
}
