using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// The links of every node: at most <see cref="M0"/> in layer 0, at most <see cref="M"/> in each layer above. A list contains node numbers plus 1
/// and ends at the first 0 or when it is full. So zeroed memory is an empty list, and a reader needs neither a count nor a lock: every entry
/// that it sees is a node that was linked at some time.
/// </summary>
internal sealed unsafe class LinkTable : IDisposable
{
    /// <summary>The highest layer. At M = 4 one node in 4^15 would get a higher one.</summary>
    public const int LevelMax = 15;

    /// <summary>The most edges in the spanning tree that any node can have: the number is stored in 4 bits.</summary>
    public const int TreeCountLimit = 15;

    private readonly NodeBlocks _base;
    private readonly NodeBlocks _upper;
    private readonly NodeBlocks _heads;
    private readonly Stack<uint>[] _freeUpper = [.. Enumerable.Range(0, LevelMax + 1).Select(_ => new Stack<uint>())];
    private readonly Lock _upperLock = new();
    private uint _upperCount;

    public LinkTable(int m)
    {
        (M, M0) = (m, 2 * m);
        TreeCountMax = Math.Min(m, TreeCountLimit);
        _base = new NodeBlocks(QueryScratch.Pad(M0 * sizeof(uint), 64));
        _upper = new NodeBlocks(QueryScratch.Pad(M * sizeof(uint), 64));
        _heads = new NodeBlocks(sizeof(NodeHead));
    }

    /// <summary>The most links of a node in a layer above 0.</summary>
    public int M { get; }

    /// <summary>The most links of a node in layer 0.</summary>
    public int M0 { get; }

    /// <summary>The most edges in the spanning tree that a node gets, so that half of its list is left for links that shorten walks.</summary>
    public int TreeCountMax { get; }

    /// <summary>The average memory of a node's links: one node in M has links above layer 0.</summary>
    public long NodeSizeBytes => (long)(_base.Stride + _heads.Stride + (_upper.Stride / (nuint)Math.Max(1, M - 1)));

    /// <summary>How many nodes the table can hold without more memory.</summary>
    public uint Capacity => _heads.Capacity;

    public BlockView Heads => _heads.View;

    public void EnsureCapacity(uint count)
    {
        _base.EnsureCapacity(count);
        _heads.EnsureCapacity(count); // last: a node exists once its head does
    }

    /// <summary>The head of a node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NodeHead* Head(uint node) => (NodeHead*)_heads.At(node);

    /// <summary>The most links of a list in a layer.</summary>
    public int LinkCountMax(int level) => level == 0 ? M0 : M;

    /// <summary>The list of a node in a layer that it is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* List(uint node, int level) =>
        level == 0 ? (uint*)_base.At(node) : (uint*)_upper.At(Head(node)->UpperStart - 1 + (uint)(level - 1));

    /// <summary>Prefetches a node's list in layer 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint node) => Kernels.Prefetch.Lines(_base.At(node), 2);

    /// <summary>The number of links in a list.</summary>
    public static int Count(uint* list, int max)
    {
        var count = 0;
        while (count < max && list[count] != 0)
        {
            count++;
        }

        return count;
    }

    /// <summary>Replaces a list. A concurrent reader may see entries of both the old and the new list.</summary>
    public static void Replace(uint* list, int max, ReadOnlySpan<uint> nodes)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            Volatile.Write(ref list[i], nodes[i] + 1);
        }

        for (var i = nodes.Length; i < max; i++)
        {
            Volatile.Write(ref list[i], 0);
        }
    }

    /// <summary>Sets the layers of a node, with empty lists. No other thread sees the node yet.</summary>
    public void SetLevel(uint node, int level)
    {
        new Span<byte>(_base.At(node), (int)_base.Stride).Clear();
        var head = Head(node);
        head->Level = (byte)level;
        (head->TreeCount, head->IsInTree) = (0, false);
        head->UpperStart = level == 0 ? 0 : AllocateUpper(level) + 1;
    }

    /// <summary>Frees the layers of a node. No node links to it, and no reader uses it any more.</summary>
    public void ClearLevel(uint node)
    {
        var head = Head(node);
        if (head->UpperStart > 0)
        {
            lock (_upperLock)
            {
                _freeUpper[head->Level].Push(head->UpperStart - 1);
            }
        }

        *head = default;
    }

    public void Dispose()
    {
        _base.Dispose();
        _upper.Dispose();
        _heads.Dispose();
    }

    private uint AllocateUpper(int level)
    {
        lock (_upperLock)
        {
            if (!_freeUpper[level].TryPop(out var start))
            {
                start = _upperCount;
                _upperCount += (uint)level;
                _upper.EnsureCapacity(_upperCount);
            }

            for (var i = 0u; i < level; i++)
            {
                new Span<byte>(_upper.At(start + i), (int)_upper.Stride).Clear();
            }

            return start;
        }
    }
}
