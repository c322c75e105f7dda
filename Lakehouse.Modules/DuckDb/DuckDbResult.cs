using Lakehouse.DuckDb.Arrow;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>Rows, chunk by chunk, forward only. Not thread-safe.</summary>
public sealed class DuckDbResult : IDisposable
{
    private readonly ResultHandle _handle;
    private bool _isAtEnd;

    internal unsafe DuckDbResult(ResultHandle handle)
    {
        _handle = handle;
        var columns = new DuckDbColumn[(int)NativeMethods.duckdb_column_count(handle.Pointer)];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = NativeMethods.duckdb_column_logical_type(handle.Pointer, (ulong)i);
            columns[i] = new DuckDbColumn(NativeMethods.Borrow(NativeMethods.duckdb_column_name(handle.Pointer, (ulong)i)), DuckDbType.Read(type));
        }

        Columns = columns;
    }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<DuckDbColumn> Columns { get; }

    /// <summary>Prepares the conversion of its chunks into Arrow arrays.</summary>
    /// <exception cref="DuckDbException">The engine cannot convert a type.</exception>
    public ArrowExport ExportArrow() => new(_handle, Columns);

    /// <summary>The next chunk, at most 2,048 rows and never empty, or null after the last one. The caller disposes of it.</summary>
    /// <exception cref="DuckDbException">The statement failed in mid-stream: what was read so far is not the whole result.</exception>
    public unsafe DuckDbChunk? FetchChunk()
    {
        while (!_isAtEnd)
        {
            var chunk = NativeMethods.duckdb_fetch_chunk(*_handle.Pointer);
            if (chunk == 0)
            {
                // An error in mid-stream looks like the end of the result; only the error message tells them apart. Another fetch would be an error by itself.
                _isAtEnd = true;
                var error = NativeMethods.duckdb_result_error(_handle.Pointer);
                return error == 0 || NativeMethods.Borrow(error) is "" ? null : throw new DuckDbException(NativeMethods.Borrow(error));
            }

            var handle = new ChunkHandle(chunk);
            var rows = (int)NativeMethods.duckdb_data_chunk_get_size(chunk);
            if (rows > 0)
            {
                return new DuckDbChunk(handle, Columns, rows);
            }

            handle.Dispose();
        }

        return null;
    }

    /// <summary>Frees the result; a statement that still runs is ended.</summary>
    public void Dispose() => _handle.Dispose();
}
