using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lakehouse.Core.Toml;

/// <summary>Reads the four forms of strings: basic and literal, single-line and multi-line.</summary>
internal sealed class TomlStringReader(TomlCursor cursor)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    public string Read()
    {
        var quote = cursor.Current;
        var isMultiLine = cursor.Peek(1) == quote && cursor.Peek(2) == quote;
        cursor.Advance(isMultiLine ? 3 : 1);
        if (isMultiLine)
        {
            cursor.TryTakeNewline();
        }

        var result = new StringBuilder();
        while (true)
        {
            if (cursor.AtEnd)
            {
                throw cursor.Error("the string is not closed");
            }

            if (cursor.Current == quote)
            {
                if (!isMultiLine)
                {
                    cursor.Advance();
                    return result.ToString();
                }

                if (TryClose(quote, result))
                {
                    return result.ToString();
                }
            }
            else if (cursor.Current is '\n' or '\r')
            {
                ReadNewline(isMultiLine, result);
            }
            else if (cursor.Current == '\\' && quote == '"')
            {
                cursor.Advance();
                ReadEscape(isMultiLine, result);
            }
            else
            {
                cursor.RequireNoControl();
                result.Append(cursor.Current);
                cursor.Advance();
            }
        }
    }

    /// <summary>Up to two quotes may come directly before the closing three: <c>"""a""""</c> is <c>a"</c>.</summary>
    private bool TryClose(char quote, StringBuilder result)
    {
        var run = 0;
        while (cursor.Peek(run) == quote && run < 5)
        {
            run++;
        }

        cursor.Advance(run);
        result.Append(quote, run >= 3 ? run - 3 : run);
        return run >= 3;
    }

    private void ReadNewline(bool isMultiLine, StringBuilder result)
    {
        if (!isMultiLine)
        {
            throw cursor.Error("the string is not closed on its line");
        }

        result.Append(cursor.Current == '\r' ? "\r\n" : "\n");
        cursor.TryTakeNewline();
    }

    private void ReadEscape(bool isMultiLine, StringBuilder result)
    {
        var escape = cursor.Current;
        if (isMultiLine && escape is ' ' or '\t' or '\n' or '\r')
        {
            SkipLineContinuation();
            return;
        }

        cursor.Advance();
        switch (escape)
        {
            case 'b': result.Append('\b'); break;
            case 't': result.Append('\t'); break;
            case 'n': result.Append('\n'); break;
            case 'f': result.Append('\f'); break;
            case 'r': result.Append('\r'); break;
            case '"': result.Append('"'); break;
            case '\\': result.Append('\\'); break;
            case 'u': result.Append(ReadRune(4)); break;
            case 'U': result.Append(ReadRune(8)); break;
            default: throw cursor.Error($"'\\{escape}' is not an escape");
        }
    }

    /// <summary>A backslash at the end of a line removes the newline and all white space after it.</summary>
    private void SkipLineContinuation()
    {
        cursor.SkipBlanks();
        if (!cursor.TryTakeNewline())
        {
            throw cursor.Error("only white space may follow a backslash at the end of a line");
        }

        do
        {
            cursor.SkipBlanks();
        }
        while (cursor.TryTakeNewline());
    }

    private string ReadRune(int digits)
    {
        if (cursor.Rest.Length < digits
            || cursor.Rest[..digits].ContainsAnyExcept(HexDigits)
            || !int.TryParse(cursor.Rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw cursor.Error($"the escape needs {digits} hex digits that name a Unicode scalar value");
        }

        cursor.Advance(digits);
        return new Rune(code).ToString();
    }
}
