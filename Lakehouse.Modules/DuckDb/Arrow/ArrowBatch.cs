using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb.Arrow;

/// <summary>A chunk of rows as Arrow arrays, in the engine's memory.</summary>
public sealed unsafe class ArrowBatch : IDisposable
{
    private readonly ArrowArrayHandle _root = new();

    internal ArrowBatch(nint options, nint chunk)
    {
        try
        {
            NativeMethods.Require(NativeMethods.duckdb_data_chunk_to_arrow(options, chunk, _root.Array));
        }
        catch
        {
            _root.Dispose();
            throw;
        }
    }

    /// <summary>How many rows.</summary>
    public long Length => _root.Array->Length;

    /// <summary>The values of a column.</summary>
    public ArrowArray GetColumn(int index)
    {
        ObjectDisposedException.ThrowIf(_root.IsClosed, this);
        return new ArrowArray(_root.Array->Children[index]);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _root.Dispose();
}
