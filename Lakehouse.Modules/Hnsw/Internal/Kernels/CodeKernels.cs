using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Lakehouse.Hnsw.Internal.Kernels;

/// <summary>
/// The inner product of 8-bit codes and the Hamming distance of 1-bit codes; every variant is exact. Codes are padded to a multiple of
/// <see cref="Lanes"/> bytes.
/// </summary>
/// <remarks>
/// An 8-bit product multiplies unsigned codes by signed ones, as VNNI's instruction does; the caller subtracts the offset of the unsigned codes from the
/// sum. A product is at most 255 x 127, so the sum of 16,384 of them fits an int.
/// </remarks>
internal static unsafe class CodeKernels
{
    /// <summary>Codes are padded to a multiple of this many bytes: a cache line.</summary>
    public const int Lanes = 64;

    /// <summary>The sum of <c>unsigned[i] * signed[i]</c>, in the fastest variant for this processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(byte* unsigned, sbyte* signed, int length) =>
        AvxVnni.IsSupported ? DotVnni(unsigned, signed, length)
        : Avx512BW.IsSupported ? Dot512(unsigned, signed, length)
        : Avx2.IsSupported ? Dot256(unsigned, signed, length)
        : Vector128.IsHardwareAccelerated ? Dot128(unsigned, signed, length)
        : DotScalar(unsigned, signed, length);

    public static int DotVnni(byte* unsigned, sbyte* signed, int length)
    {
        var (sum0, sum1, sum2, sum3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var i = 0;
        for (; i <= length - 128; i += 128)
        {
            sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.Load(unsigned + i), Vector256.Load(signed + i));
            sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, Vector256.Load(unsigned + i + 32), Vector256.Load(signed + i + 32));
            sum2 = AvxVnni.MultiplyWideningAndAdd(sum2, Vector256.Load(unsigned + i + 64), Vector256.Load(signed + i + 64));
            sum3 = AvxVnni.MultiplyWideningAndAdd(sum3, Vector256.Load(unsigned + i + 96), Vector256.Load(signed + i + 96));
        }

        if (i < length)
        {
            sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.Load(unsigned + i), Vector256.Load(signed + i));
            sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, Vector256.Load(unsigned + i + 32), Vector256.Load(signed + i + 32));
        }

        return Vector256.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    // Without VNNI the codes are widened to 16 bits first: the instruction that multiplies bytes and adds pairs saturates at 32,767, and the sum of two
    // products can be twice that.
    public static int Dot512(byte* unsigned, sbyte* signed, int length)
    {
        var (sum0, sum1) = (Vector512<int>.Zero, Vector512<int>.Zero);
        for (var i = 0; i < length; i += 64)
        {
            var u0 = Avx512BW.ConvertToVector512Int16(Vector256.Load(unsigned + i));
            var s0 = Avx512BW.ConvertToVector512Int16(Vector256.Load(signed + i));
            var u1 = Avx512BW.ConvertToVector512Int16(Vector256.Load(unsigned + i + 32));
            var s1 = Avx512BW.ConvertToVector512Int16(Vector256.Load(signed + i + 32));
            sum0 += Avx512BW.MultiplyAddAdjacent(u0, s0);
            sum1 += Avx512BW.MultiplyAddAdjacent(u1, s1);
        }

        return Vector512.Sum(sum0 + sum1);
    }

    public static int Dot256(byte* unsigned, sbyte* signed, int length)
    {
        var (sum0, sum1) = (Vector256<int>.Zero, Vector256<int>.Zero);
        for (var i = 0; i < length; i += 32)
        {
            var u0 = Avx2.ConvertToVector256Int16(Vector128.Load(unsigned + i));
            var s0 = Avx2.ConvertToVector256Int16(Vector128.Load(signed + i));
            var u1 = Avx2.ConvertToVector256Int16(Vector128.Load(unsigned + i + 16));
            var s1 = Avx2.ConvertToVector256Int16(Vector128.Load(signed + i + 16));
            sum0 += Avx2.MultiplyAddAdjacent(u0, s0);
            sum1 += Avx2.MultiplyAddAdjacent(u1, s1);
        }

        return Vector256.Sum(sum0 + sum1);
    }

    /// <summary>The variant for Arm; uses its widening multiplication where the processor has one.</summary>
    public static int Dot128(byte* unsigned, sbyte* signed, int length)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < length; i += 16)
        {
            var u = Vector128.Load(unsigned + i);
            var s = Vector128.Load(signed + i);
            var (uLow, uHigh) = (Vector128.WidenLower(u).AsInt16(), Vector128.WidenUpper(u).AsInt16());
            var (sLow, sHigh) = (Vector128.WidenLower(s), Vector128.WidenUpper(s));
            if (AdvSimd.IsSupported)
            {
                sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, uLow.GetLower(), sLow.GetLower());
                sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, uLow.GetUpper(), sLow.GetUpper());
                sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, uHigh.GetLower(), sHigh.GetLower());
                sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, uHigh.GetUpper(), sHigh.GetUpper());
                continue;
            }

            sum += Vector128.WidenLower(uLow) * Vector128.WidenLower(sLow);
            sum += Vector128.WidenUpper(uLow) * Vector128.WidenUpper(sLow);
            sum += Vector128.WidenLower(uHigh) * Vector128.WidenLower(sHigh);
            sum += Vector128.WidenUpper(uHigh) * Vector128.WidenUpper(sHigh);
        }

        return Vector128.Sum(sum);
    }

    public static int DotScalar(byte* unsigned, sbyte* signed, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
        {
            sum += unsigned[i] * signed[i];
        }

        return sum;
    }

    /// <summary>The number of bits in which two codes differ.</summary>
    public static int Hamming(byte* a, byte* b, int length)
    {
        var left = (ulong*)a;
        var right = (ulong*)b;
        var (sum0, sum1) = (0, 0);
        for (var i = 0; i < length / sizeof(ulong); i += 2)
        {
            sum0 += BitOperations.PopCount(left[i] ^ right[i]);
            sum1 += BitOperations.PopCount(left[i + 1] ^ right[i + 1]);
        }

        return sum0 + sum1;
    }
}
