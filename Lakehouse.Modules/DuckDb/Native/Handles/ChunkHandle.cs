using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native.Handles;

/// <summary>Owns a <c>duckdb_data_chunk</c>.</summary>
internal sealed class ChunkHandle : SafeHandle
{
    public ChunkHandle(nint chunk)
        : base(0, ownsHandle: true) => SetHandle(chunk);

    public override bool IsInvalid => handle == 0;

    public nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        NativeMethods.duckdb_destroy_data_chunk(ref handle);
        return true;
    }
}
