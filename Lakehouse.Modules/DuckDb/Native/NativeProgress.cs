using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

/// <summary><c>duckdb_query_progress_type</c>; the percentage is -1 where the engine has no estimate.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeProgress
{
    public double Percentage;
    public ulong RowsProcessed;
    public ulong RowsTotal;
}
