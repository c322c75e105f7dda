using System.Runtime.InteropServices;

namespace Lakehouse.Hnsw.Memory;

/// <summary>
/// Zeroed memory outside the managed heap. On Linux it is allocated by mmap, so that pages that were never touched take no memory and freed pages are returned
/// to the system at once. It asks for huge pages: a walk over the graph accesses memory at random, and with pages of 4 KiB every access is a TLB miss as well
/// as a cache miss.
/// </summary>
public static unsafe class OffHeap
{
    /// <summary>The size of a huge page; blocks are aligned to it.</summary>
    public const nuint HugePage = 2 * 1024 * 1024;

    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivateAnonymous = 2 | 0x20 | 0x4000; // and MAP_NORESERVE: pages that are never touched are not counted
    private const int AdviseHugePage = 14;
    private const int AdviseCollapse = 25; // Linux 6.1; older kernels return EINVAL, and their daemon does it later

    /// <summary>Allocates <paramref name="size"/> bytes, zeroed, aligned to <see cref="HugePage"/> on Linux and to 64 bytes elsewhere.</summary>
    /// <exception cref="OffHeapException">The system has not enough memory.</exception>
    public static byte* Allocate(nuint size)
    {
        if (!OperatingSystem.IsLinux())
        {
            var memory = (byte*)NativeMemory.AlignedAlloc(size, 64);
            NativeMemory.Clear(memory, size);
            return memory;
        }

        size = RoundUp(size);
        var start = Map(0, size + HugePage, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        if (start == -1)
        {
            throw new OffHeapException($"The system refused an allocation of {size} bytes of memory.");
        }

        // The mapping is large enough for an aligned block; the parts before and after the block are unmapped.
        var aligned = (nint)RoundUp((nuint)start);
        if (aligned > start)
        {
            _ = Unmap(start, (nuint)(aligned - start));
        }

        var rest = (nuint)(start + (nint)HugePage - aligned);
        if (rest > 0)
        {
            _ = Unmap(aligned + (nint)size, rest);
        }

        return (byte*)aligned;
    }

    /// <summary>Frees memory of <see cref="Allocate"/>.</summary>
    public static void Free(byte* memory, nuint size)
    {
        if (!OperatingSystem.IsLinux())
        {
            NativeMemory.AlignedFree(memory);
            return;
        }

        _ = Unmap((nint)memory, RoundUp(size));
    }

    /// <summary>Asks for huge pages. This is only advice: where the system has none, small pages stay.</summary>
    /// <param name="memory">A block of <see cref="Allocate"/>.</param>
    /// <param name="size">Its size.</param>
    /// <param name="isInUse">True to convert the small pages that are in use already into huge ones.</param>
    public static void PreferHugePages(byte* memory, nuint size, bool isInUse)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _ = Advise((nint)memory, RoundUp(size), AdviseHugePage);
        if (isInUse)
        {
            _ = Advise((nint)memory, RoundUp(size), AdviseCollapse);
        }
    }

    private static nuint RoundUp(nuint size) => (size + HugePage - 1) & ~(HugePage - 1);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unmap(nint address, nuint length);

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint address, nuint length, int advice);
}
