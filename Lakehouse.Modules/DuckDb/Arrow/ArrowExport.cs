using System.Runtime.InteropServices;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb.Arrow;

/// <summary>Converts the chunks of a result into Arrow arrays, as the engine's settings say (<c>arrow_lossless_conversion</c> and others).</summary>
public sealed unsafe class ArrowExport : IDisposable
{
    private nint _options;

    internal ArrowExport(ResultHandle result, IReadOnlyList<DuckDbColumn> columns)
    {
        _options = NativeMethods.duckdb_result_get_arrow_options(result.Pointer);
        var types = Enumerable.Range(0, columns.Count).Select(i => NativeMethods.duckdb_column_logical_type(result.Pointer, (ulong)i)).ToList();
        var names = columns.Select(c => Marshal.StringToCoTaskMemUTF8(c.Name)).ToArray();
        var handles = types.Select(t => t.DangerousGetHandle()).ToArray();
        var schema = default(NativeArrowSchema);
        try
        {
            fixed (nint* typeList = handles, nameList = names)
            {
                NativeMethods.Require(NativeMethods.duckdb_to_arrow_schema(_options, typeList, (byte**)nameList, (ulong)names.Length, &schema));
            }

            Fields = ArrowField.Read(&schema).Children;
        }
        finally
        {
            if (schema.Release is not null)
            {
                schema.Release(&schema);
            }

            types.ForEach(t => t.Dispose());
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>The fields, one for each column.</summary>
    public IReadOnlyList<ArrowField> Fields { get; }

    /// <summary>Converts the first rows of a chunk. The chunk has no other rows afterwards.</summary>
    /// <exception cref="DuckDbException">The engine cannot convert a value.</exception>
    public ArrowBatch Convert(DuckDbChunk chunk, int rowCount)
    {
        ObjectDisposedException.ThrowIf(_options == 0, this);
        return chunk.ToArrow(_options, rowCount);
    }

    /// <summary>Frees the conversion; batches stay valid.</summary>
    public void Dispose()
    {
        if (_options != 0)
        {
            NativeMethods.duckdb_destroy_arrow_options(ref _options);
            _options = 0;
        }
    }
}
