using System.Text;

namespace Lakehouse.Core.Toml;

/// <summary>Reads TOML 1.0 (https://toml.io/en/v1.0.0): accepts everything that the specification allows and refuses everything else.</summary>
public static class TomlReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The document's root table. Throws <see cref="TomlException"/> with line and column.</summary>
    /// <param name="utf8">The text; it may start with a byte order mark.</param>
    public static TomlTable Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        string text;
        try
        {
            text = StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException error)
        {
            var before = utf8[..Math.Clamp(error.Index, 0, utf8.Length)];
            throw new TomlException(before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'), "the text is not valid UTF-8");
        }

        return new Document(text).Read();
    }

    /// <summary>Reads headers and pairs and builds their tables. <see cref="TomlValueReader"/> reads keys and values.</summary>
    private sealed class Document
    {
        private readonly TomlCursor _cursor;
        private readonly TomlValueReader _values;
        private readonly TomlTable _root = new() { Origin = TomlTableOrigin.Header };
        private readonly HashSet<List<object>> _tableArrays = new(ReferenceEqualityComparer.Instance);

        public Document(string text)
        {
            _cursor = new TomlCursor(text);
            _values = new TomlValueReader(_cursor);
        }

        public TomlTable Read()
        {
            var current = _root;
            while (true)
            {
                _cursor.SkipBlanks();
                if (_cursor.AtEnd)
                {
                    return _root;
                }

                if (_cursor.Current == '[')
                {
                    current = ReadHeader();
                    _cursor.EndLine();
                }
                else if (_cursor.Current is not ('#' or '\n' or '\r'))
                {
                    _values.ReadPair(current);
                    _cursor.EndLine();
                }
                else
                {
                    _cursor.EndLine();
                }
            }
        }

        private TomlTable ReadHeader()
        {
            _cursor.Expect('[');
            var isArray = _cursor.TryTake('[');
            _cursor.SkipBlanks();
            var path = _values.ReadKey();
            _cursor.SkipBlanks();
            _cursor.Expect(']');
            if (isArray)
            {
                _cursor.Expect(']');
            }

            var parent = _root;
            foreach (var key in path.AsSpan(0, path.Count - 1))
            {
                parent = Descend(parent, key);
            }

            return isArray ? AppendToArray(parent, path[^1]) : OpenTable(parent, path[^1]);
        }

        private TomlTable Descend(TomlTable parent, string key)
        {
            if (!parent.TryGet(key, out var value))
            {
                var implied = new TomlTable { Origin = TomlTableOrigin.Implied };
                parent.Add(key, implied);
                return implied;
            }

            return value switch
            {
                TomlTable { Origin: not TomlTableOrigin.Inline } table => table,
                List<object> list when _tableArrays.Contains(list) => (TomlTable)list[^1],
                _ => throw _cursor.Error($"'{key}' is already a value and cannot hold tables"),
            };
        }

        private TomlTable OpenTable(TomlTable parent, string key)
        {
            if (!parent.TryGet(key, out var value))
            {
                var table = new TomlTable { Origin = TomlTableOrigin.Header };
                parent.Add(key, table);
                return table;
            }

            if (value is TomlTable { Origin: TomlTableOrigin.Implied } implied)
            {
                implied.Origin = TomlTableOrigin.Header;
                return implied;
            }

            throw _cursor.Error($"the table '{key}' is defined twice");
        }

        private TomlTable AppendToArray(TomlTable parent, string key)
        {
            if (!parent.TryGet(key, out var value))
            {
                value = new List<object>();
                _tableArrays.Add((List<object>)value);
                parent.Add(key, value);
            }

            if (value is not List<object> list || !_tableArrays.Contains(list))
            {
                throw _cursor.Error($"'{key}' is already there and is not an array of tables");
            }

            var table = new TomlTable { Origin = TomlTableOrigin.Header };
            list.Add(table);
            return table;
        }
    }

    private static ReadOnlySpan<string> AsSpan(this List<string> list, int start, int length) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list).Slice(start, length);
}
