using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>1-bit codes: the number of dimensions whose signs differ.</summary>
internal readonly unsafe struct BinarySpace(VectorStore store) : ISpace<BinarySpace.Scorer>
{
    public Scorer ForQuery(QueryScratch scratch) => new(store, scratch.Bits);

    public Scorer ForNode(uint node, byte* scratch) => new(store, store.Codes.At(node));

    public readonly struct Scorer(VectorStore store, byte* query) : IScorer
    {
        private readonly BlockView _codes = store.Codes;
        private readonly int _length = store.CodeBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Score(uint node) => CodeKernels.Hamming(query, _codes.At(node), _length);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(uint node) => Kernels.Prefetch.Lines(_codes.At(node), Math.Min(_length / 64, 4));
    }
}
