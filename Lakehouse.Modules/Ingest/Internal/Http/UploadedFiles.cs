using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Ingest.Internal.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>The files in a request: the fields <c>file</c> of a multipart form, streamed, or the body itself.</summary>
/// <param name="Files">The files, in order. Each is read to its end before the next.</param>
/// <param name="Parameters">The parameters of the address and of the form, by name in lower case.</param>
internal sealed record UploadedFiles(IAsyncEnumerable<IngestSource> Files, IReadOnlyDictionary<string, string> Parameters)
{
    private const int BoundaryLengthMax = 128;

    /// <summary>Opens the files. Reads the fields of a form up to the first of them.</summary>
    public static async Task<UploadedFiles> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var parameters = request.Query.ToDictionary(q => q.Key.ToLowerInvariant(), q => q.Value.ToString(), StringComparer.Ordinal);
        var encoding = RequestHeaders.RequireBody(request, UnpackedFile.Compressions);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return new UploadedFiles(Alone(new IngestSource(request.Body, null, type?.MediaType.Value, encoding)), parameters);
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > BoundaryLengthMax)
        {
            throw Refuse("invalid_multipart", "The multipart body names no boundary, or one that is too long.");
        }

        var form = new UploadForm(new MultipartReader(boundary, request.Body, bufferSize: 256 * 1024), parameters);
        return encoding is not null ? throw Refuse("unsupported_encoding", "A form is not unpacked as a whole. Pack the file in it, and leave the header out.")
            : await form.FindFileAsync(cancellationToken) ? new UploadedFiles(form.ReadFilesAsync(cancellationToken), parameters)
            : throw Refuse("no_file", "The form has no field called 'file'. Send it so: curl -F file=@data.csv, or send the file as the body.");
    }

    private static async IAsyncEnumerable<IngestSource> Alone(IngestSource source)
    {
        await Task.CompletedTask;
        yield return source;
    }

    private static LakehouseException Refuse(string code, string message) => new(ErrorKind.InvalidInput, code, message);
}
