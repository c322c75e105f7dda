using System.Globalization;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Http;

/// <summary>Reads how to read a file from the parameters of an address, the fields of a form, or the options of a command: the same words in each.</summary>
internal sealed class ReadParameters
{
    private const int SkipMax = 1_000_000;
    private const int ErrorsMax = 1_000_000;

    /// <summary>The words.</summary>
    public static readonly string[] Names =
    [
        "format", "encoding", "delimiter", "quote", "escape", "header", "columns", "types", "null", "skip", "comment", "decimal", "thousands", "date_format",
        "timestamp_format", "trim", "names", "trailing", "footer", "on_error", "max_errors",
    ];

    private static readonly string[] Encodings = ["utf-8", "utf-16", "utf-16le", "utf-16be", "latin-1", "windows-1252"];

    private readonly IReadOnlyDictionary<string, string> _values;

    private ReadParameters(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>Reads the options.</summary>
    /// <param name="values">The parameters that were given, by name.</param>
    /// <exception cref="LakehouseException">
    /// <c>invalid_option</c>, <c>invalid_delimiter</c>, <c>invalid_header</c> (<see cref="ErrorKind.InvalidInput"/>).
    /// </exception>
    public static ReadOptions Parse(IReadOnlyDictionary<string, string> values) => new ReadParameters(values).Read();

    private ReadOptions Read()
    {
        var format = Choice("format", "csv", "tsv", "json", "ndjson", "jsonl", "parquet");
        var (columns, types) = Columns();
        var options = new ReadOptions
        {
            Format = format switch
            {
                null => null,
                "json" => FileFormat.Json,
                "ndjson" or "jsonl" => FileFormat.NdJson,
                "parquet" => FileFormat.Parquet,
                _ => FileFormat.Csv,
            },
            Encoding = Encoding(),
            Delimiter = Delimiter(format) ?? (format == "tsv" ? '\t' : null),
            Quote = Character("quote", isNoneAllowed: true),
            Escape = Character("escape", isNoneAllowed: true),
            Header = Header(),
            Columns = columns,
            Types = types,
            Nulls = List("null") ?? [],
            Skip = Number("skip", SkipMax),
            Comment = Character("comment", isNoneAllowed: false),
            DecimalSeparator = Choice("decimal", ".", ",", "point", "comma") switch { null => null, "," or "comma" => ',', _ => '.' },
            GroupSeparator = Thousands(),
            DateFormat = Value("date_format") is { } date ? TimeFormat.Parse("date_format", date, hasTime: false).Text : null,
            TimestampFormat = Value("timestamp_format") is { } timestamp ? TimeFormat.Parse("timestamp_format", timestamp, hasTime: true).Text : null,
            Trim = Choice("trim", "false", "true") == "true",
            CleanNames = Choice("names", "keep", "clean") == "clean",
            IgnoreTrailing = Choice("trailing", "keep", "ignore") == "ignore",
            KeepsFooter = Choice("footer", "skip", "keep") == "keep",
            SkipErrors = Choice("on_error", "fail", "skip") == "skip",
            MaxErrors = Number("max_errors", ErrorsMax),
        };
        RequireSense(options);
        return options;
    }

    private static void RequireSense(ReadOptions options)
    {
        if (options.DecimalSeparator is { } point && options.GroupSeparator == point)
        {
            throw IngestErrors.Option("thousands", $"it is '{point}', and so is decimal");
        }

        if (options.GroupSeparator == '.' && options.DecimalSeparator is null)
        {
            throw IngestErrors.Option("thousands", "it is '.', which is the decimal separator too; say decimal=, if it is a comma");
        }

        var delimiter = options.Delimiter ?? ',';
        foreach (var (name, character) in new[] { ("quote", options.Quote), ("escape", options.Escape), ("comment", options.Comment) })
        {
            if (character == delimiter && options.Delimiter is not null)
            {
                throw IngestErrors.Option(name, $"it is '{character}', and so is delimiter");
            }
        }

        if (options.Comment is { } comment && (comment == (options.Quote ?? '"') || comment == options.Escape))
        {
            throw IngestErrors.Option("comment", $"it is '{comment}', and so is quote or escape");
        }

        if (options.Header is HeaderMode.Names && options.Columns is null)
        {
            throw IngestErrors.Option("header", "header=names replaces the names of the header by those of columns=, which is not given");
        }

        if (options.MaxErrors is not null && !options.SkipErrors)
        {
            throw IngestErrors.Option("max_errors", "it bounds what on_error=skip leaves out, and that is not given");
        }
    }

    private string? Value(string name) => _values.TryGetValue(name, out var value) ? value : null;

    private string? Choice(string name, params string[] choices)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        return Array.Find(choices, c => c.Equals(value, StringComparison.OrdinalIgnoreCase))
            ?? throw IngestErrors.Option(name, $"it is '{value}', and it can be {string.Join(", ", choices)}{NearestName.Hint(value, choices)}");
    }

    private string? Encoding()
    {
        var value = Value("encoding")?.ToLowerInvariant() switch
        {
            null => null,
            "utf8" => "utf-8",
            "utf16" => "utf-16",
            "latin1" or "iso-8859-1" => "latin-1",
            "cp1252" => "windows-1252",
            var other => other,
        };
        return value is null || Encodings.Contains(value)
            ? value
            : throw IngestErrors.Option("encoding", $"it is '{value}', and it can be {string.Join(", ", Encodings)}{NearestName.Hint(value, Encodings)}");
    }

    private char? Delimiter(string? format)
    {
        var text = Value("delimiter");
        if (format == "tsv" && text is not (null or "tab" or "\\t"))
        {
            throw IngestErrors.Option("delimiter", $"it is '{text}', and format=tsv says tab");
        }

        char? named = text switch
        {
            null => null,
            "comma" => ',',
            "semicolon" => ';',
            "pipe" => '|',
            "tab" or "\\t" => '\t',
            "space" => ' ',
            [var one] when char.IsAscii(one) && !char.IsAsciiLetterOrDigit(one) && one is not ('"' or '\r' or '\n' or '\0') => one,
            _ => throw new LakehouseException(
                ErrorKind.InvalidInput,
                "invalid_delimiter",
                $"delimiter is '{text}'; it is one of comma, semicolon, tab, pipe, space, or another single ASCII character that is no letter, digit "
                + "or quote."),
        };
        return named;
    }

    private HeaderMode Header() => Value("header")?.ToLowerInvariant() switch
    {
        null => HeaderMode.Auto,
        "true" => HeaderMode.True,
        "false" => HeaderMode.False,
        "names" => HeaderMode.Names,
        var text => throw new LakehouseException(
            ErrorKind.InvalidInput,
            "invalid_header",
            $"header is '{text}'; say header=true when the first line holds the names of the columns, whatever they look like, header=false when it is data, "
            + "header=names when columns= replaces its names."),
    };

    /// <summary>One ASCII character, or its name; NUL for <c>none</c>.</summary>
    private char? Character(string name, bool isNoneAllowed) => Value(name) switch
    {
        null => null,
        "none" when isNoneAllowed => '\0',
        "double" when isNoneAllowed => '"',
        "single" when isNoneAllowed => '\'',
        "backslash" when isNoneAllowed => '\\',
        [var one] when char.IsAscii(one) && !char.IsAsciiLetterOrDigit(one) && !char.IsControl(one) && one != ' ' => one,
        var text => throw IngestErrors.Option(
            name, $"it is '{text}', and it can be a single ASCII character that is no letter, digit or blank{(isNoneAllowed ? ", or none" : string.Empty)}"),
    };

    private char? Thousands() => Value("thousands") switch
    {
        null => null,
        "." or "point" => '.',
        "," or "comma" => ',',
        "'" => '\'',
        "_" => '_',
        " " or "space" => ' ',
        var text => throw IngestErrors.Option("thousands", $"it is '{text}', and it can be a point, a comma, an apostrophe, an underscore, or space"),
    };

    private int? Number(string name, int max)
    {
        if (Value(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw IngestErrors.Option(name, $"it is '{text}', and it can be a whole number of 0 to {max}");
    }

    /// <summary>Names: with commas between them, and perhaps blanks, or a JSON array. Null where nothing is given.</summary>
    public static List<string>? ColumnNames(string name, string? text) =>
        text is null || text.StartsWith('[') ? List(name, text) : [.. text.Split(',', StringSplitOptions.TrimEntries)];

    /// <summary>Texts: with commas between them, or a JSON array. Null where nothing is given.</summary>
    private static List<string>? List(string name, string? text) =>
        text is null ? null : text.StartsWith('[') ? Json<List<string>>(name, text) : [.. text.Split(',')];

    private List<string>? List(string name) => List(name, Value(name));

    /// <summary>The names of <c>columns=</c>, and the types that it or <c>types=</c> gives.</summary>
    private (IReadOnlyList<string>? Columns, Dictionary<string, string> Types) Columns()
    {
        var types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        IReadOnlyList<string>? columns = null;
        if (Value("columns") is { } text && text.StartsWith('{'))
        {
            var named = Pairs("columns", text);
            columns = [.. named.Select(n => n.Name)];
            AddTypes("columns", types, named);
        }
        else
        {
            columns = List("columns");
        }

        if (columns is not null)
        {
            columns = [.. columns.Select(c => c.Trim())];
            if (columns.Any(c => c.Length == 0) || columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() != columns.Count)
            {
                throw IngestErrors.Option("columns", "a name is empty or comes twice");
            }
        }

        if (Value("types") is { } given)
        {
            AddTypes("types", types, given.StartsWith('{') ? Pairs("types", given) : SplitTypes(given));
        }

        return (columns, types);
    }

    private static void AddTypes(string option, Dictionary<string, string> types, IEnumerable<(string Name, string Type)> named)
    {
        foreach (var (name, type) in named)
        {
            if (!types.TryAdd(name, DeclaredType.Parse(option, name, type).Name))
            {
                throw IngestErrors.Option(option, $"the type of the column '{name}' is given twice");
            }
        }
    }

    private static List<(string Name, string Type)> Pairs(string option, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.GetString() ?? throw new JsonException("a type is null")))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw IngestErrors.Option(option, $"it is no JSON object of names and types: {error.Message}");
        }
    }

    /// <summary><c>id:INT,price:DECIMAL(10,2)</c>: commas in brackets belong to the type, and the last colon separates.</summary>
    private static List<(string Name, string Type)> SplitTypes(string text)
    {
        var (types, start, depth) = (new List<(string, string)>(), 0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            depth += i == text.Length ? 0 : text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (i < text.Length && (text[i] != ',' || depth > 0))
            {
                continue;
            }

            var part = text[start..i];
            var colon = part.LastIndexOf(':');
            if (colon <= 0)
            {
                throw IngestErrors.Option("types", $"'{part}' is no name and type; it looks like types=id:INTEGER,price:DECIMAL(10,2), or a JSON object");
            }

            types.Add((part[..colon].Trim(), part[(colon + 1)..].Trim()));
            start = i + 1;
        }

        return types;
    }

    private static T Json<T>(string option, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw IngestErrors.Option(option, $"it is no JSON array of texts: {error.Message}");
        }
    }
}
