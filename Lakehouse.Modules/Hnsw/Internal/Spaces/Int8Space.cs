using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>
/// 8-bit codes under every metric. The score is <c>a + b - f * s * t * (x . y)</c>: under cosine and inner product the offsets a and b are 0 and f
/// is 1; under L2 they are the squared lengths and f is 2. Nodes store unsigned codes, x + 128, so 128 times the sum of y is subtracted from the
/// product.
/// </summary>
internal readonly unsafe struct Int8Space(VectorStore store, Metric metric) : ISpace<Int8Space.Scorer>
{
    private const int CodeOffset = 128;

    private readonly float _factor = metric == Metric.L2 ? 2f : 1f;

    public Scorer ForQuery(QueryScratch scratch) => new(store, scratch.Codes, scratch.Info, _factor);

    public Scorer ForNode(uint node, byte* scratch)
    {
        VectorStore.ToggleSign(store.Codes.At(node), scratch, store.CodeBytes);
        return new Scorer(store, (sbyte*)scratch, *(CodeInfo*)store.CodeInfos.At(node), _factor);
    }

    public readonly struct Scorer(VectorStore store, sbyte* query, CodeInfo info, float factor) : IScorer
    {
        private readonly BlockView _codes = store.Codes;
        private readonly BlockView _infos = store.CodeInfos;
        private readonly int _length = store.CodeBytes;
        private readonly int _lines = Math.Min(store.CodeBytes / 64, 12);
        private readonly int _correction = CodeOffset * info.Sum;
        private readonly float _scale = info.Scale * factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Score(uint node)
        {
            var product = CodeKernels.Dot(_codes.At(node), query, _length) - _correction;
            var other = (CodeInfo*)_infos.At(node);
            return info.Offset + other->Offset - (product * (_scale * other->Scale));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(uint node) => Kernels.Prefetch.Lines(_codes.At(node), _lines);
    }
}
