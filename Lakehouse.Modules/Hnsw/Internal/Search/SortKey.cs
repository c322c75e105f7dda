using System.Runtime.CompilerServices;

namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>
/// A score and a node in one number that sorts by score: the upper half is the bits of the score, changed so that they sort as an unsigned number; the
/// lower half is twice the node, and its last bit is free for a mark.
/// </summary>
internal static class SortKey
{
    public const ulong Mark = 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong From(float score, uint node)
    {
        var bits = BitConverter.SingleToUInt32Bits(score);
        bits ^= (uint)((int)bits >> 31) | 0x8000_0000;
        return ((ulong)bits << 32) | (node << 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Node(ulong key) => (uint)key >> 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(ulong key)
    {
        var bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(bits ^ ((uint)~((int)bits >> 31) | 0x8000_0000));
    }
}
