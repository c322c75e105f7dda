namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>
/// The best nodes seen on a walk, up to a capacity, sorted in one flat array. It holds both the candidates and the results of the paper's search, because a
/// candidate that is worse than the worst result would never be followed. A mark in the key tells which nodes were followed.
/// </summary>
internal sealed class Beam
{
    private ulong[] _keys = new ulong[1024];
    private int _capacity;
    private int _next;

    /// <summary>How many nodes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The keys, nearest first, with marks.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    /// <summary>Empties it and sets its capacity.</summary>
    public void Reset(int capacity)
    {
        if (_keys.Length <= capacity)
        {
            _keys = new ulong[capacity + 1];
        }

        (_capacity, Count, _next) = (capacity, 0, 0);
    }

    /// <summary>Takes the nearest node that was not followed yet. False when there is none and the walk is complete.</summary>
    public bool TryFollow(out uint node)
    {
        var keys = _keys;
        var i = _next;
        while (i < Count && (keys[i] & SortKey.Mark) != 0)
        {
            i++;
        }

        _next = i + 1;
        if (i >= Count)
        {
            node = 0;
            return false;
        }

        node = SortKey.Node(keys[i]);
        keys[i] |= SortKey.Mark;
        return true;
    }

    /// <summary>Adds a node if it is among the best. True when it is the next one to follow.</summary>
    public bool Add(ulong key)
    {
        var keys = _keys;
        if (Count == _capacity)
        {
            if (key >= keys[Count - 1])
            {
                return false;
            }

            Count--;
        }

        // A binary search without a branch that depends on the data, which the processor could not predict.
        var (first, length) = (0, Count);
        while (length > 0)
        {
            var half = (length + 1) >> 1;
            first += keys[first + half - 1] < key ? half : 0;
            length -= half;
        }

        Array.Copy(keys, first, keys, first + 1, Count - first);
        keys[first] = key;
        Count++;
        if (first > _next)
        {
            return false;
        }

        _next = first;
        return true;
    }
}
