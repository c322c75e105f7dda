using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal;

/// <summary>Finds the file in a request: the field <c>file</c> of a multipart form, streamed, or the body itself.</summary>
internal static class UploadedFile
{
    private const int SectionsMax = 16;
    private const int BoundaryLengthMax = 128;

    public static async Task<Stream> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding] && encoding != "identity")
        {
            throw Refuse("unsupported_encoding", $"The body has the content encoding '{encoding}'. Send it as it is.");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return request.Body;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > BoundaryLengthMax)
        {
            throw Refuse("invalid_multipart", "The multipart body names no boundary, or one that is too long.");
        }

        var reader = new MultipartReader(boundary, request.Body, bufferSize: 256 * 1024);
        for (var i = 0; i < SectionsMax; i++)
        {
            if (await NextAsync(reader, cancellationToken) is not { } section)
            {
                break;
            }

            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                && HeaderUtilities.RemoveQuotes(disposition.Name) == "file")
            {
                return section.Body;
            }
        }

        throw Refuse("no_file", "The form has no field called 'file'. Send it so: curl -F file=@data.csv, or send the file as the body.");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "invalid_multipart", "The multipart body is malformed or ends too early.", fault);
        }
    }

    private static LakehouseException Refuse(string code, string message) => new(ErrorKind.InvalidInput, code, message);
}
