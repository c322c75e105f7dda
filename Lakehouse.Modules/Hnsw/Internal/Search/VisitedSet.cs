using System.Runtime.CompilerServices;

namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>The nodes that a walk has visited: a byte for each, equal to the number of the walk, so that the array is cleared only once in 255 walks.</summary>
internal sealed class VisitedSet
{
    private byte[] _marks = [];
    private byte _walk;

    /// <summary>Starts a walk over nodes 0 to <paramref name="capacity"/> - 1.</summary>
    public void Reset(uint capacity)
    {
        if ((uint)_marks.Length < capacity)
        {
            _marks = new byte[capacity];
            _walk = 0;
        }

        if (++_walk == 0)
        {
            Array.Clear(_marks);
            _walk = 1;
        }
    }

    /// <summary>Marks a node. False when it was marked before, or is beyond the capacity because it was added after the walk began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(uint node)
    {
        var marks = _marks;
        if (node >= (uint)marks.Length || marks[node] == _walk)
        {
            return false;
        }

        marks[node] = _walk;
        return true;
    }
}
