using System.Buffers;
using System.Buffers.Binary;
using Lakehouse.DuckDb.Arrow;

namespace Lakehouse.Query.Internal.Arrow;

/// <summary>
/// Writes Arrow's interprocess streaming format (Columnar.html, "IPC Streaming Format"; metadata version 5): a schema, the dictionaries once, then batches of
/// rows, and the end. Buffers are aligned to 8 bytes. Not thread-safe.
/// </summary>
internal sealed class ArrowStream
{
    private const short MetadataVersion = 4; // V5
    private const byte SchemaMessage = 1;
    private const byte DictionaryMessage = 2;
    private const byte BatchMessage = 3;
    private const int Alignment = 8;

    private readonly FlatBufferBuilder _builder = new();
    private readonly IReadOnlyList<ArrowColumn> _columns;
    private readonly List<(long Length, long NullCount)> _nodes = [];
    private readonly List<(long Offset, long Length)> _buffers = [];
    private long _bodyBytes;
    private bool _hasDictionaries;

    public ArrowStream(IReadOnlyList<ArrowField> fields)
    {
        var dictionaries = 0L;
        _columns = [.. fields.Select(f => ArrowColumn.Of(f, ref dictionaries))];
    }

    /// <summary>Writes the schema.</summary>
    public void Begin(IBufferWriter<byte> output)
    {
        _builder.Reset();
        var fields = _builder.Positions([.. _columns.Select(WriteField)]);
        var schema = _builder.BeginTable(4).Reference(1, fields).Short(0, 0).EndTable();
        WriteMessage(SchemaMessage, schema, 0, output);
    }

    /// <summary>Writes a batch of rows.</summary>
    public void Write(ArrowBatch batch, IBufferWriter<byte> output)
    {
        if (!_hasDictionaries)
        {
            _hasDictionaries = true;
            for (var i = 0; i < _columns.Count; i++)
            {
                WriteDictionaries(_columns[i], batch.GetColumn(i), output);
            }
        }

        Clear();
        for (var i = 0; i < _columns.Count; i++)
        {
            Measure(_columns[i], batch.GetColumn(i));
        }

        _builder.Reset();
        WriteMessage(BatchMessage, WriteBatchTable(batch.Length), _bodyBytes, output);
        for (var i = 0; i < _columns.Count; i++)
        {
            WriteBuffers(_columns[i], batch.GetColumn(i), output);
        }
    }

    /// <summary>Writes the end of the stream.</summary>
    public static void End(IBufferWriter<byte> output) => output.Write((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void WritePadding(long length, IBufferWriter<byte> output) =>
        output.Write("\0\0\0\0\0\0\0\0"u8[..(int)(Padded(length) - length)]);

    private void Clear()
    {
        _nodes.Clear();
        _buffers.Clear();
        _bodyBytes = 0;
    }

    private int WriteField(ArrowColumn column)
    {
        var values = column.Dictionary ?? column;
        var children = _builder.Positions([.. values.Children.Select(WriteField)]);
        var metadata = column.Field.Metadata.Count == 0 ? 0 : _builder.Positions([.. column.Field.Metadata.Select(WriteMetadata)]);
        var dictionary = column.Dictionary is null ? 0 : WriteEncoding(column);
        var name = _builder.Text(column.Field.Name);
        var type = values.Type.Write(_builder);
        return _builder.BeginTable(7)
            .Reference(0, name)
            .Reference(3, type)
            .Reference(4, dictionary)
            .Reference(5, children)
            .Reference(6, metadata)
            .Byte(1, column.Field.IsNullable ? (byte)1 : (byte)0)
            .Byte(2, values.Type.Kind)
            .EndTable();
    }

    private int WriteMetadata(KeyValuePair<string, string> pair)
    {
        var (key, value) = (_builder.Text(pair.Key), _builder.Text(pair.Value));
        return _builder.BeginTable(2).Reference(0, key).Reference(1, value).EndTable();
    }

    private int WriteEncoding(ArrowColumn column)
    {
        var indexType = column.Type.Write(_builder);
        return _builder.BeginTable(4).Long(0, column.DictionaryId).Reference(1, indexType).EndTable();
    }

    private int WriteBatchTable(long length)
    {
        var (nodes, buffers) = (_builder.Pairs(_nodes), _builder.Pairs(_buffers));
        return _builder.BeginTable(3).Long(0, length).Reference(1, nodes).Reference(2, buffers).EndTable();
    }

    private void WriteDictionaries(ArrowColumn column, ArrowArray array, IBufferWriter<byte> output)
    {
        if (column.Dictionary is { } dictionary)
        {
            var values = array.GetDictionary();
            Clear();
            Measure(dictionary, values);
            _builder.Reset();
            var data = WriteBatchTable(values.Length);
            var table = _builder.BeginTable(3).Long(0, column.DictionaryId).Reference(1, data).EndTable();
            WriteMessage(DictionaryMessage, table, _bodyBytes, output);
            WriteBuffers(dictionary, values, output);
            return;
        }

        for (var i = 0; i < column.Children.Count; i++)
        {
            WriteDictionaries(column.Children[i], array.GetChild(i), output);
        }
    }

    private void Measure(ArrowColumn column, ArrowArray array)
    {
        if (array.Offset != 0)
        {
            throw new NotSupportedException("the engine made an Arrow array with an offset");
        }

        _nodes.Add((array.Length, Math.Max(0, ArrowColumn.NullCountOf(array))));
        foreach (var length in column.MeasureBuffers(array))
        {
            _buffers.Add((_bodyBytes, length));
            _bodyBytes += Padded(length);
        }

        for (var i = 0; i < column.Children.Count; i++)
        {
            Measure(column.Children[i], array.GetChild(i));
        }
    }

    private static void WriteBuffers(ArrowColumn column, ArrowArray array, IBufferWriter<byte> output)
    {
        var lengths = column.MeasureBuffers(array);
        for (var i = 0; i < lengths.Count; i++)
        {
            output.Write(array.GetBuffer(i, lengths[i]));
            WritePadding(lengths[i], output);
        }

        for (var i = 0; i < column.Children.Count; i++)
        {
            WriteBuffers(column.Children[i], array.GetChild(i), output);
        }
    }

    private void WriteMessage(byte kind, int header, long bodyBytes, IBufferWriter<byte> output)
    {
        var message = _builder.BeginTable(5).Long(3, bodyBytes).Reference(2, header).Short(0, MetadataVersion).Byte(1, kind).EndTable();
        var metadata = _builder.Finish(message);
        var head = output.GetSpan(Alignment);
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xFFFF_FFFF);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(int)..], (int)Padded(metadata.Length));
        output.Advance(Alignment);
        output.Write(metadata);
        WritePadding(metadata.Length, output);
    }
}
