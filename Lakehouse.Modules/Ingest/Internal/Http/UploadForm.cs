using System.Runtime.CompilerServices;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>
/// A multipart form with one file or several. The other fields are parameters, before the first file. Other names, and a parameter after a file, are refused,
/// because they would otherwise be ignored without notice.
/// </summary>
/// <param name="reader">The form.</param>
/// <param name="parameters">Receives the parameters.</param>
internal sealed class UploadForm(MultipartReader reader, Dictionary<string, string> parameters)
{
    private const string FileField = "file";
    private const int FieldsMax = 1_024;
    private const int ParameterBytesMax = 16 * 1024;

    private static readonly string[] Plain = ["binary", "8bit", "7bit", "identity"];

    private IngestSource? _first;
    private int _fields;

    /// <summary>Reads the parameters before the first file. False when there is no file.</summary>
    public async Task<bool> FindFileAsync(CancellationToken cancellationToken)
    {
        _first = await NextFileAsync(cancellationToken);
        return _first is not null;
    }

    /// <summary>The files, in order. Each is read to its end before the next.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_multipart</c> (<see cref="ErrorKind.InvalidInput"/>): there is a file in another field, a parameter, an encoded part, or too many fields.
    /// </exception>
    public async IAsyncEnumerable<IngestSource> ReadFilesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var file = _first; file is not null; file = await NextFileAsync(cancellationToken))
        {
            yield return file;
        }
    }

    private async Task<IngestSource?> NextFileAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is var (name, disposition, section))
        {
            if (name == FileField)
            {
                if (section.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true)
                {
                    throw Invalid($"A field '{FileField}' holds several files. Send each in a field of its own: curl -F file=@a.csv -F file=@b.csv; a name "
                        + "with a comma needs quotes, -F 'file=@\"a,b.csv\"'.");
                }

                return new IngestSource(
                    section.Body,
                    HeaderUtilities.RemoveQuotes(disposition!.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value,
                    section.ContentType?.Split(';')[0].Trim());
            }

            if (name is null)
            {
                continue;
            }

            if (!IngestEndpoints.Parameters.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid($"The form has the field '{name}', which is not known{NearestName.Hint(name, IngestEndpoints.Parameters)}. Send files in the "
                    + $"field '{FileField}'.");
            }

            var key = name.ToLowerInvariant();
            if (_first is not null)
            {
                throw Invalid($"The form has the field '{key}' after a file, which is read while it arrives. Put it before the file, or in the address.");
            }

            if (!parameters.TryAdd(key, await ReadTextAsync(key, section.Body, cancellationToken)))
            {
                throw Invalid($"'{key}' is given twice, as fields of the form or in the address, too.");
            }
        }

        return null;
    }

    private static async Task<string> ReadTextAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var text = new byte[ParameterBytesMax + 1];
        var length = await content.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken);
        return length > ParameterBytesMax
            ? throw Invalid($"The field '{name}' has more than {ParameterBytesMax} bytes.")
            : System.Text.Encoding.UTF8.GetString(text, 0, length);
    }

    private async Task<(string? Name, ContentDispositionHeaderValue? Disposition, MultipartSection Section)?> NextAsync(CancellationToken cancellationToken)
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
            return (null, null, section);
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
        return name != FileField && disposition.IsFileDisposition()
            ? throw Invalid($"The form has a file in the field '{name}'. Send files in the field '{FileField}'.")
            : (name, disposition, section);
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
