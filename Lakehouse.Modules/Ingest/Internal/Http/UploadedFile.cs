using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>Finds the file in a request: the field <c>file</c> of a multipart form, streamed, or the body itself.</summary>
internal static class UploadedFile
{
    private const int BoundaryLengthMax = 128;

    /// <summary>
    /// Opens the file. When the form has another file, or query parameters as fields, after this file, reading the end of the stream throws, before anything is
    /// committed.
    /// </summary>
    public static async Task<Stream> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        RequestHeaders.RequirePlainBody(request);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return request.Body;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > BoundaryLengthMax)
        {
            throw Refuse("invalid_multipart", "The multipart body names no boundary, or one that is too long.");
        }

        var form = new UploadForm(new MultipartReader(boundary, request.Body, bufferSize: 256 * 1024));
        return await form.FindFileAsync(cancellationToken) is { } file
            ? new FormFileStream(file, form)
            : throw Refuse("no_file", "The form has no field called 'file'. Send it so: curl -F file=@data.csv, or send the file as the body.");
    }

    private static LakehouseException Refuse(string code, string message) => new(ErrorKind.InvalidInput, code, message);
}
