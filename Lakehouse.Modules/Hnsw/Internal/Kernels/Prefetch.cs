using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Lakehouse.Hnsw.Internal.Kernels;

/// <summary>Prefetches memory into the cache. Does nothing on Arm, for which .NET has no such instruction.</summary>
internal static unsafe class Prefetch
{
    private const int CacheLine = 64;

    /// <summary>Prefetches <paramref name="lines"/> cache lines, starting at <paramref name="address"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(byte* address, int lines)
    {
        if (Sse.IsSupported)
        {
            for (var i = 0; i < lines; i++)
            {
                Sse.Prefetch0(address + (i * CacheLine));
            }
        }
    }
}
