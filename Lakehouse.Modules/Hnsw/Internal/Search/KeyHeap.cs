namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>A binary heap of numbers, smallest first. Callers that need the largest first store complements.</summary>
internal sealed class KeyHeap
{
    private ulong[] _keys = new ulong[256];

    public int Count { get; private set; }

    /// <summary>The smallest number.</summary>
    public ulong Peek => _keys[0];

    /// <summary>All numbers, in no particular order.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Push(ulong key)
    {
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, 2 * Count);
        }

        var keys = _keys;
        var i = Count++;
        while (i > 0 && keys[(i - 1) >> 1] is var parent && parent > key)
        {
            keys[i] = parent;
            i = (i - 1) >> 1;
        }

        keys[i] = key;
    }

    public ulong Pop()
    {
        var top = _keys[0];
        var last = _keys[--Count];
        if (Count > 0)
        {
            Sink(last);
        }

        return top;
    }

    /// <summary>Removes the smallest number and adds another in one step.</summary>
    public void ReplaceTop(ulong key) => Sink(key);

    private void Sink(ulong key)
    {
        var keys = _keys.AsSpan(0, Count);
        var i = 0;
        while ((2 * i) + 1 is var child && child < keys.Length)
        {
            if (child + 1 < keys.Length && keys[child + 1] < keys[child])
            {
                child++;
            }

            if (keys[child] >= key)
            {
                break;
            }

            keys[i] = keys[child];
            i = child;
        }

        keys[i] = key;
    }
}
