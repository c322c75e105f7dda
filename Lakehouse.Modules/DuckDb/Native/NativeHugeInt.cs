using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

/// <summary><c>duckdb_hugeint</c>: a whole number of 128 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeHugeInt
{
    public ulong Lower;
    public long Upper;
}
