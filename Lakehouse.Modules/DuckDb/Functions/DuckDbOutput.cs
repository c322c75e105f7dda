using Lakehouse.DuckDb.Native;

namespace Lakehouse.DuckDb;

/// <summary>A vector of the engine that is being written. Each row is set once; elements of lists lie in a vector of their own.</summary>
public readonly unsafe struct DuckDbOutput
{
    private readonly nint _vector;
    private readonly DuckDbType _type;

    internal DuckDbOutput(nint vector, DuckDbType type) => (_vector, _type) = (vector, type);

    /// <summary>The vector of the elements of a LIST, after <see cref="SetElementCount"/>.</summary>
    public DuckDbOutput Elements => new(NativeMethods.duckdb_list_vector_get_child(_vector), _type.Children[0].Type);

    /// <summary>Sets NULL.</summary>
    public void SetNull(int row)
    {
        NativeMethods.duckdb_vector_ensure_validity_writable(_vector);
        var validity = (ulong*)NativeMethods.duckdb_vector_get_validity(_vector);
        validity[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Sets a text.</summary>
    public void SetText(int row, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
        {
            // An empty span has no address, and the engine requires one.
            byte empty = 0;
            NativeMethods.duckdb_vector_assign_string_element_len(_vector, (ulong)row, text is null ? &empty : text, (ulong)utf8.Length);
        }
    }

    /// <summary>The values of a FLOAT vector from a row on, to be filled.</summary>
    public Span<float> Floats(int row, int count) => new((float*)NativeMethods.duckdb_vector_get_data(_vector) + row, count);

    /// <summary>Sets how many elements all lists have together, and reserves memory for them. Called before the elements are set.</summary>
    /// <exception cref="DuckDbException">There is no memory for so many.</exception>
    public void SetElementCount(long count)
    {
        if (NativeMethods.duckdb_list_vector_reserve(_vector, (ulong)count) != 0 || NativeMethods.duckdb_list_vector_set_size(_vector, (ulong)count) != 0)
        {
            throw new DuckDbException($"Out of Memory Error: no room for {count} elements of a list");
        }
    }

    /// <summary>Sets which elements a LIST has.</summary>
    public void SetList(int row, long start, long length)
    {
        var entry = (ulong*)NativeMethods.duckdb_vector_get_data(_vector) + (2 * row);
        entry[0] = (ulong)start;
        entry[1] = (ulong)length;
    }

    /// <summary>The vector of a member of a STRUCT.</summary>
    public DuckDbOutput Member(int member) => new(NativeMethods.duckdb_struct_vector_get_child(_vector, (ulong)member), _type.Children[member].Type);
}
