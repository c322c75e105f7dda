using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial nint duckdb_result_get_arrow_options(NativeResult* result);

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_arrow_options(ref nint options);

    [LibraryImport(Library)]
    internal static partial nint duckdb_to_arrow_schema(nint options, nint* types, byte** names, ulong count, NativeArrowSchema* schema);

    [LibraryImport(Library)]
    internal static partial nint duckdb_data_chunk_to_arrow(nint options, nint chunk, NativeArrowArray* array);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.I1)]
    internal static partial bool duckdb_error_data_has_error(nint error);

    [LibraryImport(Library)]
    internal static partial nint duckdb_error_data_message(nint error);

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_error_data(ref nint error);

    [LibraryImport(Library)]
    internal static partial void duckdb_data_chunk_set_size(nint chunk, ulong size);

    /// <summary>Frees an error, and throws it where there is one.</summary>
    internal static void Require(nint error)
    {
        if (error == 0)
        {
            return;
        }

        var message = duckdb_error_data_has_error(error) ? Borrow(duckdb_error_data_message(error)) : null;
        duckdb_destroy_error_data(ref error);
        if (message is not null)
        {
            throw new DuckDbException(message);
        }
    }
}
