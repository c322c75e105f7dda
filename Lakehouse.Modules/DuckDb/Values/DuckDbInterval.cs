using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb;

/// <summary><c>duckdb_interval</c>, 16 bytes.</summary>
/// <param name="Months">Years and months.</param>
/// <param name="Days">Days.</param>
/// <param name="Micros">Hours and below, in microseconds.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbInterval(int Months, int Days, long Micros);
