using System.Runtime.InteropServices;

namespace Lakehouse.Ingest.Internal.Files;

/// <summary>
/// The functions of libzstd that unpack (zstd.h, stable API). The library is the system's, and may not be there: the runtime has no zstd of its own, and
/// there is no package of it.
/// </summary>
internal sealed class ZstdLibrary
{
    private static readonly string[] Names = ["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll", "zstd.dll"];
    private static readonly Lazy<ZstdLibrary?> Loaded = new(Load);

    private ZstdLibrary(nint library)
    {
        Create = Export<CreateFunction>(library, "ZSTD_createDStream");
        Free = Export<FreeFunction>(library, "ZSTD_freeDStream");
        Decompress = Export<DecompressFunction>(library, "ZSTD_decompressStream");
        IsError = Export<IsErrorFunction>(library, "ZSTD_isError");
    }

    public delegate nint CreateFunction();

    public delegate nuint FreeFunction(nint stream);

    public delegate nuint DecompressFunction(nint stream, ref Buffer output, ref Buffer input);

    public delegate uint IsErrorFunction(nuint code);

    /// <summary>The library; null where the system has none.</summary>
    public static ZstdLibrary? Instance => Loaded.Value;

    /// <summary>Makes a state of unpacking; 0 when there is no memory for it.</summary>
    public CreateFunction Create { get; }

    /// <summary>Frees it.</summary>
    public FreeFunction Free { get; }

    /// <summary>Unpacks as much as there is room for. The result is 0 at the end of a frame, an error, or a hint of how much comes.</summary>
    public DecompressFunction Decompress { get; }

    /// <summary>Whether a result is an error.</summary>
    public IsErrorFunction IsError { get; }

    private static ZstdLibrary? Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return new ZstdLibrary(library);
            }
        }

        return null;
    }

    private static T Export<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    /// <summary><c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public nint Start;
        public nuint Size;
        public nuint Position;
    }
}
