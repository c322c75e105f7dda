namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>
/// The best so many nodes seen on a walk, in order, in one flat array: both the candidates and the results of the paper's search, for a candidate
/// that is worse than the worst result would never be followed. Which of them were followed is a mark in the key.
/// </summary>
internal sealed class Beam
{
    private ulong[] _keys = new ulong[1024];
    private int _capacity;
    private int _next;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The keys, nearest first, with marks.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    /// <summary>Empties it for at most <paramref name="capacity"/> nodes.</summary>
    public void Reset(int capacity)
    {
        if (_keys.Length <= capacity)
        {
            _keys = new ulong[capacity + 1];
        }

        (_capacity, Count, _next) = (capacity, 0, 0);
    }

    /// <summary>Takes the nearest node that was not followed yet. False: there is none, the walk is over.</summary>
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

    /// <summary>Takes a node in when it is among the best. True when it is the next one to follow.</summary>
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

        // A search by halves without a branch that depends on the data: the processor could not foresee it.
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
