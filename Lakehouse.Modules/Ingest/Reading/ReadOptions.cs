using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal;
using Lakehouse.Ingest.Internal.Http;

namespace Lakehouse.Ingest;

/// <summary>How to read a file. What is not said is found out, or is as in RFC 4180. docs/ingest.md describes each.</summary>
public sealed record ReadOptions
{
    /// <summary>Reads options as they are words of an address.</summary>
    /// <param name="values">The words with their values, e.g. <c>delimiter</c> and <c>semicolon</c>.</param>
    /// <exception cref="Core.Errors.LakehouseException">
    /// <c>invalid_option</c>, <c>invalid_delimiter</c>, <c>invalid_header</c> (<see cref="Core.Errors.ErrorKind.InvalidInput"/>).
    /// </exception>
    public static ReadOptions Parse(IReadOnlyDictionary<string, string> values)
    {
        if (values.Keys.FirstOrDefault(k => !ReadParameters.Names.Contains(k)) is { } unknown)
        {
            throw IngestErrors.Option(
                unknown, $"it is not known{NearestName.Hint(unknown, ReadParameters.Names)}; there are {string.Join(", ", ReadParameters.Names)}");
        }

        return ReadParameters.Parse(values);
    }

    /// <summary>Everything is found out.</summary>
    public static ReadOptions Default { get; } = new();

    /// <summary>The format; null to find it out.</summary>
    public FileFormat? Format { get; init; }

    /// <summary><c>utf-8</c>, <c>utf-16</c>, <c>latin-1</c> or <c>windows-1252</c>; null: by the byte order mark, else UTF-8.</summary>
    public string? Encoding { get; init; }

    /// <summary>What stands between fields, ASCII; null to find out which of <c>, ; | tab</c>.</summary>
    public char? Delimiter { get; init; }

    /// <summary>What stands around fields, ASCII; NUL: nothing does. The default is <c>"</c>.</summary>
    public char? Quote { get; init; }

    /// <summary>What makes the character after it plain, ASCII. The default is the quote itself.</summary>
    public char? Escape { get; init; }

    /// <summary>What the first line is.</summary>
    public HeaderMode Header { get; init; }

    /// <summary>The names of the columns, in order; null: those of the header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>The types of columns by name, in any letter case, as DuckDB writes them. The types of others are found out.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>();

    /// <summary>Texts that mean NULL where they are not quoted. An empty field always does.</summary>
    public IReadOnlyList<string> Nulls { get; init; } = [];

    /// <summary>Lines to leave out at the start; null: those of a preamble that is recognised.</summary>
    public int? Skip { get; init; }

    /// <summary>Lines that begin with this are left out, ASCII.</summary>
    public char? Comment { get; init; }

    /// <summary>The decimal separator, <c>.</c> or <c>,</c>; null: <c>.</c>, and in doubt no number.</summary>
    public char? DecimalSeparator { get; init; }

    /// <summary>What stands between groups of three digits, ASCII; null: nothing does.</summary>
    public char? GroupSeparator { get; init; }

    /// <summary>The form of dates as of DuckDB's <c>strptime</c>, besides ISO 8601.</summary>
    public string? DateFormat { get; init; }

    /// <summary>The form of timestamps as of DuckDB's <c>strptime</c>, besides ISO 8601.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary>Whether blanks around a field that is not quoted are left out.</summary>
    public bool Trim { get; init; }

    /// <summary>Whether names that are empty or come twice get a suffix, rather than being refused.</summary>
    public bool CleanNames { get; init; }

    /// <summary>Whether an empty field after the last column is left out.</summary>
    public bool IgnoreTrailing { get; init; }

    /// <summary>Whether lines below the table that look like totals or remarks are rows, rather than left out.</summary>
    public bool KeepsFooter { get; init; }

    /// <summary>Whether rows that cannot be read are left out and counted, rather than ending the ingest.</summary>
    public bool SkipErrors { get; init; }

    /// <summary>The most rows to leave out; null: the setting's.</summary>
    public int? MaxErrors { get; init; }
}
