using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Lakehouse.Hnsw.Internal.Kernels;

/// <summary>Asks for memory before it is needed. .NET has no such instruction for Arm; there this does nothing.</summary>
internal static unsafe class Prefetch
{
    private const int CacheLine = 64;

    /// <summary>Asks for the <paramref name="lines"/> cache lines from <paramref name="address"/> on.</summary>
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
