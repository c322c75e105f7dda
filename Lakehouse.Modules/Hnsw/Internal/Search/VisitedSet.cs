using System.Runtime.CompilerServices;

namespace Lakehouse.Hnsw.Internal.Search;

/// <summary>Which nodes a walk has seen: a byte for each, equal to the number of the walk, so that it is cleared once in 255 walks.</summary>
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

    /// <summary>Marks a node. False: it was marked before. A node that came after the walk began counts as seen.</summary>
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
