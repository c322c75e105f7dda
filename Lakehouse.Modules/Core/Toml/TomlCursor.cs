namespace Lakehouse.Core.Toml;

/// <summary>A position in the text, and the reading steps that all rules of the grammar share.</summary>
internal sealed class TomlCursor(string text)
{
    public int Position { get; private set; }

    public bool AtEnd => Position >= text.Length;

    /// <summary>The character at the position. NUL at the end, which no rule accepts: a NUL in the text is refused as a control character.</summary>
    public char Current => Peek(0);

    public char Peek(int offset) => Position + offset < text.Length ? text[Position + offset] : '\0';

    public bool StartsWith(string token) => text.AsSpan(Position).StartsWith(token, StringComparison.Ordinal);

    public ReadOnlySpan<char> Rest => text.AsSpan(Position);

    public void Advance(int count = 1) => Position += count;

    public bool TryTake(char expected)
    {
        if (AtEnd || Current != expected)
        {
            return false;
        }

        Advance();
        return true;
    }

    public void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw Error($"expected '{expected}', found {Describe()}");
        }
    }

    /// <summary>Skips spaces and tabs.</summary>
    public void SkipBlanks()
    {
        while (!AtEnd && Current is ' ' or '\t')
        {
            Advance();
        }
    }

    /// <summary>Skips blanks, comments and newlines, which are all allowed inside an array.</summary>
    public void SkipBlankLines()
    {
        while (true)
        {
            SkipBlanks();
            SkipComment();
            if (!TryTakeNewline())
            {
                return;
            }
        }
    }

    /// <summary>Reads what may follow a header or a pair: blanks, a comment, and a newline or the end of the text.</summary>
    public void EndLine()
    {
        SkipBlanks();
        SkipComment();
        if (!AtEnd && !TryTakeNewline())
        {
            throw Error($"expected the end of the line, found {Describe()}");
        }
    }

    public bool TryTakeNewline()
    {
        if (!AtEnd && Current == '\n')
        {
            Advance();
            return true;
        }

        if (!AtEnd && Current == '\r')
        {
            if (Peek(1) != '\n')
            {
                throw Error("a carriage return without a line feed");
            }

            Advance(2);
            return true;
        }

        return false;
    }

    /// <summary>Refuses the control characters that are not allowed in comments and strings. A tab is allowed in both.</summary>
    public void RequireNoControl()
    {
        if (Current is (< ' ' and not '\t') or '\x7F')
        {
            throw Error($"the control character U+{(int)Current:X4} is not allowed here");
        }
    }

    public TomlException Error(string reason)
    {
        var before = text.AsSpan(0, Math.Min(Position, text.Length));
        return new TomlException(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), reason);
    }

    public string Describe() => AtEnd ? "the end of the text" : Current is '\n' or '\r' ? "the end of the line" : $"'{Current}'";

    private void SkipComment()
    {
        if (AtEnd || Current != '#')
        {
            return;
        }

        while (!AtEnd && Current != '\n' && !(Current == '\r' && Peek(1) == '\n'))
        {
            RequireNoControl();
            Advance();
        }
    }
}
