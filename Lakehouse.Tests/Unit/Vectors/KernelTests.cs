using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lakehouse.Hnsw.Internal.Kernels;
using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Tests.Unit.Vectors;

/// <summary>Compares every variant of a kernel that this processor supports with double arithmetic. Unsupported variants are not called.</summary>
public sealed unsafe class KernelTests
{
    public static TheoryData<int> Lengths => [16, 32, 48, 64, 80, 112, 128, 192, 768, 1_008, 1_024, 4_096, 16_384];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_form_of_the_float_kernels_gives_the_same_within_float_error(int length)
    {
        var random = new Random(length);
        var (left, right) = (Floats(random, length), Floats(random, length));
        var dot = 0.0;
        var squares = 0.0;
        var scale = 0.0;
        for (var i = 0; i < length; i++)
        {
            dot += (double)left[i] * right[i];
            squares += ((double)left[i] - right[i]) * ((double)left[i] - right[i]);
            scale += Math.Abs((double)left[i] * right[i]);
        }

        fixed (float* a = left, b = right)
        {
            // The error of a sum in float grows with the sum of the magnitudes, not with the sum.
            var tolerance = 1e-6 * scale;
            FloatKernels.DotScalar(a, b, length).Should().BeApproximately((float)dot, (float)tolerance);
            FloatKernels.Dot128(a, b, length).Should().BeApproximately((float)dot, (float)tolerance);
            FloatKernels.Dot(a, b, length).Should().BeApproximately((float)dot, (float)tolerance);
            FloatKernels.SquaredDistanceScalar(a, b, length).Should().BeApproximately((float)squares, (float)(1e-6 * squares));
            FloatKernels.SquaredDistance128(a, b, length).Should().BeApproximately((float)squares, (float)(1e-6 * squares));
            FloatKernels.SquaredDistance(a, b, length).Should().BeApproximately((float)squares, (float)(1e-6 * squares));
            if (Fma.IsSupported)
            {
                FloatKernels.Dot256(a, b, length).Should().BeApproximately((float)dot, (float)tolerance);
                FloatKernels.SquaredDistance256(a, b, length).Should().BeApproximately((float)squares, (float)(1e-6 * squares));
            }

            if (Vector512.IsHardwareAccelerated)
            {
                FloatKernels.Dot512(a, b, length).Should().BeApproximately((float)dot, (float)tolerance);
                FloatKernels.SquaredDistance512(a, b, length).Should().BeApproximately((float)squares, (float)(1e-6 * squares));
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(192)]
    [InlineData(768)]
    [InlineData(16_384)]
    public void Every_form_of_the_byte_kernel_gives_the_same_sum(int length)
    {
        var random = new Random(length);
        var unsigned = new byte[length];
        var signed = new sbyte[length];
        foreach (var isExtreme in new[] { true, false })
        {
            for (var i = 0; i < length; i++)
            {
                unsigned[i] = isExtreme ? (byte)255 : (byte)random.Next(256);
                signed[i] = isExtreme ? (sbyte)(length == 128 ? -127 : 127) : (sbyte)random.Next(-127, 128);
            }

            var expected = unsigned.Zip(signed, (u, s) => u * s).Sum();
            fixed (byte* u = unsigned)
            fixed (sbyte* s = signed)
            {
                CodeKernels.DotScalar(u, s, length).Should().Be(expected);
                CodeKernels.Dot128(u, s, length).Should().Be(expected);
                CodeKernels.Dot(u, s, length).Should().Be(expected);
                if (Avx2.IsSupported)
                {
                    CodeKernels.Dot256(u, s, length).Should().Be(expected);
                }

                if (Avx512BW.IsSupported)
                {
                    CodeKernels.Dot512(u, s, length).Should().Be(expected);
                }

                if (AvxVnni.IsSupported)
                {
                    CodeKernels.DotVnni(u, s, length).Should().Be(expected);
                }
            }
        }
    }

    [Fact]
    public void The_hamming_kernel_counts_bits()
    {
        var random = new Random(5);
        var (left, right) = (new byte[128], new byte[128]);
        random.NextBytes(left);
        random.NextBytes(right);
        var expected = left.Zip(right, (a, b) => int.PopCount(a ^ b)).Sum();
        fixed (byte* a = left, b = right)
        {
            CodeKernels.Hamming(a, b, 128).Should().Be(expected);
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-1f, 0f)]
    [InlineData(-2f, -1f)]
    [InlineData(1e-38f, 2e-38f)]
    [InlineData(-3e38f, 3e38f)]
    [InlineData(3e38f, float.PositiveInfinity)]
    public void Keys_order_as_scores_do_and_give_them_back(float lower, float higher)
    {
        SortKey.From(lower, 9).Should().BeLessThan(SortKey.From(higher, 3));
        SortKey.Score(SortKey.From(lower, 9)).Should().Be(lower);
        SortKey.Node(SortKey.From(lower, 9) | SortKey.Mark).Should().Be(9);
    }

    private static float[] Floats(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (float)((2 * random.NextDouble()) - 1))];
}
