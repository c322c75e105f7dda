using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>The values of one column, which become one page.</summary>
internal sealed class PageWriter(ParquetLeaf leaf)
{
    // What is smaller has nothing to gain.
    private const int PackedMin = 4_096;

    private readonly List<byte> _repetitions = [];
    private readonly List<byte> _definitions = [];
    private readonly ArrayBufferWriter<byte> _values = new();

    public ParquetLeaf Leaf => leaf;

    /// <summary>Adds a value, or NULL.</summary>
    /// <param name="repetition">0 where the row begins; else the depth of the list that goes on.</param>
    /// <param name="value">A text, a whole number or a truth value.</param>
    public void Add(int repetition, object? value)
    {
        AddNone(repetition, value is null ? leaf.DefinitionMax - 1 : leaf.DefinitionMax);
        switch (value)
        {
            case string text:
                var size = Encoding.UTF8.GetByteCount(text);
                BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), size);
                Encoding.UTF8.GetBytes(text, Take(size));
                break;
            case long number:
                BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), number);
                break;
            case int number:
                BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), number);
                break;
            case bool truth:
                Take(1)[0] = truth ? (byte)1 : (byte)0;
                break;
        }
    }

    /// <summary>Adds an empty list, to which there is no value.</summary>
    public void AddNone(int repetition, int definition)
    {
        _repetitions.Add((byte)repetition);
        _definitions.Add((byte)definition);
    }

    /// <summary>Writes the page and says where it is.</summary>
    public PageInfo Write(ArrayBufferWriter<byte> file)
    {
        var body = new ArrayBufferWriter<byte>(_values.WrittenCount + 64);
        if (leaf.RepetitionMax > 0)
        {
            WriteLevels(body, _repetitions);
        }

        WriteLevels(body, _definitions);
        body.Write(_values.WrittenSpan);
        var isPacked = body.WrittenCount >= PackedMin;
        var content = isPacked ? Pack(body.WrittenSpan) : body.WrittenSpan;

        var offset = file.WrittenCount;
        var header = new ThriftWriter(file);
        header.Int(PageField.Type, 0);
        header.Int(PageField.UnpackedSize, body.WrittenCount);
        header.Int(PageField.Size, content.Length);
        header.Int(PageField.Checksum, (int)Crc32.HashToUInt32(content));
        header.Object(PageField.DataHeader, () =>
        {
            header.Int(PageField.ValueCount, _definitions.Count);
            header.Int(PageField.Encoding, PageField.Plain);
            header.Int(PageField.DefinitionEncoding, PageField.RunLength);
            header.Int(PageField.RepetitionEncoding, PageField.RunLength);
        });
        header.Stop();
        var headerSize = file.WrittenCount - offset;
        file.Write(content);
        return new PageInfo(offset, headerSize + body.WrittenCount, headerSize + content.Length, _definitions.Count, isPacked);
    }

    private Span<byte> Take(int size)
    {
        var span = _values.GetSpan(size)[..size];
        _values.Advance(size);
        return span;
    }

    /// <summary>Levels as runs of equal ones, after their size: the format's own way.</summary>
    private static void WriteLevels(ArrayBufferWriter<byte> body, List<byte> levels)
    {

        var runs = new List<byte>();
        for (var start = 0; start < levels.Count;)
        {
            var end = start + 1;
            while (end < levels.Count && levels[end] == levels[start])
            {
                end++;
            }

            // The lowest bit says that it is a run.
            for (var count = (uint)(end - start) << 1; ; count >>= 7)
            {
                runs.Add((byte)(count >= 0x80 ? count | 0x80 : count));
                if (count < 0x80)
                {
                    break;
                }
            }

            runs.Add(levels[start]);
            start = end;
        }

        BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(sizeof(int)), runs.Count);
        body.Advance(sizeof(int));
        body.Write(runs.ToArray());
    }

    private static ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }
}
