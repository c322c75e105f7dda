using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lakehouse.Hnsw.Internal.Kernels;

/// <summary>
/// Inner product and squared Euclidean distance of two float32 vectors, whose length is padded with zeros to a multiple of <see cref="Lanes"/>.
/// Four accumulators hide the latency of a fused multiply-add. The variants for 512, 256 and 128 bits (the last one runs on Arm) and the
/// scalar one differ only in the order of their additions.
/// </summary>
internal static unsafe class FloatKernels
{
    /// <summary>Vectors are padded to a multiple of this many floats.</summary>
    public const int Lanes = 16;

    /// <summary>The inner product, in the widest variant for this processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* a, float* b, int length) =>
        Avx512F.IsSupported ? Dot512(a, b, length)
        : Fma.IsSupported ? Dot256(a, b, length)
        : Vector128.IsHardwareAccelerated ? Dot128(a, b, length)
        : DotScalar(a, b, length);

    /// <summary>The squared Euclidean distance, in the widest variant for this processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquaredDistance(float* a, float* b, int length) =>
        Avx512F.IsSupported ? SquaredDistance512(a, b, length)
        : Fma.IsSupported ? SquaredDistance256(a, b, length)
        : Vector128.IsHardwareAccelerated ? SquaredDistance128(a, b, length)
        : SquaredDistanceScalar(a, b, length);

    public static float Dot512(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            sum0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum0);
            sum1 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 16), Vector512.Load(b + i + 16), sum1);
            sum2 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 32), Vector512.Load(b + i + 32), sum2);
            sum3 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 48), Vector512.Load(b + i + 48), sum3);
        }

        for (; i < length; i += 16)
        {
            sum0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum0);
        }

        return Vector512.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    public static float Dot256(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i <= length - 32; i += 32)
        {
            sum0 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sum0);
            sum1 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 8), Vector256.Load(b + i + 8), sum1);
            sum2 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 16), Vector256.Load(b + i + 16), sum2);
            sum3 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 24), Vector256.Load(b + i + 24), sum3);
        }

        for (; i < length; i += 8)
        {
            sum0 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sum0);
        }

        return Vector256.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    public static float Dot128(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);
        for (var i = 0; i < length; i += 16)
        {
            sum0 = Vector128.FusedMultiplyAdd(Vector128.Load(a + i), Vector128.Load(b + i), sum0);
            sum1 = Vector128.FusedMultiplyAdd(Vector128.Load(a + i + 4), Vector128.Load(b + i + 4), sum1);
            sum2 = Vector128.FusedMultiplyAdd(Vector128.Load(a + i + 8), Vector128.Load(b + i + 8), sum2);
            sum3 = Vector128.FusedMultiplyAdd(Vector128.Load(a + i + 12), Vector128.Load(b + i + 12), sum3);
        }

        return Vector128.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    public static float DotScalar(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (0f, 0f, 0f, 0f);
        for (var i = 0; i < length; i += 4)
        {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }

        return sum0 + sum1 + (sum2 + sum3);
    }

    public static float SquaredDistance512(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            var d0 = Vector512.Load(a + i) - Vector512.Load(b + i);
            var d1 = Vector512.Load(a + i + 16) - Vector512.Load(b + i + 16);
            var d2 = Vector512.Load(a + i + 32) - Vector512.Load(b + i + 32);
            var d3 = Vector512.Load(a + i + 48) - Vector512.Load(b + i + 48);
            sum0 = Vector512.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector512.FusedMultiplyAdd(d1, d1, sum1);
            sum2 = Vector512.FusedMultiplyAdd(d2, d2, sum2);
            sum3 = Vector512.FusedMultiplyAdd(d3, d3, sum3);
        }

        for (; i < length; i += 16)
        {
            var d = Vector512.Load(a + i) - Vector512.Load(b + i);
            sum0 = Vector512.FusedMultiplyAdd(d, d, sum0);
        }

        return Vector512.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    public static float SquaredDistance256(float* a, float* b, int length)
    {
        var (sum0, sum1) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i < length; i += 16)
        {
            var d0 = Vector256.Load(a + i) - Vector256.Load(b + i);
            var d1 = Vector256.Load(a + i + 8) - Vector256.Load(b + i + 8);
            sum0 = Vector256.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector256.FusedMultiplyAdd(d1, d1, sum1);
        }

        return Vector256.Sum(sum0 + sum1);
    }

    public static float SquaredDistance128(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);
        for (var i = 0; i < length; i += 16)
        {
            var d0 = Vector128.Load(a + i) - Vector128.Load(b + i);
            var d1 = Vector128.Load(a + i + 4) - Vector128.Load(b + i + 4);
            var d2 = Vector128.Load(a + i + 8) - Vector128.Load(b + i + 8);
            var d3 = Vector128.Load(a + i + 12) - Vector128.Load(b + i + 12);
            sum0 = Vector128.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector128.FusedMultiplyAdd(d1, d1, sum1);
            sum2 = Vector128.FusedMultiplyAdd(d2, d2, sum2);
            sum3 = Vector128.FusedMultiplyAdd(d3, d3, sum3);
        }

        return Vector128.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    public static float SquaredDistanceScalar(float* a, float* b, int length)
    {
        var (sum0, sum1, sum2, sum3) = (0f, 0f, 0f, 0f);
        for (var i = 0; i < length; i += 4)
        {
            var (d0, d1, d2, d3) = (a[i] - b[i], a[i + 1] - b[i + 1], a[i + 2] - b[i + 2], a[i + 3] - b[i + 3]);
            sum0 += d0 * d0;
            sum1 += d1 * d1;
            sum2 += d2 * d2;
            sum3 += d3 * d3;
        }

        return sum0 + sum1 + (sum2 + sum3);
    }
}
