namespace Lakehouse.Vector.Internal.Http;

/// <summary>A list of floats in one array, which is used afterwards without a copy.</summary>
internal sealed class FloatList(int capacity)
{
    private float[] _items = GC.AllocateUninitializedArray<float>(Math.Max(16, capacity));

    public int Count { get; private set; }

    public void Add(float value)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }

        _items[Count++] = value;
    }

    /// <summary>Removes all but the first <paramref name="count"/>.</summary>
    public void Truncate(int count) => Count = count;

    public ReadOnlyMemory<float> Slice(int start, int length) => _items.AsMemory(start, length);
}
