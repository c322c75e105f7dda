using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>Float32 vectors under cosine: the negated inner product divided by the lengths.</summary>
internal readonly unsafe struct FloatCosineSpace(VectorStore store) : ISpace<FloatCosineSpace.Scorer>
{
    public Scorer ForQuery(QueryScratch scratch) => new(store, scratch.Vector, 1f);

    public Scorer ForNode(uint node, byte* scratch) => new(store, store.Slot(node), *(float*)store.InverseNorms.At(node));

    public readonly struct Scorer(VectorStore store, float* query, float scale) : IScorer
    {
        private readonly BlockView _vectors = store.Vectors;
        private readonly BlockView _inverseNorms = store.InverseNorms;
        private readonly int _length = store.PaddedLength;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Score(uint node) => -FloatKernels.Dot(query, (float*)_vectors.At(node), _length) * *(float*)_inverseNorms.At(node) * scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(uint node) => Kernels.Prefetch.Lines(_vectors.At(node), 4);
    }
}
