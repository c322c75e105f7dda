using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lakehouse.Query.Internal.Http;

/// <summary>The formats of answers as HTTP names them.</summary>
internal static class AnswerFormats
{
    private static readonly (string Name, AnswerFormat Format, string ContentType, string[] MediaTypes, string[] Extensions)[] All =
    [
        ("json", AnswerFormat.Json, "application/json; charset=utf-8", ["application/json"], ["json"]),
        ("ndjson", AnswerFormat.NdJson, "application/x-ndjson",
            ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"], ["ndjson", "jsonl"]),
        ("csv", AnswerFormat.Csv, "text/csv; charset=utf-8; header=present", ["text/csv"], ["csv"]),
        ("tsv", AnswerFormat.Tsv, "text/tab-separated-values; charset=utf-8", ["text/tab-separated-values"], ["tsv", "tab"]),
        ("arrow", AnswerFormat.Arrow, "application/vnd.apache.arrow.stream", ["application/vnd.apache.arrow.stream"], ["arrow", "arrows"]),
        ("parquet", AnswerFormat.Parquet, "application/vnd.apache.parquet",
            ["application/vnd.apache.parquet", "application/x-parquet", "application/parquet"], ["parquet"]),
    ];

    /// <summary>The names, for <c>format=</c>.</summary>
    public static IEnumerable<string> Names => All.Select(f => f.Name);

    /// <summary>The endings of file names that mean a format.</summary>
    public static string Endings => string.Join(", ", All.SelectMany(f => f.Extensions).Select(e => "." + e));

    /// <summary>The format of a name, or of the ending of a file that is called so.</summary>
    /// <exception cref="LakehouseException"><c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>): there is none of that name.</exception>
    public static AnswerFormat Parse(string name)
    {
        var found = All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || f.Extensions.Contains(name.ToLowerInvariant()));
        return found.Name is null
            ? throw JsonMembers.Invalid($"the format '{name}' is not known; there are {string.Join(", ", Names)}{NearestName.Hint(name, Names)}")
            : found.Format;
    }

    /// <summary>The format that the extension of a file name means; null where it means none.</summary>
    public static AnswerFormat? FindByExtension(string fileName)
    {
        var extension = Path.GetExtension(fileName).TrimStart('.');
        var found = All.FirstOrDefault(f => f.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
        return found.Name is null ? null : found.Format;
    }

    /// <summary>The format that a request accepts most; null where it accepts all of them equally or does not say.</summary>
    /// <exception cref="LakehouseException"><c>not_acceptable</c> (<see cref="ErrorKind.NotAcceptable"/>): it accepts none.</exception>
    public static AnswerFormat? Negotiate(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0)
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            throw JsonMembers.Invalid($"its header Accept, '{request.Headers.Accept}', cannot be read");
        }

        var best = All
            .Select((format, order) => (format.Format, Quality: format.MediaTypes.Max(type => QualityOf(accepted, type)), Order: order))
            .Where(f => f.Quality > 0)
            .OrderByDescending(f => f.Quality)
            .ThenBy(f => f.Order)
            .ToList();
        if (best.Count == 0)
        {
            throw new LakehouseException(
                ErrorKind.NotAcceptable,
                "not_acceptable",
                $"The request accepts {request.Headers.Accept}; an answer can be {string.Join(", ", All.Select(f => f.MediaTypes[0]))}. Accept one of these, "
                + $"or name one in the address: format={string.Join("|", Names)}.");
        }

        return best.Count == All.Length && best.All(f => f.Quality == best[0].Quality) ? null : best[0].Format;
    }

    /// <summary>The content type of a format.</summary>
    public static string ContentTypeOf(AnswerFormat format) => All.First(f => f.Format == Plain(format)).ContentType;

    /// <summary>The extension of a file in a format.</summary>
    public static string ExtensionOf(AnswerFormat format) => All.First(f => f.Format == Plain(format)).Extensions[0];

    private static AnswerFormat Plain(AnswerFormat format) => format == AnswerFormat.JsonObjects ? AnswerFormat.Json : format;

    /// <summary>The quality of the most specific range that a type is in; 0 where it is in none (RFC 9110, section 12.5.1).</summary>
    private static double QualityOf(IList<MediaTypeHeaderValue> accepted, string type)
    {
        var value = new MediaTypeHeaderValue(type);
        var ranges = accepted.Where(range => IsIn(value, range)).OrderBy(range => (range.MatchesAllTypes, range.MatchesAllSubTypes)).ToList();
        return ranges.Count == 0 ? 0 : ranges[0].Quality ?? 1;
    }

    private static bool IsIn(MediaTypeHeaderValue type, MediaTypeHeaderValue range) =>
        range.MatchesAllTypes
        || (type.Type.Equals(range.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || type.SubType.Equals(range.SubType, StringComparison.OrdinalIgnoreCase)));
}
