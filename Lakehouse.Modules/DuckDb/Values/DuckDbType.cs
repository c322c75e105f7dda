using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>A type of DuckDB, with everything that is needed to read its values. Immutable.</summary>
public sealed class DuckDbType
{
    private DuckDbType(DuckDbTypeId id) => Id = id;

    /// <summary>Which type it is.</summary>
    public DuckDbTypeId Id { get; }

    /// <summary>As SQL writes it, e.g. <c>DECIMAL(18,3)</c>, <c>STRUCT(a INTEGER)[]</c>.</summary>
    public string Name { get; private init; } = string.Empty;

    /// <summary>True for JSON, which is VARCHAR whose values are JSON texts.</summary>
    public bool IsJson { get; private init; }

    /// <summary>LIST and ARRAY: the element. MAP: key and value. STRUCT and UNION: the members. Else empty.</summary>
    public IReadOnlyList<DuckDbTypeMember> Children { get; private init; } = [];

    /// <summary>DECIMAL: digits in all, 1 to 38.</summary>
    public int Width { get; private init; }

    /// <summary>DECIMAL: digits after the point.</summary>
    public int Scale { get; private init; }

    /// <summary>ARRAY: how many elements every value has.</summary>
    public int ArrayLength { get; private init; }

    /// <summary>ENUM: the labels by code, UTF-8.</summary>
    public IReadOnlyList<byte[]> EnumLabels { get; private init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>A type without parameters, e.g. VARCHAR.</summary>
    public static DuckDbType Of(DuckDbTypeId id) => new(id) { Name = NameOf(id) };

    /// <summary>The LIST of a type.</summary>
    public static DuckDbType ListOf(DuckDbType element) => new(DuckDbTypeId.List) { Name = element.Name + "[]", Children = [new(string.Empty, element)] };

    /// <summary>The STRUCT of members.</summary>
    public static DuckDbType StructOf(params DuckDbTypeMember[] members) =>
        new(DuckDbTypeId.Struct) { Name = $"STRUCT({Describe(members)})", Children = members };

    /// <summary>Returns the engine's form of the type. Only for types that <see cref="Of"/>, <see cref="ListOf"/> and <see cref="StructOf"/> make.</summary>
    internal unsafe LogicalTypeHandle ToHandle()
    {
        if (Id == DuckDbTypeId.List)
        {
            using var element = Children[0].Type.ToHandle();
            return NativeMethods.duckdb_create_list_type(element);
        }

        if (Id != DuckDbTypeId.Struct)
        {
            return NativeMethods.duckdb_create_logical_type((int)Id);
        }

        var members = Children.Select(c => c.Type.ToHandle()).ToList();
        var names = Children.Select(c => Marshal.StringToCoTaskMemUTF8(c.Name)).ToArray();
        var types = members.Select(m => m.DangerousGetHandle()).ToArray();
        try
        {
            fixed (nint* typeList = types, nameList = names)
            {
                return NativeMethods.duckdb_create_struct_type(typeList, (byte**)nameList, (ulong)types.Length);
            }
        }
        finally
        {
            members.ForEach(m => m.Dispose());
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    internal static DuckDbType Read(LogicalTypeHandle handle)
    {
        var id = (DuckDbTypeId)NativeMethods.duckdb_get_type_id(handle);
        return id switch
        {
            DuckDbTypeId.Decimal => ReadDecimal(handle),
            DuckDbTypeId.Enum => ReadEnum(handle),
            DuckDbTypeId.List => ReadList(handle),
            DuckDbTypeId.Array => ReadArray(handle),
            DuckDbTypeId.Map => ReadMap(handle),
            DuckDbTypeId.Struct => ReadStruct(handle),
            DuckDbTypeId.Union => ReadUnion(handle),
            _ => ReadSimple(handle, id),
        };
    }

    private static DuckDbType ReadSimple(LogicalTypeHandle handle, DuckDbTypeId id)
    {
        var alias = NativeMethods.Take(NativeMethods.duckdb_logical_type_get_alias(handle));
        var isJson = id == DuckDbTypeId.Varchar && alias == "JSON";
        return new DuckDbType(id) { Name = isJson ? alias : NameOf(id), IsJson = isJson };
    }

    private static string NameOf(DuckDbTypeId id) => id switch
    {
        DuckDbTypeId.TimestampS => "TIMESTAMP_S",
        DuckDbTypeId.TimestampMs => "TIMESTAMP_MS",
        DuckDbTypeId.TimestampNs => "TIMESTAMP_NS",
        DuckDbTypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeId.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeId.TimeNs => "TIME_NS",
        DuckDbTypeId.SqlNull => "\"NULL\"",
        _ => id.ToString().ToUpperInvariant(),
    };

    private static DuckDbType ReadDecimal(LogicalTypeHandle handle)
    {
        int width = NativeMethods.duckdb_decimal_width(handle);
        int scale = NativeMethods.duckdb_decimal_scale(handle);
        return new DuckDbType(DuckDbTypeId.Decimal)
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"DECIMAL({width},{scale})"),
            Width = width,
            Scale = scale,
        };
    }

    private static DuckDbType ReadEnum(LogicalTypeHandle handle)
    {
        var labels = new string[NativeMethods.duckdb_enum_dictionary_size(handle)];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = NativeMethods.Take(NativeMethods.duckdb_enum_dictionary_value(handle, (ulong)i));
        }

        return new DuckDbType(DuckDbTypeId.Enum)
        {
            Name = $"ENUM({string.Join(", ", labels.Select(l => $"'{l.Replace("'", "''", StringComparison.Ordinal)}'"))})",
            EnumLabels = Array.ConvertAll(labels, Encoding.UTF8.GetBytes),
        };
    }

    private static DuckDbType ReadList(LogicalTypeHandle handle)
    {
        using var child = NativeMethods.duckdb_list_type_child_type(handle);
        var element = Read(child);
        return new DuckDbType(DuckDbTypeId.List) { Name = element.Name + "[]", Children = [new(string.Empty, element)] };
    }

    private static DuckDbType ReadArray(LogicalTypeHandle handle)
    {
        using var child = NativeMethods.duckdb_array_type_child_type(handle);
        var element = Read(child);
        var length = (int)NativeMethods.duckdb_array_type_array_size(handle);
        return new DuckDbType(DuckDbTypeId.Array)
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{element.Name}[{length}]"),
            Children = [new(string.Empty, element)],
            ArrayLength = length,
        };
    }

    private static DuckDbType ReadMap(LogicalTypeHandle handle)
    {
        using var keyHandle = NativeMethods.duckdb_map_type_key_type(handle);
        using var valueHandle = NativeMethods.duckdb_map_type_value_type(handle);
        var (key, value) = (Read(keyHandle), Read(valueHandle));
        return new DuckDbType(DuckDbTypeId.Map) { Name = $"MAP({key.Name}, {value.Name})", Children = [new("key", key), new("value", value)] };
    }

    private static DuckDbType ReadStruct(LogicalTypeHandle handle)
    {
        var members = new DuckDbTypeMember[NativeMethods.duckdb_struct_type_child_count(handle)];
        for (var i = 0; i < members.Length; i++)
        {
            using var child = NativeMethods.duckdb_struct_type_child_type(handle, (ulong)i);
            members[i] = new(NativeMethods.Take(NativeMethods.duckdb_struct_type_child_name(handle, (ulong)i)), Read(child));
        }

        return new DuckDbType(DuckDbTypeId.Struct) { Name = $"STRUCT({Describe(members)})", Children = members };
    }

    private static DuckDbType ReadUnion(LogicalTypeHandle handle)
    {
        var members = new DuckDbTypeMember[NativeMethods.duckdb_union_type_member_count(handle)];
        for (var i = 0; i < members.Length; i++)
        {
            using var child = NativeMethods.duckdb_union_type_member_type(handle, (ulong)i);
            members[i] = new(NativeMethods.Take(NativeMethods.duckdb_union_type_member_name(handle, (ulong)i)), Read(child));
        }

        return new DuckDbType(DuckDbTypeId.Union) { Name = $"UNION({Describe(members)})", Children = members };
    }

    private static string Describe(DuckDbTypeMember[] members) =>
        string.Join(", ", members.Select(m => m.Name.Length == 0 ? m.Type.Name : $"{DuckDbSql.QuoteIfNeeded(m.Name)} {m.Type.Name}"));
}
