using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Lakehouse.Core.Parquet;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>Reads what <see cref="PageWriter"/> has written. What is damaged throws <see cref="InvalidDataException"/>.</summary>
internal sealed class PageReader
{
    // The most that gzip can make of a byte, and of none.
    private const int RatioMax = 1_032;
    private const int HeadMax = 1_024;

    // What the footer says of the levels is believed before they are read, so it is bounded: by far more files and columns than a dataset has.
    private const int ValuesMax = 1 << 24;

    private readonly ParquetLeaf _leaf;
    private readonly byte[] _body;
    private readonly byte[] _repetitions;
    private readonly byte[] _definitions;
    private int _position;
    private int _next;

    /// <summary>Opens a page.</summary>
    /// <param name="leaf">Its column.</param>
    /// <param name="page">What the footer says of it.</param>
    /// <param name="file">The file.</param>
    public PageReader(ParquetLeaf leaf, PageInfo page, ReadOnlySpan<byte> file)
    {
        _leaf = leaf;
        if (page.Offset < 0 || page.Size < 0 || page.Offset > file.Length - page.Size || page.ValueCount < 1
            || page.ValueCount > (leaf.RepetitionMax > 0 ? ValuesMax : 1))
        {
            throw Damaged();
        }

        _body = ReadBody(file.Slice((int)page.Offset, (int)page.Size), page);
        _repetitions = leaf.RepetitionMax > 0 ? ReadLevels((int)page.ValueCount, leaf.RepetitionMax) : new byte[page.ValueCount];
        _definitions = ReadLevels((int)page.ValueCount, leaf.DefinitionMax);
    }

    /// <summary>Whether there is one more level, and which.</summary>
    public bool TryPeek(out int repetition, out int definition)
    {
        (repetition, definition) = _next < _definitions.Length ? (_repetitions[_next], _definitions[_next]) : (0, 0);
        return _next < _definitions.Length;
    }

    /// <summary>The next value; null for NULL, and where there is no element.</summary>
    public string? Text() => IsThere() ? Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))))) : null;

    /// <inheritdoc cref="Text"/>
    public long? Long() => IsThere() ? BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long))) : null;

    /// <inheritdoc cref="Text"/>
    public int? Int() => IsThere() ? BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))) : null;

    /// <inheritdoc cref="Text"/>
    public bool? Bool() => IsThere() ? Take(1)[0] != 0 : null;

    /// <summary>Passes over the mark of an empty list.</summary>
    public void Pass()
    {
        if (IsThere())
        {
            throw Damaged();
        }
    }

    /// <summary>That nothing is left.</summary>
    public void RequireEnd()
    {
        if (_next != _definitions.Length || _position != _body.Length)
        {
            throw Damaged();
        }
    }

    private bool IsThere() => _next < _definitions.Length ? _definitions[_next++] == _leaf.DefinitionMax : throw Damaged();

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size < 0 || size > _body.Length - _position)
        {
            throw Damaged();
        }

        _position += size;
        return _body.AsSpan(_position - size, size);
    }

    private static byte[] ReadBody(ReadOnlySpan<byte> page, PageInfo info)
    {
        var header = new ThriftReader(page);
        var (unpacked, size, checksum) = (-1, -1, (int?)null);
        while (header.TryField(out var field, out var type))
        {
            switch (field)
            {
                case PageField.UnpackedSize:
                    unpacked = header.ReadInt();
                    break;
                case PageField.Size:
                    size = header.ReadInt();
                    break;
                case PageField.Checksum:
                    checksum = header.ReadInt();
                    break;
                default:
                    header.Skip(type);
                    break;
            }
        }

        var content = page[header.Position..];
        if (size != content.Length || unpacked < 0 || unpacked > ((long)size * RatioMax) + HeadMax || checksum != (int)Crc32.HashToUInt32(content))
        {
            throw Damaged();
        }

        var body = new byte[unpacked];
        if (!info.IsPacked)
        {
            return unpacked == size ? content.ToArray() : throw Damaged();
        }

        using var gzip = new GZipStream(new MemoryStream(content.ToArray()), CompressionMode.Decompress);
        return gzip.ReadAtLeast(body, unpacked, throwOnEndOfStream: false) == unpacked && gzip.ReadByte() < 0 ? body : throw Damaged();
    }

    private byte[] ReadLevels(int count, int max)
    {
        var end = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))) is var size && size >= 0 && size <= _body.Length - _position
            ? _position + size
            : throw Damaged();
        var levels = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var run = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var part = _position < end && shift < 35 ? Take(1)[0] : throw Damaged();
                run |= (long)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    break;
                }
            }

            var level = _position < end ? Take(1)[0] : throw Damaged();
            var length = run >> 1;
            if ((run & 1) != 0 || length == 0 || length > count - filled || level > max)
            {
                throw Damaged();
            }

            levels.AsSpan(filled, (int)length).Fill(level);
            filled += (int)length;
        }

        return _position == end ? levels : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("the file is damaged");
}
