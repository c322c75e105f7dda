using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

/// <summary>
/// DuckDB's C API (src/include/duckdb.h, v1.5), one file for each area of it. Every pointer that a call returns is owned by a SafeHandle; texts are copied at
/// once.
/// </summary>
internal static partial class NativeMethods
{
    private const string Library = "duckdb";

    [LibraryImport(Library)]
    internal static partial void duckdb_free(nint pointer);

    [LibraryImport(Library)]
    internal static partial nint duckdb_library_version();

    /// <summary>Copies a text that DuckDB keeps.</summary>
    internal static string Borrow(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? string.Empty;

    /// <summary>Copies a text that the caller must free, and frees it.</summary>
    internal static string Take(nint utf8)
    {
        var text = Borrow(utf8);
        duckdb_free(utf8);
        return text;
    }
}
