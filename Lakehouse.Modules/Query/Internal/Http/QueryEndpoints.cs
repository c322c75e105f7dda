using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Query.Internal.Stored;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Query.Internal.Http;

/// <summary><c>/v1/sql</c> and <c>/v1/queries</c>.</summary>
internal static class QueryEndpoints
{
    private const string QueryIdHeader = "X-Lakehouse-Query-Id";
    private const string DatasetsHeader = "X-Lakehouse-Datasets";
    private const string CacheHeader = "X-Lakehouse-Cache";

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        var sql = routes.MapGroup("/v1/sql").WithTags("query").Needs(AccessAction.Read);
        sql.MapPost(string.Empty, PostAsync)
            .TakesQuery(SqlOptions.Names)
            .WithMetadata(ReadsBody.Instance)
            .WithSummary("Runs one SELECT-like statement over the datasets");
        sql.MapGet(string.Empty, GetAsync).TakesQuery(["q", .. SqlOptions.Names]).WithSummary("As POST, with the statement in the address");
        var queries = routes.MapGroup("/v1/queries").WithTags("query").Needs(AccessAction.Read);
        queries.MapGet(string.Empty, ListAsync).WithSummary("The queries that run, and the last that have ended");
        queries.MapDelete("/{id}", Cancel).WithSummary("Cancels a query");
        return routes;
    }

    private static Task PostAsync(HttpContext context, IQueryEngine engine, QueryOptions options) =>
        WithIdAsync(context, () => PostOneAsync(context, engine, options));

    private static async Task PostOneAsync(HttpContext context, IQueryEngine engine, QueryOptions options)
    {
        using var json = await QueryBody.ReadAsync(context, options, "{\"sql\":\"SELECT 1\"}");
        var body = new JsonMembers(json.RootElement, ignoresCase: true);
        var sql = body.Text("sql") ?? throw body.Missing("sql");
        var wanted = new SqlOptions(context.Request, body);
        body.Complete();
        await AnswerAsync(context, engine, sql, wanted);
    }

    private static Task GetAsync(HttpContext context, IQueryEngine engine, string? q) => WithIdAsync(context, () => AnswerAsync(
        context,
        engine,
        q ?? throw JsonMembers.Invalid("the address has no q, e.g. /v1/sql?q=SELECT+42"),
        new SqlOptions(context.Request, null)));

    /// <summary>Gives the answer an id, and an error too, also where the request is refused before its own id is known.</summary>
    private static async Task WithIdAsync(HttpContext context, Func<Task> answer)
    {
        context.Response.Headers[QueryIdHeader] = QueryRegistry.NewId();
        try
        {
            await answer();
        }
        catch (LakehouseException error) when (!context.Response.HasStarted)
        {
            throw error.With("query_id", context.Response.Headers[QueryIdHeader].ToString());
        }
    }

    private static async Task AnswerAsync(HttpContext context, IQueryEngine engine, string sql, SqlOptions wanted)
    {
        var id = wanted.Id ?? context.Response.Headers[QueryIdHeader].ToString();
        context.Response.Headers[QueryIdHeader] = id;
        var request = new QueryRequest(sql)
        {
            Format = wanted.Format,
            NumbersAsText = wanted.NumbersAsText,
            Parameters = wanted.Parameters,
            At = wanted.At,
            Timeout = wanted.Timeout,
            MaxRows = wanted.MaxRows,
            Id = id,
        };
        if (context.Request.Headers.IfNoneMatch.Count > 0 && IsKnown(context, engine.FindTag(request)))
        {
            WriteNotModified(context, wanted);
            return;
        }

        if (wanted.Into is { } target)
        {
            await StoreAsync(context, request, target);
            return;
        }

        if (wanted.IsSpooled)
        {
            await AnswerSpooledAsync(context, engine, request, wanted);
            return;
        }

        await using var answer = await engine.AnswerAsync(request, context.RequestAborted);
        WriteSource(context, answer);
        if (IsKnown(context, answer.Tag))
        {
            WriteNotModified(context, wanted);
            return;
        }

        await SendAsync(context, answer, wanted);
    }

    /// <summary>Writes the rows as a dataset; the answer is its manifest.</summary>
    private static async Task StoreAsync(HttpContext context, QueryRequest request, DatasetTarget target)
    {
        var writer = context.RequestServices.GetRequiredService<DatasetWriter>();
        var (result, head) = await writer.WriteAsync(request, target, context.RequestAborted);
        WriteDatasets(context, head.Datasets);
        await TypedResults.Ok(ManifestResponse.From(result.Manifest)).ExecuteAsync(context);
    }

    /// <summary>The engine is free for others while the client reads; how many such answers there are at once is bounded.</summary>
    private static async Task AnswerSpooledAsync(HttpContext context, IQueryEngine engine, QueryRequest request, SqlOptions wanted)
    {
        var spools = context.RequestServices.GetRequiredService<AnswerSpool>();
        using var lease = await spools.AcquireAsync(context.RequestAborted);
        SpooledAnswer spool;
        await using (var answer = await engine.AnswerAsync(request, context.RequestAborted))
        {
            WriteSource(context, answer);
            spool = await spools.CollectAsync(answer, context.RequestAborted);
        }

        await using var ending = spool;
        WriteHead(context, wanted);
        await spool.SendAsync(context);
    }

    /// <summary>Whether the client has the answer of a tag already. Tags are weak: the bytes of two runs can differ in the order of rows.</summary>
    private static bool IsKnown(HttpContext context, string? tag)
    {
        if (tag is null || !EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known))
        {
            return false;
        }

        var own = new EntityTagHeaderValue($"\"{tag}\"", isWeak: true);
        context.Response.Headers.ETag = own.ToString();
        context.Response.Headers.CacheControl = "private, no-cache";
        return known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Compare(own, useStrongComparison: false));
    }

    /// <summary>Says which versions the answer was made of.</summary>
    private static void WriteSource(HttpContext context, IQueryAnswer answer)
    {
        var headers = context.Response.Headers;
        WriteDatasets(context, answer.Datasets);
        if (answer.Tag is not null)
        {
            headers.ETag = new EntityTagHeaderValue($"\"{answer.Tag}\"", isWeak: true).ToString();
            headers.CacheControl = "private, no-cache"; // a cache asks each time, and is told in microseconds
            headers[CacheHeader] = answer.IsKept ? "hit" : "miss";
        }
    }

    private static void WriteDatasets(HttpContext context, IReadOnlyList<DatasetRead> datasets)
    {
        if (datasets.Count > 0)
        {
            context.Response.Headers[DatasetsHeader] =
                string.Join(", ", datasets.Select(d => string.Create(CultureInfo.InvariantCulture, $"{DatasetName.InSql(d.Name)}@{d.Version}")));
        }
    }

    private static async Task SendAsync(HttpContext context, IQueryAnswer answer, SqlOptions wanted)
    {
        var compression = FindCompression(context, wanted.Format);
        WriteHead(context, wanted);

        // From here on an error must cut the connection: bytes that are written, even if not sent yet, cannot be replaced by a problem document.
        if (compression is null)
        {
            await context.Response.StartAsync(context.RequestAborted);
            await answer.CopyToAsync(context.Response.BodyWriter, endsWithError: true, context.RequestAborted);
            return;
        }

        context.Response.Headers.ContentEncoding = compression.EncodingName;
        await context.Response.StartAsync(context.RequestAborted);
        var compressed = compression.CreateStream(context.Response.Body);
        var output = PipeWriter.Create(compressed, new StreamPipeWriterOptions(leaveOpen: true));
        await answer.CopyToAsync(output, endsWithError: true, context.RequestAborted);
        await output.CompleteAsync();

        // Not disposed of after an error: that would write the end of the compressed stream.
        await compressed.DisposeAsync();
    }

    /// <summary>As the head of the answer itself, which may be packed.</summary>
    private static void WriteNotModified(HttpContext context, SqlOptions wanted)
    {
        if (wanted.Format != AnswerFormat.Parquet)
        {
            context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }

        WriteHead(context, wanted);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
    }

    /// <summary>The compression that the client accepts; null for none, and for Parquet, which is compressed already.</summary>
    private static ICompressionProvider? FindCompression(HttpContext context, AnswerFormat format)
    {
        if (format == AnswerFormat.Parquet)
        {
            return null;
        }

        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var compressions = context.RequestServices.GetRequiredService<IResponseCompressionProvider>();
        return compressions.CheckRequestAcceptsCompression(context) ? compressions.GetCompressionProvider(context) : null;
    }

    private static void WriteHead(HttpContext context, SqlOptions wanted)
    {
        var response = context.Response;
        response.ContentType = AnswerFormats.ContentTypeOf(wanted.Format);
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        response.Headers.XContentTypeOptions = "nosniff"; // values of the data must never be taken for a page
        if (wanted.Download is not null)
        {
            var name = wanted.Download.Length == 0 ? $"answer.{AnswerFormats.ExtensionOf(wanted.Format)}" : wanted.Download;
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(name);
            response.Headers.ContentDisposition = disposition.ToString();
        }
    }

    private static Task ListAsync(HttpContext context, IQueryControl queries) => JsonAnswer.SendAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("queries"u8);
        foreach (var query in queries.List())
        {
            Write(json, query);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, QueryInfo query)
    {
        json.WriteStartObject();
        json.WriteString("query_id"u8, query.Id);
        json.WriteString("state"u8, query.State.ToString().ToLowerInvariant());
        json.WriteString("sql"u8, query.Sql);
        json.WriteString("started_at"u8, query.StartedAt.UtcDateTime);
        json.WriteNumber("elapsed_ms"u8, (long)query.Elapsed.TotalMilliseconds);
        json.WriteNumber("rows"u8, query.Rows);
        json.WriteNumber("bytes"u8, query.Bytes);
        if (query.Progress is { } progress)
        {
            json.WriteNumber("progress"u8, Math.Round(progress, 3));
        }

        if (query.ErrorCode is not null)
        {
            json.WriteString("code"u8, query.ErrorCode);
            json.WriteString("detail"u8, query.Error);
        }

        json.WriteEndObject();
    }

    private static IResult Cancel(string id, IQueryControl queries)
    {
        queries.Cancel(id);
        return Results.NoContent();
    }
}
