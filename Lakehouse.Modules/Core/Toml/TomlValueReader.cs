using System.Globalization;

namespace Lakehouse.Core.Toml;

/// <summary>Reads keys, pairs and values.</summary>
internal sealed class TomlValueReader(TomlCursor cursor)
{
    /// <summary>Arrays and inline tables nested deeper than this are refused, because the reader is recursive and the stack is finite.</summary>
    private const int DepthMax = 100;

    private readonly TomlStringReader _strings = new(cursor);
    private int _depth;

    /// <summary>Reads a key such as <c>a.b."c d"</c>; blanks around the dots are allowed.</summary>
    public List<string> ReadKey()
    {
        var path = new List<string>();
        do
        {
            cursor.SkipBlanks();
            path.Add(ReadSimpleKey());
            cursor.SkipBlanks();
        }
        while (cursor.TryTake('.'));
        return path;
    }

    /// <summary>Reads <c>key = value</c> into <paramref name="table"/>. A dotted key leads through the tables that it names.</summary>
    public void ReadPair(TomlTable table)
    {
        var path = ReadKey();
        cursor.Expect('=');
        cursor.SkipBlanks();
        for (var i = 0; i < path.Count - 1; i++)
        {
            table = DescendDotted(table, path[i]);
        }

        if (table.TryGet(path[^1], out _))
        {
            throw cursor.Error($"the key '{path[^1]}' is defined twice");
        }

        table.Add(path[^1], ReadValue());
    }

    private TomlTable DescendDotted(TomlTable table, string key)
    {
        if (!table.TryGet(key, out var value))
        {
            var created = new TomlTable { Origin = TomlTableOrigin.DottedKey };
            table.Add(key, created);
            return created;
        }

        return value is TomlTable { Origin: TomlTableOrigin.DottedKey } dotted
            ? dotted
            : throw cursor.Error($"'{key}' is already defined and cannot be extended by a dotted key");
    }

    private string ReadSimpleKey()
    {
        if (cursor.Current is '"' or '\'')
        {
            return cursor.StartsWith("\"\"\"") || cursor.StartsWith("'''")
                ? throw cursor.Error("a key cannot be a multi-line string")
                : _strings.Read();
        }

        var length = 0;
        while (char.IsAsciiLetterOrDigit(cursor.Peek(length)) || cursor.Peek(length) is '_' or '-')
        {
            length++;
        }

        if (length == 0)
        {
            throw cursor.Error($"expected a key, found {cursor.Describe()}");
        }

        var key = cursor.Rest[..length].ToString();
        cursor.Advance(length);
        return key;
    }

    private object ReadValue()
    {
        switch (cursor.Current)
        {
            case '"' or '\'':
                return _strings.Read();
            case '[':
                return Nested(ReadArray);
            case '{':
                return Nested(ReadInlineTable);
        }

        var length = 0;
        while (char.IsAsciiLetterOrDigit(cursor.Peek(length)) || cursor.Peek(length) is '_' or '-' or '+' or '.' or ':')
        {
            length++;
        }

        // One space may separate a date and a time: `1979-05-27 07:32:00`.
        if (length == 10 && cursor.Peek(4) == '-' && cursor.Peek(10) == ' ' && char.IsAsciiDigit(cursor.Peek(11)))
        {
            length++;
            while (char.IsAsciiLetterOrDigit(cursor.Peek(length)) || cursor.Peek(length) is '-' or '+' or '.' or ':')
            {
                length++;
            }
        }

        var word = cursor.Rest[..length];
        var value = TomlScalar.Parse(word)
            ?? throw cursor.Error(length == 0 ? $"expected a value, found {cursor.Describe()}" : $"'{word}' is not a value");
        cursor.Advance(length);
        return value;
    }

    private object Nested(Func<object> read)
    {
        if (++_depth > DepthMax)
        {
            throw cursor.Error(string.Create(CultureInfo.InvariantCulture, $"values are nested more than {DepthMax} deep"));
        }

        var value = read();
        _depth--;
        return value;
    }

    private List<object> ReadArray()
    {
        cursor.Expect('[');
        var items = new List<object>();
        while (true)
        {
            cursor.SkipBlankLines();
            if (cursor.TryTake(']'))
            {
                return items;
            }

            items.Add(ReadValue());
            cursor.SkipBlankLines();
            if (!cursor.TryTake(','))
            {
                cursor.Expect(']');
                return items;
            }
        }
    }

    private TomlTable ReadInlineTable()
    {
        cursor.Expect('{');
        var table = new TomlTable { Origin = TomlTableOrigin.Inline };
        cursor.SkipBlanks();
        if (!cursor.TryTake('}'))
        {
            do
            {
                cursor.SkipBlanks();
                ReadPair(table);
                cursor.SkipBlanks();
            }
            while (cursor.TryTake(','));
            cursor.Expect('}');
        }

        Seal(table);
        return table;
    }

    /// <summary>Marks an inline table as complete: nothing may be added to it, nor to the tables that its dotted keys defined.</summary>
    private static void Seal(TomlTable table)
    {
        table.Origin = TomlTableOrigin.Inline;
        foreach (var child in table.Values.Values.OfType<TomlTable>())
        {
            Seal(child);
        }
    }
}
