using Lakehouse.DuckDb.Native;

namespace Lakehouse.DuckDb.Arrow;

/// <summary>The values of a field for some rows (Arrow's C data interface, <c>ArrowArray</c>), in the engine's memory: valid while its batch is.</summary>
public readonly unsafe struct ArrowArray
{
    private readonly NativeArrowArray* _array;

    internal ArrowArray(NativeArrowArray* array) => _array = array;

    /// <summary>How many values.</summary>
    public long Length => _array->Length;

    /// <summary>How many of them are NULL; -1 where it is not known.</summary>
    public long NullCount => _array->NullCount;

    /// <summary>How many values lie before the first in each buffer.</summary>
    public long Offset => _array->Offset;

    /// <summary>The number of its buffers.</summary>
    public int BufferCount => (int)_array->BufferCount;

    /// <summary>The first bytes of a buffer; empty for a buffer that is absent. Its length follows from its type and <see cref="Length"/>.</summary>
    public ReadOnlySpan<byte> GetBuffer(int index, long length) =>
        _array->Buffers[index] is null ? [] : new ReadOnlySpan<byte>(_array->Buffers[index], checked((int)length));

    /// <summary>The array of a child.</summary>
    public ArrowArray GetChild(int index) => new(_array->Children[index]);

    /// <summary>The array of the dictionary, for a field that has one.</summary>
    public ArrowArray GetDictionary() => new(_array->Dictionary);
}
