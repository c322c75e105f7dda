using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query;

/// <summary>
/// Some rows of a result, column by column. A text column holds UTF-8, a column of lists of FLOAT the numbers, any other column the JSON of its values
/// (docs/sql.md). Immutable. The layout of its bytes (little-endian): row count (4), column count (4); for each column its kind (1), one bit per row that is
/// set where the row has a value, the offsets of the values (4 each, one more than rows), and the values.
/// </summary>
public sealed record QueryChunk
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly (ChunkColumnKind Kind, int Validity, int Offsets, int Values)[] _columns;

    /// <summary>Creates a chunk from what <see cref="Bytes"/> returned.</summary>
    public QueryChunk(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        RowCount = Int(0);
        _columns = new (ChunkColumnKind, int, int, int)[Int(4)];
        var position = 8;
        for (var i = 0; i < _columns.Length; i++)
        {
            var validity = position + 1;
            var offsets = validity + ((RowCount + 7) / 8);
            var values = offsets + (4 * (RowCount + 1));
            _columns[i] = ((ChunkColumnKind)bytes.Span[position], validity, offsets, values);
            position = values + Int(values - 4);
        }
    }

    /// <summary>The whole chunk in the layout above, to store it.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>How many rows, 1 or more.</summary>
    public int RowCount { get; }

    /// <summary>True when the value is NULL.</summary>
    public bool IsNull(int column, int row) => (_bytes.Span[_columns[column].Validity + (row >> 3)] & (1 << (row & 7))) == 0;

    /// <summary>The value of a VARCHAR column in UTF-8; empty for NULL.</summary>
    public ReadOnlyMemory<byte> GetText(int column, int row) => Value(column, row, ChunkColumnKind.Text);

    /// <summary>The numbers of a FLOAT[] value; NaN for an element that is NULL. Empty for NULL.</summary>
    public ReadOnlySpan<float> GetFloats(int column, int row) => MemoryMarshal.Cast<byte, float>(Value(column, row, ChunkColumnKind.Floats).Span);

    /// <summary>Writes a value of any type as JSON.</summary>
    public void WriteJson(int column, int row, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        if (IsNull(column, row))
        {
            json.Write("null"u8);
        }
        else if (_columns[column].Kind == ChunkColumnKind.Text)
        {
            json.WriteString(GetText(column, row).Span);
        }
        else if (_columns[column].Kind == ChunkColumnKind.Floats)
        {
            WriteFloats(GetFloats(column, row), ref json);
        }
        else
        {
            json.Write(Value(column, row, ChunkColumnKind.Json).Span);
        }

        json.Complete();
    }

    private static void WriteFloats(ReadOnlySpan<float> values, ref JsonOutput json)
    {
        json.Write((byte)'[');
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                json.Write((byte)',');
            }

            if (BitConverter.SingleToUInt32Bits(values[i]) == ChunkForm.NullElement)
            {
                json.Write("null"u8);
            }
            else
            {
                json.Write(values[i]);
            }
        }

        json.Write((byte)']');
    }

    private ReadOnlyMemory<byte> Value(int column, int row, ChunkColumnKind kind)
    {
        var (actual, _, offsets, values) = _columns[column];
        if (actual != kind)
        {
            throw new InvalidOperationException($"column {column} holds {actual}, not {kind}");
        }

        var start = Int(offsets + (4 * row));
        return _bytes.Slice(values + start, Int(offsets + (4 * row) + 4) - start);
    }

    private int Int(int position) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span[position..]);
}
