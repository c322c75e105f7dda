using Lakehouse.DuckDb.Arrow;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>Up to 2,048 rows, as one vector per column. The vectors are DuckDB's own memory: nothing read from them outlives <see cref="Dispose"/>.</summary>
public sealed class DuckDbChunk : IDisposable
{
    private readonly ChunkHandle _handle;
    private readonly IReadOnlyList<DuckDbColumn> _columns;

    internal DuckDbChunk(ChunkHandle handle, IReadOnlyList<DuckDbColumn> columns, int rowCount)
    {
        _handle = handle;
        _columns = columns;
        RowCount = rowCount;
    }

    /// <summary>At least 1.</summary>
    public int RowCount { get; }

    /// <summary>The vector of a column.</summary>
    public DuckDbVector GetVector(int column)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return DuckDbVector.From(NativeMethods.duckdb_data_chunk_get_vector(_handle.Pointer, (ulong)column), _columns[column].Type);
    }

    internal ArrowBatch ToArrow(nint options, int rowCount)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (rowCount < RowCount)
        {
            NativeMethods.duckdb_data_chunk_set_size(_handle.Pointer, (ulong)rowCount);
        }

        return new ArrowBatch(options, _handle.Pointer);
    }

    /// <summary>Frees the memory of the vectors.</summary>
    public void Dispose() => _handle.Dispose();
}
