using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

/// <summary><c>struct ArrowArray</c> of Arrow's C data interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeArrowArray
{
    public long Length;
    public long NullCount;
    public long Offset;
    public long BufferCount;
    public long ChildCount;
    public byte** Buffers;
    public NativeArrowArray** Children;
    public NativeArrowArray* Dictionary;
    public delegate* unmanaged[Cdecl]<NativeArrowArray*, void> Release;
    public nint PrivateData;
}
