namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// EXPLAIN in front of a statement, which <see cref="SqlParser"/> does not accept. The rest of the text is judged by itself, and runs with a prefix that is
/// written here. If the prefix is ever read wrongly, the rest does not parse as a SELECT and is refused.
/// </summary>
/// <param name="Length">The length of the prefix in characters; 0 when there is none.</param>
/// <param name="Statement">The prefix to run the rest with.</param>
internal readonly record struct ExplainPrefix(int Length, string Statement)
{
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
        else if (next < sql.Length && sql[next] == '(')
        {
            var option = SkipBlanks(sql, next + 1);
            if (TakeWord(sql, ref option, "ANALYZE") || TakeWord(sql, ref option, "FORMAT"))
            {
                throw GateErrors.Forbidden("EXPLAIN takes no options here; EXPLAIN and EXPLAIN ANALYZE are allowed");
            }
        }

        return new ExplainPrefix(position, statement);
    }

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
