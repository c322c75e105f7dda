using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native.Handles;

/// <summary>Owns a <c>duckdb_prepared_statement</c>.</summary>
internal sealed class StatementHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.duckdb_destroy_prepare(ref handle);
        return true;
    }
}
