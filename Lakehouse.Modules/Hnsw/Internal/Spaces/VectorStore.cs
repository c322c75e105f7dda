using System.Runtime.CompilerServices;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Memory;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>The vectors of an index by node, with the codes that the walk compares. The data of a node is written once, before other threads see it.</summary>
internal sealed unsafe class VectorStore : IDisposable
{
    private const int CodeMax = 127;

    private readonly Metric _metric;
    private readonly NodeBlocks _vectors;
    private readonly NodeBlocks? _inverseNorms;
    private readonly NodeBlocks? _codes;
    private readonly NodeBlocks? _codeInfos;

    public VectorStore(int dimension, Metric metric, Quantization quantization)
    {
        (_metric, Dimension, Quantization) = (metric, dimension, quantization);
        PaddedLength = QueryScratch.Pad(dimension, FloatKernels.Lanes);
        _vectors = new NodeBlocks(PaddedLength * sizeof(float));
        _inverseNorms = metric == Metric.Cosine ? new NodeBlocks(sizeof(float)) : null;
        CodeBytes = quantization switch
        {
            Quantization.Int8 => QueryScratch.Pad(dimension, CodeKernels.Lanes),
            Quantization.Binary => QueryScratch.Pad((dimension + 7) / 8, CodeKernels.Lanes),
            _ => 0,
        };
        _codes = CodeBytes > 0 ? new NodeBlocks(CodeBytes) : null;
        _codeInfos = quantization == Quantization.Int8 ? new NodeBlocks(sizeof(CodeInfo)) : null;
    }

    public Metric Metric => _metric;

    public int Dimension { get; }

    public Quantization Quantization { get; }

    /// <summary>The length of a stored vector in floats.</summary>
    public int PaddedLength { get; }

    /// <summary>The size of a node's codes.</summary>
    public int CodeBytes { get; }

    public BlockView Vectors => _vectors.View;

    public BlockView InverseNorms => _inverseNorms!.View;

    public BlockView Codes => _codes!.View;

    public BlockView CodeInfos => _codeInfos!.View;

    /// <summary>The memory of one node in this store.</summary>
    public long NodeSizeBytes => (long)(_vectors.Stride + (_inverseNorms?.Stride ?? 0) + (_codes?.Stride ?? 0) + (_codeInfos?.Stride ?? 0));

    public void EnsureCapacity(uint count)
    {
        _vectors.EnsureCapacity(count);
        _inverseNorms?.EnsureCapacity(count);
        _codes?.EnsureCapacity(count);
        _codeInfos?.EnsureCapacity(count);
    }

    /// <summary>Stores the vector of a node that no other thread can see yet.</summary>
    public void Write(uint node, ReadOnlySpan<float> vector)
    {
        var target = Slot(node);
        vector.CopyTo(new Span<float>(target, PaddedLength));
        new Span<float>(target + vector.Length, PaddedLength - vector.Length).Clear();
        Encode(node);
    }

    /// <summary>The memory of a node's vector. A caller that fills it then calls <see cref="Encode"/>.</summary>
    public float* Slot(uint node) => (float*)_vectors.At(node);

    /// <summary>Computes the length and the codes that are stored with the vector of a node.</summary>
    public void Encode(uint node)
    {
        var vector = Slot(node);
        var inverseNorm = 1f;
        if (_inverseNorms is not null)
        {
            inverseNorm = InverseNorm(vector, PaddedLength);
            *(float*)_inverseNorms.At(node) = inverseNorm;
        }

        switch (Quantization)
        {
            case Quantization.Int8:
                var codes = _codes!.At(node);
                *(CodeInfo*)_codeInfos!.At(node) = Quantize(vector, inverseNorm, (sbyte*)codes);
                ToggleSign(codes, codes, CodeBytes);
                break;
            case Quantization.Binary:
                Signs(vector, _codes!.At(node));
                break;
        }
    }

    /// <summary>The vector as it was given.</summary>
    public ReadOnlySpan<float> Read(uint node) => new(Slot(node), Dimension);

    /// <summary>Prepares a query, which must not be the zero vector under cosine.</summary>
    public void Prepare(ReadOnlySpan<float> query, QueryScratch scratch)
    {
        query.CopyTo(new Span<float>(scratch.Vector, PaddedLength));
        new Span<float>(scratch.Vector + query.Length, PaddedLength - query.Length).Clear();
        if (_metric == Metric.Cosine)
        {
            var inverseNorm = InverseNorm(scratch.Vector, PaddedLength);
            for (var i = 0; i < Dimension; i++)
            {
                scratch.Vector[i] *= inverseNorm;
            }
        }

        switch (Quantization)
        {
            case Quantization.Int8:
                scratch.Info = Quantize(scratch.Vector, 1f, scratch.Codes);
                break;
            case Quantization.Binary:
                Signs(scratch.Vector, scratch.Bits);
                break;
        }
    }

    /// <summary>Converts signed codes into unsigned ones with an offset of 128, or back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToggleSign(byte* source, byte* target, int length)
    {
        for (var i = 0; i < length; i += sizeof(ulong))
        {
            *(ulong*)(target + i) = *(ulong*)(source + i) ^ 0x8080_8080_8080_8080;
        }
    }

    /// <summary>Converts a score of the float space into a distance.</summary>
    public float ToDistance(float score) => _metric switch
    {
        Metric.Cosine => Math.Clamp(1f + score, 0f, 2f),
        Metric.L2 => MathF.Sqrt(score),
        _ => score,
    };

    public void Dispose()
    {
        _vectors.Dispose();
        _inverseNorms?.Dispose();
        _codes?.Dispose();
        _codeInfos?.Dispose();
    }

    // Computed in double where needed: the squares may overflow or underflow a float although the length does not.
    private static float InverseNorm(float* vector, int length)
    {
        var squares = FloatKernels.Dot(vector, vector, length);
        if (squares is > 1e-30f and < 1e30f)
        {
            return 1f / MathF.Sqrt(squares);
        }

        var sum = 0.0;
        for (var i = 0; i < length; i++)
        {
            sum += (double)vector[i] * vector[i];
        }

        return (float)(1 / Math.Sqrt(sum));
    }

    private CodeInfo Quantize(float* vector, float inverseNorm, sbyte* codes)
    {
        var largest = 0f;
        for (var i = 0; i < Dimension; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(vector[i]));
        }

        new Span<sbyte>(codes, QueryScratch.Pad(Dimension, CodeKernels.Lanes)).Clear();
        var toCode = largest > 0 ? CodeMax / largest : 0f;
        if (!float.IsFinite(toCode))
        {
            toCode = float.MaxValue;
        }

        var (sum, squares) = (0, 0L);
        for (var i = 0; i < Dimension; i++)
        {
            var code = (int)MathF.Round(Math.Clamp(vector[i] * toCode, -CodeMax, CodeMax));
            codes[i] = (sbyte)code;
            sum += code;
            squares += code * code;
        }

        var step = largest / CodeMax;
        return new CodeInfo
        {
            Scale = step * inverseNorm,
            Offset = _metric == Metric.L2 ? step * step * squares : 0f,
            Sum = sum,
        };
    }

    private void Signs(float* vector, byte* bits)
    {
        new Span<byte>(bits, CodeBytes).Clear();
        for (var i = 0; i < Dimension; i++)
        {
            bits[i >> 3] |= (byte)((vector[i] > 0 ? 1 : 0) << (i & 7));
        }
    }
}
