using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
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

    /// <summary>The query parameters.</summary>
    public static readonly string[] Parameters = ["name", "delimiter", "header"];

    public static IEndpointRouteBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/ingest", IngestAsync)
            .WithTags("ingest")
            .WithMetadata(ReadsBody.Instance, AnyContentType.Instance)
            .TakesQuery(Parameters)
            .WithSummary("Makes a CSV file the newest version of a dataset");
        return routes;
    }

    private static async Task<Ok<IngestResponse>> IngestAsync(
        HttpContext context, IIngestor ingestor, IngestOptions options, string? name = null, string? delimiter = null, string? header = null)
    {
        var request = new IngestRequest(DatasetName.Parse(name), ParseDelimiter(delimiter), ParseHeader(header));
        RequestBody.LiftServerLimit(context);
        if (context.Request.ContentLength > options.MaxIngestBytes + EnvelopeBytesMax)
        {
            throw IngestErrors.TooLarge(options.MaxIngestBytes);
        }

        await using var file = await UploadedFile.OpenAsync(context.Request, context.RequestAborted);
        var result = await ingestor.IngestAsync(request, file, context.RequestAborted);
        return TypedResults.Ok(IngestResponse.From(result));
    }

    private static char? ParseDelimiter(string? text) => text switch
    {
        null => null,
        "," or "comma" => ',',
        ";" or "semicolon" => ';',
        "|" or "pipe" => '|',
        "\t" or "tab" => '\t',
        _ => throw new LakehouseException(ErrorKind.InvalidInput, "invalid_delimiter", $"delimiter is '{text}'; it is one of comma, semicolon, tab, pipe."),
    };

    private static bool ParseHeader(string? text) => text switch
    {
        null => false,
        "true" => true,
        _ => throw new LakehouseException(
            ErrorKind.InvalidInput,
            "invalid_header",
            $"header is '{text}'; say header=true when the first line holds the names of the columns, whatever they look like."),
    };

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
            result.BytesRead,
            result.BytesWritten,
            result.Delimiter.ToString(),
            (long)result.Elapsed.TotalMilliseconds,
            ManifestResponse.From(result.Manifest));
    }
}
