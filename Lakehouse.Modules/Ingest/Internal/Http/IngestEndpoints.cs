using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;
using Lakehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary><c>/v1/ingest</c>.</summary>
internal static class IngestEndpoints
{
    // The most bytes of a multipart body besides the file.
    private const long EnvelopeBytesMax = 64 * 1024;

    private const string KeyHeader = "Idempotency-Key";
    private const int KeyLengthMax = 255;
    private const string Upsert = "upsert";
    private const string SortBy = "sort_by";

    /// <summary>The query parameters, and the fields of a form.</summary>
    public static readonly string[] Parameters = ["name", "mode", "key", "evolve", SortBy, .. ReadParameters.Names];

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/ingest", IngestAsync)
            .WithTags("ingest")
            .Needs(AccessAction.Ingest)
            .WithMetadata(ReadsBody.Instance, AnyContentType.Instance)
            .TakesQuery(Parameters)
            .WithSummary("Makes files the newest version of a dataset, or adds their rows");
        routes.MapPost("/v1/ingest/objects", IngestObjectsAsync)
            .WithTags("ingest")
            .Needs(AccessAction.Ingest)
            .WithMetadata(ReadsBody.Instance)
            .WithSummary("As /v1/ingest, of objects that are in a bucket");
        JobEndpoints.Map(routes);
        routes.MapPost("/v1/ingest/preview", PreviewAsync)
            .WithTags("ingest")
            .Needs(AccessAction.Ingest)
            .WithMetadata(ReadsBody.Instance, AnyContentType.Instance)
            .TakesQuery(ReadParameters.Names)
            .WithSummary("Tells what an ingest would make of a file, from its beginning");
        return routes;
    }

    private static async Task<Ok<PreviewResponse>> PreviewAsync(HttpContext context, IIngestor ingestor)
    {
        RequestBody.LiftServerLimit(context);
        var upload = await UploadedFiles.OpenAsync(context.Request, context.RequestAborted);
        var preview = await ingestor.PreviewAsync(ReadParameters.Parse(upload.Parameters), upload.Files, context.RequestAborted);
        return TypedResults.Ok(new PreviewResponse(
            preview.Reading.Columns, preview.Rows, preview.IsWhole, Word(preview.Reading.Format), preview.Reading.Delimiter, preview.Reading.Encoding,
            preview.Reading.Compression, preview.Reading.Notes, preview.Reading.SkippedCount, preview.Reading.Skipped));
    }

    private static async Task<IResult> IngestAsync(HttpContext context, IIngestJobs jobs, IngestOptions options)
    {
        RequestBody.LiftServerLimit(context);
        if (context.Request.ContentLength > options.MaxIngestBytes + EnvelopeBytesMax)
        {
            throw IngestErrors.TooLarge(options.MaxIngestBytes);
        }

        var upload = await UploadedFiles.OpenAsync(context.Request, context.RequestAborted);
        var request = ReadRequest(context.Request, upload.Parameters, options);
        return await RunAsync(context, jobs, request, upload.Files, context.Request.ContentLength, isReceived: false);
    }

    private static async Task<IResult> IngestObjectsAsync(HttpContext context, IIngestJobs jobs, IBuckets buckets, IngestOptions options)
    {
        using var json = await RequestBody.ReadObjectAsync(context, ObjectSources.Form);
        var request = ReadRequest(context.Request, ObjectSources.ReadParameters(json.RootElement), options);
        var objects = await ObjectSources.FindAsync(json.RootElement, buckets, options, context.RequestAborted);
        return await RunAsync(context, jobs, request, objects.ReadAsync(), objects.SizeBytes, isReceived: true);
    }

    private static IngestRequest ReadRequest(HttpRequest request, IReadOnlyDictionary<string, string> parameters, IngestOptions options)
    {
        var name = parameters.GetValueOrDefault("name") is { Length: > 0 } text ? DatasetName.Parse(text) : throw IngestErrors.NoName();
        return new IngestRequest(
            name, ReadParameters.Parse(parameters), ParseMode(parameters), ReadKey(request), ParseEvolve(parameters) ?? options.Evolve, ParseKeys(parameters),
            parameters.GetValueOrDefault(SortBy) is "" ? [] : ReadParameters.ColumnNames(SortBy, parameters.GetValueOrDefault(SortBy)));
    }

    private static async Task<IResult> RunAsync(
        HttpContext context, IIngestJobs jobs, IngestRequest request, IAsyncEnumerable<IngestSource> files, long? bytesTotal, bool isReceived) =>
        JobEndpoints.IsAsynchronous(context.Request)
            ? JobEndpoints.Accept(context, await jobs.StartAsync(request, files, bytesTotal, isReceived, context.RequestAborted))
            : TypedResults.Ok(IngestResponse.From(await jobs.RunAsync(request, files, bytesTotal, context.RequestAborted)));

    private static string Word(FileFormat format) => format.ToString().ToLowerInvariant();

    private static CommitMode ParseMode(IReadOnlyDictionary<string, string> parameters) => parameters.GetValueOrDefault("mode") switch
    {
        null or "replace" => CommitMode.Replace,
        "append" or Upsert => CommitMode.Append,
        var text => throw IngestErrors.Option(
            "mode", $"it is '{text}', and it can be replace, append or upsert{NearestName.Hint(text, ["replace", "append", Upsert])}"),
    };

    /// <summary>The columns of the key of an upsert; null for other modes.</summary>
    private static IReadOnlyList<string>? ParseKeys(IReadOnlyDictionary<string, string> parameters)
    {
        var isUpsert = parameters.GetValueOrDefault("mode") == Upsert;
        var keys = ReadParameters.ColumnNames("key", parameters.GetValueOrDefault("key"));
        if (isUpsert && keys is not { Count: > 0 })
        {
            throw IngestErrors.Option("mode", "an upsert needs key=, the columns whose values tell rows apart");
        }

        if (keys is not null && !isUpsert)
        {
            throw IngestErrors.Option("key", "it is for mode=upsert");
        }

        return keys is null || keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == keys.Count && keys.All(k => k.Length > 0)
            ? keys
            : throw IngestErrors.Option("key", "each column is named once");
    }

    private static bool? ParseEvolve(IReadOnlyDictionary<string, string> parameters) => parameters.GetValueOrDefault("evolve")?.ToLowerInvariant() switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw IngestErrors.Option("evolve", $"it is '{text}', and it can be true or false"),
    };

    /// <summary>The header Idempotency-Key, as of the IETF's draft of that name, with its quotes or without.</summary>
    private static string? ReadKey(HttpRequest request)
    {
        var values = request.Headers[KeyHeader];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.Count == 1 ? values[0]!.Trim().Trim('"') : string.Empty;
        return key.Length is >= 1 and <= KeyLengthMax && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw IngestErrors.Option(KeyHeader, $"it must be one header of 1 to {KeyLengthMax} visible ASCII characters");
    }

    /// <summary>What an ingest would make of a file. <c>whole</c>: whether all of it was looked at.</summary>
    private sealed record PreviewResponse(
        IReadOnlyList<ColumnDecision> Columns,
        IReadOnlyList<IReadOnlyList<string?>> Rows,
        bool Whole,
        string Format,
        char? Delimiter,
        string? Encoding,
        string? Compression,
        IReadOnlyList<string> Notes,
        long SkippedRows,
        IReadOnlyList<SkippedRow> Skipped);

    /// <summary>The most important members of the manifest, what the ingest did, and the whole manifest.</summary>
    private sealed record IngestResponse(
        Guid DatasetId,
        string Name,
        long Version,
        string SchemaFingerprint,
        long RowCount,
        bool Unchanged,
        long BytesRead,
        long BytesWritten,
        string Format,
        char? Delimiter,
        string? Encoding,
        string? Compression,
        IReadOnlyList<ColumnDecision> Columns,
        IReadOnlyList<string> Notes,
        long SkippedRows,
        IReadOnlyList<SkippedRow> Skipped,
        long ReplacedRows,
        long ElapsedMs,
        ManifestResponse Manifest)
    {
        public static IngestResponse From(IngestResult result) => new(
            result.Manifest.DatasetId,
            result.Manifest.Name.Value,
            result.Manifest.Version,
            result.Manifest.Fingerprint.Value,
            result.Manifest.RowCount,
            result.IsUnchanged,
            result.Reading.BytesRead,
            result.BytesWritten,
            Word(result.Reading.Format),
            result.Reading.Delimiter,
            result.Reading.Encoding,
            result.Reading.Compression,
            result.Reading.Columns,
            result.Reading.Notes,
            result.Reading.SkippedCount,
            result.Reading.Skipped,
            result.ReplacedCount,
            (long)result.Elapsed.TotalMilliseconds,
            ManifestResponse.From(result.Manifest));
    }
}
