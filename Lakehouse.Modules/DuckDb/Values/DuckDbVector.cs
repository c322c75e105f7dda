using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lakehouse.DuckDb.Native;

namespace Lakehouse.DuckDb;

/// <summary>
/// The values of one column of one chunk, in DuckDB's own memory: valid until the chunk is disposed of. Reading allocates nothing.
/// A row is an index below the chunk's row count, or below what a parent's list entry spans.
/// </summary>
public readonly unsafe struct DuckDbVector
{
    private readonly nint _vector;
    private readonly byte* _data;
    private readonly ulong* _validity;

    private DuckDbVector(nint vector, DuckDbType type)
    {
        _vector = vector;
        _data = (byte*)NativeMethods.duckdb_vector_get_data(vector);
        _validity = (ulong*)NativeMethods.duckdb_vector_get_validity(vector);
        Type = type;
    }

    /// <summary>The type of the values.</summary>
    public DuckDbType Type { get; }

    internal static DuckDbVector From(nint vector, DuckDbType type) => new(vector, type);

    /// <summary>True when the value is NULL; then it must not be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row) => _validity is not null && (_validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>A value of fixed width, in DuckDB's physical form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int row)
        where T : unmanaged
    {
        Debug.Assert(!IsNull(row), "a NULL has no value");
        return Unsafe.ReadUnaligned<T>(_data + ((nint)row * sizeof(T)));
    }

    /// <summary>
    /// The bytes of a VARCHAR (UTF-8), BLOB, BIT, BIGNUM or JSON value. <c>duckdb_string_t</c> is 16 bytes: a length, then the bytes
    /// themselves up to 12, or 4 of them and a pointer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> GetBytes(int row)
    {
        const int sizeOfString = 16;
        const uint inlineMax = 12;
        Debug.Assert(!IsNull(row), "a NULL has no value");
        var value = _data + ((nint)row * sizeOfString);
        var length = *(uint*)value;
        return new ReadOnlySpan<byte>(length <= inlineMax ? value + 4 : *(byte**)(value + 8), checked((int)length));
    }

    /// <summary>Where the elements of a LIST or MAP value lie in <see cref="GetElements"/>.</summary>
    public (int Offset, int Length) GetListEntry(int row)
    {
        var entry = (ulong*)(_data + ((nint)row * 16));
        return (checked((int)entry[0]), checked((int)entry[1]));
    }

    /// <summary>The elements of all values of a LIST or MAP (a MAP's are STRUCTs of key and value) or of an ARRAY (row r holds r*n to r*n+n-1).</summary>
    public DuckDbVector GetElements() => Type.Id switch
    {
        DuckDbTypeId.Array => new DuckDbVector(NativeMethods.duckdb_array_vector_get_child(_vector), Type.Children[0].Type),
        DuckDbTypeId.List => new DuckDbVector(NativeMethods.duckdb_list_vector_get_child(_vector), Type.Children[0].Type),
        DuckDbTypeId.Map => new DuckDbVector(NativeMethods.duckdb_list_vector_get_child(_vector), Type),
        _ => throw new InvalidOperationException($"{Type.Name} has no elements"),
    };

    /// <summary>The values of a member of a STRUCT or UNION, or (0) the keys and (1) the values of a MAP's elements.</summary>
    public DuckDbVector GetMember(int member)
    {
        // A UNION is a STRUCT whose first child is the tag.
        var child = Type.Id == DuckDbTypeId.Union ? member + 1 : member;
        return new DuckDbVector(NativeMethods.duckdb_struct_vector_get_child(_vector, (ulong)child), Type.Children[member].Type);
    }

    /// <summary>Which member of a UNION a value has.</summary>
    public int GetUnionTag(int row)
    {
        var tags = (byte*)NativeMethods.duckdb_vector_get_data(NativeMethods.duckdb_struct_vector_get_child(_vector, 0));
        return tags[row];
    }
}
