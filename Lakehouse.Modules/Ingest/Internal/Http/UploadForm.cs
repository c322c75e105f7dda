using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>
/// A multipart form with one file. Other text fields are skipped. A second file, or a field with the name of a query parameter, is refused, because it would
/// otherwise be ignored without notice.
/// </summary>
internal sealed class UploadForm(MultipartReader reader)
{
    private const string FileField = "file";
    private const int FieldsMax = 16;

    private static readonly string[] Plain = ["binary", "8bit", "7bit", "identity"];

    private int _fields;

    /// <summary>The content of the field <c>file</c>; null when there is none.</summary>
    public async Task<Stream?> FindFileAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } field)
        {
            if (field.Name == FileField)
            {
                return field.Content;
            }
        }

        return null;
    }

    /// <summary>Reads the fields after the file.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_multipart</c> (<see cref="ErrorKind.InvalidInput"/>): there is another file, a field with the name of a query parameter, an encoded part, or
    /// too many fields.
    /// </exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } field)
        {
            if (field.Name == FileField)
            {
                throw Invalid("The form has more than one file, and one is taken at a time. Nothing was registered; send them one after the other.");
            }
        }
    }

    private async Task<(string? Name, Stream Content)?> NextAsync(CancellationToken cancellationToken)
    {
        if (_fields++ == FieldsMax)
        {
            throw Invalid($"The form has more than {FieldsMax} fields.");
        }

        MultipartSection? section;
        try
        {
            section = await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            throw Invalid("The multipart body is malformed or ends too early.", error);
        }

        if (section is null)
        {
            return null;
        }

        RequireUnencoded(section);
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            return (null, section.Body);
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
        if (IngestEndpoints.Parameters.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw Invalid($"The form has the field '{name}', which is a parameter of the address: /v1/ingest?{name}=...");
        }

        return name != FileField && disposition.IsFileDisposition()
            ? throw Invalid($"The form has a file in the field '{name}'. Send one file, in the field '{FileField}'.")
            : (name, section.Body);
    }

    /// <summary>Refuses a part whose bytes are not its content: nothing is decoded here (RFC 7578, section 4.7, deprecates such encodings).</summary>
    private static void RequireUnencoded(MultipartSection section)
    {
        foreach (var name in (string[])["Content-Transfer-Encoding", HeaderNames.ContentEncoding])
        {
            if (section.Headers is { } headers
                && headers.TryGetValue(name, out var values)
                && values.ToString() is var encoding
                && !Plain.Contains(encoding.Trim(), StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid($"A part of the form has the {name} '{encoding}', and none is decoded here. Send the file as it is, without this header.");
            }
        }
    }

    private static LakehouseException Invalid(string message, Exception? cause = null) => new(ErrorKind.InvalidInput, "invalid_multipart", message, cause);
}
