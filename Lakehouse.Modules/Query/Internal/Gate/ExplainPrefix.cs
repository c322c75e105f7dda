using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// EXPLAIN in front of a statement, which <see cref="SqlParser"/> does not accept. The rest of the text is judged by itself, and runs with a prefix that is
/// written here. If the prefix is ever read wrongly, the rest does not parse as a SELECT and is refused.
/// </summary>
/// <param name="Length">The length of the prefix in characters; 0 when there is none.</param>
/// <param name="Statement">The prefix to run the rest with.</param>
internal readonly record struct ExplainPrefix(int Length, string Statement)
{
    // Not HTML: the engine writes texts of the statement into it as they are, so a page that shows it would run their scripts.
    private static readonly string[] Formats = ["TEXT", "JSON", "GRAPHVIZ", "MERMAID", "YAML"];

    public static ExplainPrefix Read(string sql)
    {
        var position = SkipBlanks(sql, 0);
        if (!TakeWord(sql, ref position, "EXPLAIN"))
        {
            return new ExplainPrefix(0, string.Empty);
        }

        var statement = "EXPLAIN ";
        var next = SkipBlanks(sql, position);
        if (TakeWord(sql, ref next, "ANALYZE"))
        {
            position = next;
            statement = "EXPLAIN ANALYZE ";
        }
        else if (next < sql.Length && sql[next] == '(' && ReadOptions(sql, ref next) is { } options)
        {
            position = next;
            statement = $"EXPLAIN ({options}) ";
        }

        return new ExplainPrefix(position, statement);
    }

    /// <summary>Reads options in brackets. Null when the brackets hold no options, but a statement.</summary>
    private static string? ReadOptions(string sql, ref int position)
    {
        var (isAnalyze, format) = (false, (string?)null);
        var next = position;
        do
        {
            next = SkipBlanks(sql, next + 1);
            if (!isAnalyze && TakeWord(sql, ref next, "ANALYZE"))
            {
                isAnalyze = true;
            }
            else if (format is null && TakeWord(sql, ref next, "FORMAT"))
            {
                next = SkipBlanks(sql, next);
                format = Array.Find(Formats, f => TakeWord(sql, ref next, f)) ?? throw Refused();
            }
            else
            {
                return isAnalyze || format is not null ? throw Refused() : null;
            }

            next = SkipBlanks(sql, next);
        }
        while (next < sql.Length && sql[next] == ',');

        if (next >= sql.Length || sql[next] != ')')
        {
            throw Refused();
        }

        if (isAnalyze && format == "YAML")
        {
            throw GateErrors.Invalid("EXPLAIN has no FORMAT yaml with ANALYZE; the others have it");
        }

        position = next + 1;
        return string.Join(", ", new[] { isAnalyze ? "ANALYZE" : null, format is null ? null : $"FORMAT {format}" }.Where(o => o is not null));
    }

    private static LakehouseException Refused() => GateErrors.Forbidden(
        "EXPLAIN takes the options (ANALYZE, FORMAT text) here, each once, and the formats text, json, graphviz, mermaid and yaml");

    private static bool TakeWord(string sql, ref int position, string word)
    {
        var end = position + word.Length;
        if (end > sql.Length
            || !sql.AsSpan(position, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
            || (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] is '_' or '$')))
        {
            return false;
        }

        position = end;
        return true;
    }

    private static int SkipBlanks(string sql, int position)
    {
        while (position < sql.Length)
        {
            if (char.IsWhiteSpace(sql[position]))
            {
                position++;
            }
            else if (string.CompareOrdinal(sql, position, "--", 0, 2) == 0)
            {
                var end = sql.AsSpan(position).IndexOfAny('\n', '\r');
                position = end < 0 ? sql.Length : position + end + 1;
            }
            else if (string.CompareOrdinal(sql, position, "/*", 0, 2) == 0)
            {
                var end = sql.IndexOf("*/", position + 2, StringComparison.Ordinal);
                position = end < 0 ? sql.Length : end + 2;
            }
            else
            {
                break;
            }
        }

        return position;
    }
}
