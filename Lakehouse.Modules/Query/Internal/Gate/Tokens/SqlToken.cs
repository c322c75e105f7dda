namespace Lakehouse.Query.Internal.Gate.Tokens;

/// <summary>A token of a SQL text.</summary>
/// <param name="Start">The index of its first character.</param>
/// <param name="End">The index after its last character.</param>
/// <param name="Depth">How many brackets are open around it.</param>
/// <param name="IsWord">True for a keyword or a name without quotes.</param>
internal readonly record struct SqlToken(int Start, int End, int Depth, bool IsWord)
{
    /// <summary>Whether it is this word or this sign, in any letter case.</summary>
    public bool Is(string sql, string text) => sql.AsSpan(Start, End - Start).Equals(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Splits a text into tokens: words, numbers, quoted texts, and every other sign by itself. Comments and blanks are skipped. Where DuckDB's lexer and this
    /// one could differ, this one treats as code what DuckDB treats as a comment, never the other way round, so that nothing escapes the bounds.
    /// </summary>
    public static List<SqlToken> Split(string sql)
    {
        var tokens = new List<SqlToken>();
        var depth = 0;
        var position = 0;
        while (position < sql.Length)
        {
            var start = position;
            var character = sql[position];
            if (char.IsWhiteSpace(character))
            {
                position++;
                continue;
            }

            if (StartsWith(sql, position, "--"))
            {
                var end = sql.AsSpan(position).IndexOfAny('\n', '\r');
                position = end < 0 ? sql.Length : position + end + 1;
                continue;
            }

            if (StartsWith(sql, position, "/*"))
            {
                position = EndOf(sql, position + 2, "*/");
                continue;
            }

            var isWord = IsOfWord(character) && !char.IsAsciiDigit(character);
            position = character switch
            {
                '\'' or '"' => EndOfQuoted(sql, position, character),
                'e' or 'E' when position + 1 < sql.Length && sql[position + 1] == '\'' => EndOfEscaped(sql, position + 1),
                '$' => EndOfDollarQuoted(sql, position),
                _ when isWord => EndOfWord(sql, position),
                _ when char.IsAsciiDigit(character) => EndOfNumber(sql, position),
                _ => position + 1,
            };
            depth -= character is ')' or ']' or '}' ? 1 : 0;
            tokens.Add(new SqlToken(start, position, depth, isWord));
            depth += character is '(' or '[' or '{' ? 1 : 0;
        }

        return tokens;
    }

    private static bool StartsWith(string sql, int position, string text) => string.CompareOrdinal(sql, position, text, 0, text.Length) == 0;

    private static int EndOf(string sql, int position, string text)
    {
        var end = sql.IndexOf(text, position, StringComparison.Ordinal);
        return end < 0 ? sql.Length : end + text.Length;
    }

    private static int EndOfQuoted(string sql, int position, char quote)
    {
        for (var i = position + 1; i < sql.Length; i++)
        {
            if (sql[i] == quote)
            {
                if (i + 1 == sql.Length || sql[i + 1] != quote)
                {
                    return i + 1;
                }

                i++;
            }
        }

        return sql.Length;
    }

    /// <summary>Returns the end of E'...', in which a backslash escapes the next character.</summary>
    private static int EndOfEscaped(string sql, int position)
    {
        for (var i = position + 1; i < sql.Length; i++)
        {
            if (sql[i] == '\\')
            {
                i++;
            }
            else if (sql[i] == '\'')
            {
                if (i + 1 == sql.Length || sql[i + 1] != '\'')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return sql.Length;
    }

    private static int EndOfNumber(string sql, int position)
    {
        while (position < sql.Length && (char.IsAsciiLetterOrDigit(sql[position]) || sql[position] == '_'))
        {
            position++;
        }

        return position;
    }

    private static int EndOfDollarQuoted(string sql, int position)
    {
        var end = position + 1;
        if (end < sql.Length && char.IsAsciiDigit(sql[end]))
        {
            return end; // a parameter
        }

        while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_'))
        {
            end++;
        }

        return end < sql.Length && sql[end] == '$' ? EndOf(sql, end + 1, sql[position..(end + 1)]) : position + 1;
    }

    /// <summary>To the engine every character beyond ASCII that is no blank is part of a name, also signs and halves of pairs.</summary>
    private static bool IsOfWord(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or >= '\u0080';

    private static int EndOfWord(string sql, int position)
    {
        while (position < sql.Length && (IsOfWord(sql[position]) || sql[position] == '$'))
        {
            position++;
        }

        return position;
    }
}
