using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Lakehouse.Query.Internal.Json;

/// <summary>Writes JSON into the blocks of a buffer writer, without a copy and with one bounds check per value.</summary>
internal ref struct JsonOutput
{
    private const int BlockSize = 64 * 1024;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(CreateEscaped());

    private readonly IBufferWriter<byte> _writer;
    private Span<byte> _block;
    private int _position;

    public JsonOutput(IBufferWriter<byte> writer)
    {
        _writer = writer;
        _block = writer.GetSpan(BlockSize);
    }

    /// <summary>Passes the last block to the writer.</summary>
    public void Complete()
    {
        _writer.Advance(_position);
        _block = default;
        _position = 0;
    }

    /// <summary>Returns at least <paramref name="size"/> bytes to write to; <see cref="Advance"/> is then told how many were used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int size)
    {
        if (_block.Length - _position < size)
        {
            NextBlock(size);
        }

        return _block[_position..];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int count) => _position += count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        _position++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= _block.Length - _position)
        {
            bytes.CopyTo(_block[_position..]);
            _position += bytes.Length;
            return;
        }

        WriteInPieces(bytes);
    }

    public void Write(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var length);
        _position += length;
    }

    public void Write(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var length);
        _position += length;
    }

    /// <summary>Writes the shortest text that parses to the same number. JSON has no NaN and no infinities: they are strings.</summary>
    public void Write(double value)
    {
        if (!double.IsFinite(value))
        {
            WriteNonFinite(value);
            return;
        }

        var length = NumberText.Write(value, Reserve(NumberText.SizeBytesMax)); // first: it may begin a block
        _position += length;
    }

    /// <summary>As <see cref="Write(double)"/>, for a float.</summary>
    public void Write(float value)
    {
        if (!float.IsFinite(value))
        {
            WriteNonFinite(value);
            return;
        }

        Utf8Formatter.TryFormat(value, Reserve(32), out var length);
        _position += length;
    }

    /// <summary>Writes UTF-8 text as a JSON string (RFC 8259, section 7): quotes, backslashes and control characters are escaped.</summary>
    public void WriteString(scoped ReadOnlySpan<byte> utf8)
    {
        var plain = utf8.IndexOfAny(Escaped);
        if (plain < 0 && utf8.Length < BlockSize)
        {
            var to = Reserve(utf8.Length + 2);
            to[utf8.Length + 1] = (byte)'"';
            to[0] = (byte)'"';
            utf8.CopyTo(to[1..]);
            _position += utf8.Length + 2;
            return;
        }

        Write((byte)'"');
        for (; plain >= 0; plain = utf8.IndexOfAny(Escaped))
        {
            Write(utf8[..plain]);
            WriteEscape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }

        Write(utf8);
        Write((byte)'"');
    }

    /// <summary>Writes bytes as a JSON string in base64 (RFC 4648, section 4).</summary>
    public void WriteBase64(scoped ReadOnlySpan<byte> bytes)
    {
        Write((byte)'"');
        WritePlainBase64(bytes);
        Write((byte)'"');
    }

    /// <summary>As <see cref="WriteBase64"/>, without quotes.</summary>
    public void WritePlainBase64(scoped ReadOnlySpan<byte> bytes)
    {
        const int piece = 3 * 4_096;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(piece, bytes.Length)];
            Base64.EncodeToUtf8(part, Reserve(Base64.GetMaxEncodedToUtf8Length(part.Length)), out _, out var length);
            _position += length;
            bytes = bytes[part.Length..];
        }
    }

    private static byte[] CreateEscaped()
    {
        var escaped = new List<byte> { (byte)'"', (byte)'\\' };
        for (byte control = 0; control < 0x20; control++)
        {
            escaped.Add(control);
        }

        return [.. escaped];
    }

    /// <summary>The name of a number that is not finite.</summary>
    public static ReadOnlySpan<byte> NameOfNonFinite(double value) => double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;

    private void WriteNonFinite(double value)
    {
        Write((byte)'"');
        Write(NameOfNonFinite(value));
        Write((byte)'"');
    }

    private void WriteEscape(byte character)
    {
        var to = Reserve(6);
        to[0] = (byte)'\\';
        var shortForm = character switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => (byte)0,
        };
        if (shortForm != 0)
        {
            to[1] = shortForm;
            _position += 2;
            return;
        }

        "u00"u8.CopyTo(to[1..]);
        to[4] = (byte)(character < 0x10 ? '0' : '1');
        to[5] = "0123456789abcdef"u8[character & 0xF];
        _position += 6;
    }

    private void WriteInPieces(scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var to = Reserve(1);
            var count = Math.Min(to.Length, bytes.Length);
            bytes[..count].CopyTo(to);
            _position += count;
            bytes = bytes[count..];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NextBlock(int size)
    {
        _writer.Advance(_position);
        _position = 0;
        _block = _writer.GetSpan(Math.Max(size, BlockSize));
    }
}
