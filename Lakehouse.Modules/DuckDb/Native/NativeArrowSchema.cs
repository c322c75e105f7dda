using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native;

/// <summary><c>struct ArrowSchema</c> of Arrow's C data interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeArrowSchema
{
    public const long NullableFlag = 2;

    public byte* Format;
    public byte* Name;
    public byte* Metadata;
    public long Flags;
    public long ChildCount;
    public NativeArrowSchema** Children;
    public NativeArrowSchema* Dictionary;
    public delegate* unmanaged[Cdecl]<NativeArrowSchema*, void> Release;
    public nint PrivateData;
}
