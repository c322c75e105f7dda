using System.Diagnostics.CodeAnalysis;

namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// A bounded table that evicts the least recently used entry for a new one. Entries are stored in arrays and linked by their positions, so a hit allocates
/// nothing. Not thread-safe.
/// </summary>
/// <param name="capacity">The most entries, 1 or more.</param>
internal sealed class LruTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private const int None = -1;

    private readonly Dictionary<TKey, int> _slots = [];
    private readonly List<Entry> _entries = [];
    private int _newest = None;
    private int _oldest = None;

    public int Count => _slots.Count;

    /// <summary>Finds a value and makes it the most recently used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_slots.TryGetValue(key, out var slot))
        {
            value = default;
            return false;
        }

        MoveToFront(slot);
        value = _entries[slot].Value;
        return true;
    }

    /// <summary>Adds or replaces a value and makes it the most recently used. True when another entry was evicted.</summary>
    public bool Set(TKey key, TValue value)
    {
        if (_slots.TryGetValue(key, out var slot))
        {
            _entries[slot] = _entries[slot] with { Value = value };
            MoveToFront(slot);
            return false;
        }

        var isFull = _slots.Count == capacity;
        if (isFull)
        {
            slot = _oldest;
            _slots.Remove(_entries[slot].Key);
            Unlink(slot);
        }
        else
        {
            slot = _entries.Count;
            _entries.Add(default);
        }

        _entries[slot] = new Entry(key, value, None, None);
        _slots[key] = slot;
        LinkFirst(slot);
        return isFull;
    }

    /// <summary>All entries, the least recently used first.</summary>
    public List<KeyValuePair<TKey, TValue>> ToList()
    {
        var all = new List<KeyValuePair<TKey, TValue>>(Count);
        for (var slot = _oldest; slot != None; slot = _entries[slot].Newer)
        {
            all.Add(KeyValuePair.Create(_entries[slot].Key, _entries[slot].Value));
        }

        return all;
    }

    private void MoveToFront(int slot)
    {
        if (slot != _newest)
        {
            Unlink(slot);
            LinkFirst(slot);
        }
    }

    private void Unlink(int slot)
    {
        var (newer, older) = (_entries[slot].Newer, _entries[slot].Older);
        if (newer == None)
        {
            _newest = older;
        }
        else
        {
            _entries[newer] = _entries[newer] with { Older = older };
        }

        if (older == None)
        {
            _oldest = newer;
        }
        else
        {
            _entries[older] = _entries[older] with { Newer = newer };
        }
    }

    private void LinkFirst(int slot)
    {
        _entries[slot] = _entries[slot] with { Newer = None, Older = _newest };
        if (_newest != None)
        {
            _entries[_newest] = _entries[_newest] with { Newer = slot };
        }

        _newest = slot;
        _oldest = _oldest == None ? slot : _oldest;
    }

    private readonly record struct Entry(TKey Key, TValue Value, int Newer, int Older);
}
