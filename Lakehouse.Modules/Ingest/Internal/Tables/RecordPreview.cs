using System.Buffers;
using System.Text;
using Lakehouse.DuckDb;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>Takes the first records of a file and shows them as the rows that they would be.</summary>
internal sealed class RecordPreview : IRecordSink
{
    /// <summary>How many rows are shown.</summary>
    public const int RowsMax = 20;

    private readonly ArrayBufferWriter<byte> _records = new();
    private long _rows;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        // A run of bytes can have more records than are shown, and at most a block of them is kept.
        if (_rows <= RowsMax)
        {
            _records.Write(bytes);
        }
    }

    public bool EndRecord(int pendingBytes)
    {
        _rows++;

        // Ends the run, so that what belongs to the first records is written before the count goes on.
        return _rows <= RowsMax;
    }

    public void EndSegment()
    {
    }

    /// <summary>The first rows. Blocks the thread for a few milliseconds.</summary>
    /// <param name="engines">Convert them.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="form">The form of the records.</param>
    /// <param name="recordBytesMax">The largest record.</param>
    /// <param name="folder">The scratch folder.</param>
    public List<IReadOnlyList<string?>> Read(ConverterEngines engines, TableSchema schema, RecordForm form, int recordBytesMax, string folder)
    {
        var rows = new List<IReadOnlyList<string?>>();
        if (_records.WrittenCount == 0 || schema.Columns.Count == 0)
        {
            return rows;
        }

        var path = Path.Combine(folder, "preview.csv");
        File.WriteAllBytes(path, _records.WrittenSpan);
        var sql = $"SELECT COLUMNS(*)::VARCHAR FROM ({schema.Query(path, form, recordBytesMax)}) LIMIT {RowsMax}";
        engines.Run(connection => Read(connection, sql, rows));
        return rows;
    }

    private static void Read(DuckDbConnection connection, string sql, List<IReadOnlyList<string?>> rows)
    {
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        using var chunk = result.FetchChunk();
        for (var row = 0; row < (chunk?.RowCount ?? 0); row++)
        {
            var values = new string?[result.Columns.Count];
            for (var column = 0; column < values.Length; column++)
            {
                var vector = chunk!.GetVector(column);
                values[column] = vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.GetBytes(row));
            }

            rows.Add(values);
        }
    }
}
