using System.Text;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>A value outside of a result, for a parameter of a statement.</summary>
public sealed unsafe class DuckDbValue : IDisposable
{
    private DuckDbValue(ValueHandle handle) => Handle = handle;

    /// <summary>NULL, of any type.</summary>
    public static DuckDbValue Null => new(NativeMethods.duckdb_create_null_value());

    internal ValueHandle Handle { get; }

    /// <summary>A BOOLEAN.</summary>
    public static DuckDbValue Of(bool value) => new(NativeMethods.duckdb_create_bool(value));

    /// <summary>A BIGINT.</summary>
    public static DuckDbValue Of(long value) => new(NativeMethods.duckdb_create_int64(value));

    /// <summary>A HUGEINT.</summary>
    public static DuckDbValue Of(Int128 value) =>
        new(NativeMethods.duckdb_create_hugeint(new NativeHugeInt { Lower = (ulong)value, Upper = (long)(value >> 64) }));

    /// <summary>A DOUBLE.</summary>
    public static DuckDbValue Of(double value) => new(NativeMethods.duckdb_create_double(value));

    /// <summary>A VARCHAR.</summary>
    public static DuckDbValue Of(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value + '\0'); // so that an empty text has an address
        fixed (byte* text = utf8)
        {
            return new DuckDbValue(NativeMethods.duckdb_create_varchar_length(text, (ulong)utf8.Length - 1));
        }
    }

    /// <summary>A LIST.</summary>
    /// <param name="element">The type of its elements.</param>
    /// <param name="values">Its elements, which are copied.</param>
    public static DuckDbValue List(DuckDbType element, IReadOnlyList<DuckDbValue> values)
    {
        using var type = element.ToHandle();
        fixed (nint* items = Pointers(values))
        {
            return new DuckDbValue(NativeMethods.duckdb_create_list_value(type, items, (ulong)values.Count));
        }
    }

    /// <summary>A STRUCT.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="values">The values of its members, in order, which are copied.</param>
    public static DuckDbValue Struct(DuckDbType type, IReadOnlyList<DuckDbValue> values)
    {
        using var handle = type.ToHandle();
        fixed (nint* members = Pointers(values))
        {
            return new DuckDbValue(NativeMethods.duckdb_create_struct_value(handle, members));
        }
    }

    /// <summary>Frees the value.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>The values' addresses; with one more, so that there is an address of no values.</summary>
    private static nint[] Pointers(IReadOnlyList<DuckDbValue> values) => [.. values.Select(v => v.Handle.DangerousGetHandle()), 0];
}
