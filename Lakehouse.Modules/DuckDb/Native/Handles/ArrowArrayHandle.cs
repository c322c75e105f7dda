using System.Runtime.InteropServices;

namespace Lakehouse.DuckDb.Native.Handles;

/// <summary>Owns an <c>ArrowArray</c> that the engine fills.</summary>
internal sealed unsafe class ArrowArrayHandle : SafeHandle
{
    public ArrowArrayHandle()
        : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeArrowArray)));

    public override bool IsInvalid => handle == 0;

    public NativeArrowArray* Array => (NativeArrowArray*)handle;

    protected override bool ReleaseHandle()
    {
        if (Array->Release is not null)
        {
            Array->Release(Array);
        }

        NativeMemory.Free(Array);
        return true;
    }
}
