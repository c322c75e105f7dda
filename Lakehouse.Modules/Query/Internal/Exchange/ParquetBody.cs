using System.Buffers;
using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Answers;

namespace Lakehouse.Query.Internal.Exchange;

/// <summary>
/// A Parquet file, written by the engine. The engine writes it into a pipe on a thread of its own; what comes out is the answer, so that it takes no disk and
/// waits while the client does not read.
/// </summary>
internal sealed class ParquetBody : IAnswerBody
{
    private const int PieceBytes = 64 * 1024;

    // Each thread of the engine collects a whole group before it writes it; the engine's default takes a gigabyte for 18 columns.
    private const int RowGroupRows = 20_480;

    // A data file is read by several threads, each a group at a time, and its groups are passed over by their statistics: larger ones cost less there.
    private const int StoredGroupRows = 61_440;

    private readonly DuckDbStatement _copy;
    private readonly RowBound _bound;
    private readonly NamedPipe _pipe;
    private readonly Thread _writer;
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _count;
    private long _rows;
    private Exception? _error;

    /// <summary>Starts a COPY whose parameters are bound, and reads its first bytes.</summary>
    /// <param name="copy">The statement.</param>
    /// <param name="pipe">The pipe that it writes to, which is disposed of with this.</param>
    /// <param name="bound">The most rows. The statement makes at most one more.</param>
    public ParquetBody(DuckDbStatement copy, NamedPipe pipe, RowBound bound)
    {
        (_copy, _pipe, _bound) = (copy, pipe, bound);
        _writer = DuckDbThread.Start("parquet", Write);
        try
        {
            MoveNext();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long RowCount { get; private set; }

    /// <summary>The statement that writes the rows of another one into a pipe.</summary>
    /// <param name="select">The other one.</param>
    /// <param name="path">The pipe.</param>
    /// <param name="bound">The most rows; one more is made, to tell whether there are more.</param>
    /// <param name="isStored">Whether it becomes a data file.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="fieldIds">The ids that other engines have chosen for columns; null for none.</param>
    public static string CopyTo(
        string select, string path, RowBound bound, bool isStored, IReadOnlyList<DuckDbColumn> columns, IReadOnlyDictionary<string, int>? fieldIds)
    {
        var fields = isStored ? FieldSchema.CopyOptions([.. columns.Select(c => new DatasetColumn(c.Name, c.Type.Name))], fieldIds) : string.Empty;
        var group = isStored ? StoredGroupRows : RowGroupRows;
        var limit = bound.Max == 0 ? string.Empty : $" LIMIT {(bound.IsWanted ? bound.Max : bound.Max + 1)}";
        return $"COPY (SELECT * FROM (\n{select}\n){limit}) TO {DuckDbSql.Literal(path)} (FORMAT parquet, USE_TMP_FILE false, ROW_GROUP_SIZE {group}{fields})";
    }

    public void Write(IBufferWriter<byte> output) => output.Write(_piece.AsSpan(0, _count));

    public bool MoveNext()
    {
        _count = _pipe.Read(_piece);
        if (_count > 0)
        {
            return true;
        }

        _writer.Join();
        if (_error is not null)
        {
            throw _error;
        }

        RowCount = _rows;
        return false;
    }

    public void End(IBufferWriter<byte> output)
    {
        if (_bound.Max > 0 && RowCount > _bound.Max)
        {
            _bound.RequireWanted();
        }
    }

    public void Dispose()
    {
        // The writer fails at its next byte. It may work for a while before that, and is interrupted like every statement.
        _pipe.StopReading();
        _writer.Join();
        _pipe.Dispose();
    }

    private void Write()
    {
        try
        {
            using var result = _copy.Execute();
            using var count = result.FetchChunk();
            _rows = count?.GetVector(0).Get<long>(0) ?? 0;
        }
        catch (DuckDbException error)
        {
            _error = error;
        }
        finally
        {
            _pipe.EndWriting();
        }
    }
}
