using System.Runtime.CompilerServices;

namespace Lakehouse.Hnsw.Memory;

/// <summary>The addresses of the records of a <see cref="NodeBlocks"/>: a copy of its constant fields, which a loop can keep in registers.</summary>
public readonly unsafe struct BlockView(byte** table, int shift, nuint stride)
{
    /// <summary>The record of <paramref name="node"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(uint node) => table[node >> shift] + ((node & ((1u << shift) - 1)) * stride);
}
