using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>
/// Writes a result as chunks for other modules, each after its length (4 bytes, little-endian). <see cref="QueryChunk"/> describes their layout.
/// </summary>
internal sealed class ChunkForm : IAnswerForm
{
    /// <summary>The NaN that stands for an element that is NULL. No arithmetic makes it.</summary>
    public const uint NullElement = 0x7FC0_5A5A;

    private readonly ArrayBufferWriter<byte> _chunk = new();
    private readonly ArrayBufferWriter<byte> _values = new();
    private (ChunkColumnKind Kind, ColumnJson Json)[] _columns = [];

    public bool ShowsCuts => true;

    public void Begin(DuckDbResult result, IBufferWriter<byte> output) =>
        _columns = [.. result.Columns.Select(c => (KindOf(c.Type), ColumnJson.For(c.Type, ValueOptions.Plain)))];

    public void Write(DuckDbChunk chunk, int rowCount, IBufferWriter<byte> output)
    {
        _chunk.ResetWrittenCount();
        WriteInt(rowCount);
        WriteInt(_columns.Length);
        for (var i = 0; i < _columns.Length; i++)
        {
            WriteColumn(_columns[i].Kind, _columns[i].Json, chunk.GetVector(i), rowCount);
        }

        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), _chunk.WrittenCount);
        output.Advance(4);
        output.Write(_chunk.WrittenSpan);
    }

    public void End(long rowCount, bool isTruncated, IBufferWriter<byte> output)
    {
    }

    public void Dispose()
    {
    }

    private static ChunkColumnKind KindOf(DuckDbType type) =>
        type is { Id: DuckDbTypeId.Varchar, IsJson: false } ? ChunkColumnKind.Text
        : type.Id is DuckDbTypeId.List or DuckDbTypeId.Array && type.Children[0].Type.Id == DuckDbTypeId.Float ? ChunkColumnKind.Floats
        : ChunkColumnKind.Json;

    private void WriteColumn(ChunkColumnKind kind, ColumnJson json, DuckDbVector vector, int rowCount)
    {
        _chunk.GetSpan(1)[0] = (byte)kind;
        _chunk.Advance(1);
        var validityLength = (rowCount + 7) / 8;
        var validity = _chunk.GetSpan(validityLength)[..validityLength];
        validity.Clear();
        for (var row = 0; row < rowCount; row++)
        {
            validity[row >> 3] |= (byte)(vector.IsNull(row) ? 0 : 1 << (row & 7));
        }

        _chunk.Advance(validityLength);
        _values.ResetWrittenCount();
        json.Bind(vector);
        for (var row = 0; row < rowCount; row++)
        {
            WriteInt(_values.WrittenCount);
            if (!vector.IsNull(row))
            {
                WriteValue(kind, json, vector, row);
            }
        }

        WriteInt(_values.WrittenCount);
        _chunk.Write(_values.WrittenSpan);
    }

    private void WriteValue(ChunkColumnKind kind, ColumnJson json, DuckDbVector vector, int row)
    {
        switch (kind)
        {
            case ChunkColumnKind.Text:
                _values.Write(vector.GetBytes(row));
                break;
            case ChunkColumnKind.Floats:
                WriteFloats(vector, row);
                break;
            default:
                var output = new JsonOutput(_values);
                json.Write(ref output, row);
                output.Complete();
                break;
        }
    }

    private void WriteFloats(DuckDbVector vector, int row)
    {
        var (offset, length) = vector.Type.Id == DuckDbTypeId.Array ? (row * vector.Type.ArrayLength, vector.Type.ArrayLength) : vector.GetListEntry(row);
        var elements = vector.GetElements();
        var target = MemoryMarshal.Cast<byte, float>(_values.GetSpan(length * sizeof(float)))[..length];
        for (var i = 0; i < length; i++)
        {
            target[i] = elements.IsNull(offset + i) ? BitConverter.UInt32BitsToSingle(NullElement) : elements.Get<float>(offset + i);
        }

        _values.Advance(length * sizeof(float));
    }

    private void WriteInt(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_chunk.GetSpan(4), value);
        _chunk.Advance(4);
    }
}
