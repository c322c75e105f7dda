using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>
/// The links of every node: at most <see cref="M0"/> in layer 0, at most <see cref="M"/> in each layer above. A list holds node numbers plus one
/// and ends at the first 0 or when it is full, so zeroed memory is a list without links, and a reader needs no count and no lock: every entry
/// that it sees is a node that was linked at some time.
/// </summary>
internal sealed unsafe class LinkTable : IDisposable
{
    /// <summary>The highest layer. At M = 4 one node in 4^15 would want a higher one.</summary>
    public const int LevelMax = 15;

    /// <summary>No node has more edges of the spanning tree: the number is kept in 4 bits.</summary>
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

    /// <summary>The most edges of the spanning tree that a node has, so that half of its list is free for links that make walks short.</summary>
    public int TreeCountMax { get; }

    /// <summary>What one node takes here, on average: one in M has links above layer 0.</summary>
    public long NodeSizeBytes => (long)(_base.Stride + _heads.Stride + (_upper.Stride / (nuint)Math.Max(1, M - 1)));

    /// <summary>How many nodes there is room for.</summary>
    public uint Capacity => _heads.Capacity;

    public BlockView Heads => _heads.View;

    public void EnsureCapacity(uint count)
    {
        _base.EnsureCapacity(count);
        _heads.EnsureCapacity(count); // last: a node is known to exist by its head
    }

    /// <summary>The head of a node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NodeHead* Head(uint node) => (NodeHead*)_heads.At(node);

    /// <summary>How many links a list of a layer can hold.</summary>
    public int LinkCountMax(int level) => level == 0 ? M0 : M;

    /// <summary>The list of a node in a layer that it is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* List(uint node, int level) =>
        level == 0 ? (uint*)_base.At(node) : (uint*)_upper.At(Head(node)->UpperStart - 1 + (uint)(level - 1));

    /// <summary>Asks for a node's list in layer 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint node) => Kernels.Prefetch.Lines(_base.At(node), 2);

    /// <summary>How many links a list holds.</summary>
    public static int Count(uint* list, int max)
    {
        var count = 0;
        while (count < max && list[count] != 0)
        {
            count++;
        }

        return count;
    }

    /// <summary>Replaces a list. A reader in between sees entries of either.</summary>
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

    /// <summary>Gives a node its layers, with empty lists. The node is seen by no other thread yet.</summary>
    public void SetLevel(uint node, int level)
    {
        new Span<byte>(_base.At(node), (int)_base.Stride).Clear();
        var head = Head(node);
        head->Level = (byte)level;
        (head->TreeCount, head->IsInTree) = (0, false);
        head->UpperStart = level == 0 ? 0 : AllocateUpper(level) + 1;
    }

    /// <summary>Takes a node's layers back. Nothing links to the node any more, and no reader is in it.</summary>
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
