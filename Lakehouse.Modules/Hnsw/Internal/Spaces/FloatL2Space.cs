using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>Float32 vectors under the squared Euclidean distance, which sorts in the same order as the distance.</summary>
internal readonly unsafe struct FloatL2Space(VectorStore store) : ISpace<FloatL2Space.Scorer>
{
    public Scorer ForQuery(QueryScratch scratch) => new(store, scratch.Vector);

    public Scorer ForNode(uint node, byte* scratch) => new(store, store.Slot(node));

    public readonly struct Scorer(VectorStore store, float* query) : IScorer
    {
        private readonly BlockView _vectors = store.Vectors;
        private readonly int _length = store.PaddedLength;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Score(uint node) => FloatKernels.SquaredDistance(query, (float*)_vectors.At(node), _length);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(uint node) => Kernels.Prefetch.Lines(_vectors.At(node), 4);
    }
}
