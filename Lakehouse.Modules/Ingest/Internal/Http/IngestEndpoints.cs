using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Core.Requests;
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

    /// <summary>The query parameters, and the fields of a form.</summary>
    public static readonly string[] Parameters = ["name", .. ReadParameters.Names];

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/ingest", IngestAsync)
            .WithTags("ingest")
            .WithMetadata(ReadsBody.Instance, AnyContentType.Instance)
            .TakesQuery(Parameters)
            .WithSummary("Makes a CSV file the newest version of a dataset");
        return routes;
    }

    private static async Task<Ok<IngestResponse>> IngestAsync(HttpContext context, IIngestor ingestor, IngestOptions options)
    {
        RequestBody.LiftServerLimit(context);
        if (context.Request.ContentLength > options.MaxIngestBytes + EnvelopeBytesMax)
        {
            throw IngestErrors.TooLarge(options.MaxIngestBytes);
        }

        var upload = await UploadedFiles.OpenAsync(context.Request, context.RequestAborted);
        var name = DatasetName.Parse(upload.Parameters.GetValueOrDefault("name"));
        var result = await ingestor.IngestAsync(new IngestRequest(name, ReadParameters.Parse(upload.Parameters)), upload.Files, context.RequestAborted);
        return TypedResults.Ok(IngestResponse.From(result));
    }

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
        string Delimiter,
        string Encoding,
        string? Compression,
        IReadOnlyList<ColumnDecision> Columns,
        IReadOnlyList<string> Notes,
        long SkippedRows,
        IReadOnlyList<SkippedRow> Skipped,
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
            result.Reading.Delimiter.ToString(),
            result.Reading.Encoding,
            result.Reading.Compression,
            result.Reading.Columns,
            result.Reading.Notes,
            result.Reading.SkippedCount,
            result.Reading.Skipped,
            (long)result.Elapsed.TotalMilliseconds,
            ManifestResponse.From(result.Manifest));
    }
}
