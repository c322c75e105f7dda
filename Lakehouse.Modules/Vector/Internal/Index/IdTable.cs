using System.Numerics;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// Maps an id to its node: a hash table with linear probing that holds only node numbers; the ids themselves are stored with the items. Not thread-safe.
/// </summary>
internal sealed unsafe class IdTable(NodeBlocks items)
{
    private const int SlotCountMin = 64;

    private uint[] _slots = new uint[SlotCountMin]; // node + 1; 0 is free

    public int Count { get; private set; }

    /// <summary>The memory of the table.</summary>
    public long SizeBytes => (long)_slots.Length * sizeof(uint);

    /// <summary>Finds the node of an id.</summary>
    public bool TryFind(ReadOnlySpan<byte> id, out uint node)
    {
        var slot = Find(id);
        node = _slots[slot] - 1;
        return _slots[slot] != 0;
    }

    /// <summary>Maps the id of a node to it; replaces the node that the id was mapped to before.</summary>
    public void Set(uint node)
    {
        var id = IdAt(node);
        var slot = Find(id);
        if (_slots[slot] == 0 && 4 * (Count + 1) > 3 * _slots.Length)
        {
            Grow();
            slot = Find(id);
        }

        Count += _slots[slot] == 0 ? 1 : 0;
        _slots[slot] = node + 1;
    }

    /// <summary>Removes an id. Entries behind it that collided move up, so no tombstones are needed.</summary>
    public void Remove(ReadOnlySpan<byte> id)
    {
        var mask = _slots.Length - 1;
        var hole = Find(id);
        if (_slots[hole] == 0)
        {
            return;
        }

        Count--;
        for (var slot = (hole + 1) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var home = Home(IdAt(_slots[slot] - 1));
            if (((slot - home) & mask) >= ((slot - hole) & mask))
            {
                _slots[hole] = _slots[slot];
                hole = slot;
            }
        }

        _slots[hole] = 0;
    }

    private ReadOnlySpan<byte> IdAt(uint node) => Item.IdOf(*(byte**)items.At(node));

    private int Find(ReadOnlySpan<byte> id)
    {
        var mask = _slots.Length - 1;
        var slot = Home(id);
        while (_slots[slot] is var entry and not 0 && !IdAt(entry - 1).SequenceEqual(id))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    // The hash has a random seed for each process, so that a client cannot choose ids that collide.
    private int Home(ReadOnlySpan<byte> id)
    {
        var hash = default(HashCode);
        hash.AddBytes(id);
        return hash.ToHashCode() & (_slots.Length - 1);
    }

    private void Grow()
    {
        var before = _slots;
        _slots = new uint[BitOperations.RoundUpToPowerOf2((uint)before.Length + 1)];
        foreach (var entry in before)
        {
            if (entry != 0)
            {
                _slots[Find(IdAt(entry - 1))] = entry;
            }
        }
    }
}
