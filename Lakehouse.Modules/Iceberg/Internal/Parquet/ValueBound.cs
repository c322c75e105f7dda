using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>
/// Bounds of values: from the form that Parquet's statistics have to that of Iceberg (its specification, appendix D, "Binary single-value serialization").
/// </summary>
internal static class ValueBound
{
    private const byte SignBit = 0x80;
    private const int TextLengthMax = 16; // code points, or bytes; longer ones are cut as other writers of Iceberg do

    /// <summary>A bound as Iceberg writes it; null where the value is none, or is not stored as the type is.</summary>
    /// <param name="type">Iceberg's type.</param>
    /// <param name="physical">How the file stores it.</param>
    /// <param name="value">The value as statistics have it.</param>
    public static byte[]? Convert(string type, PhysicalType physical, byte[] value) => (type, physical, value.Length) switch
    {
        ("boolean", PhysicalType.Boolean, 1) => value,
        ("int" or "date", PhysicalType.Int32, sizeof(int)) => value,
        ("long", PhysicalType.Int32, sizeof(int)) => Bytes(BinaryPrimitives.ReadInt32LittleEndian(value)),
        ("long" or "time" or "timestamp" or "timestamptz", PhysicalType.Int64, sizeof(long)) => value,
        ("float", PhysicalType.Float, sizeof(float)) => float.IsNaN(BinaryPrimitives.ReadSingleLittleEndian(value)) ? null : value,
        ("double", PhysicalType.Float, sizeof(float)) => Bytes((double)BinaryPrimitives.ReadSingleLittleEndian(value)),
        ("double", PhysicalType.Double, sizeof(double)) => double.IsNaN(BinaryPrimitives.ReadDoubleLittleEndian(value)) ? null : value,
        ("string" or "binary", PhysicalType.ByteArray, _) => value,
        ("uuid", PhysicalType.FixedLengthByteArray, 16) => value,
        _ when type.StartsWith("decimal", StringComparison.Ordinal) => ConvertDecimal(physical, value),
        _ => null,
    };

    /// <summary>Compares two bounds of a type, as <see cref="Convert"/> gives them.</summary>
    public static int Compare(string type, byte[] left, byte[] right) => type switch
    {
        "int" or "date" => BinaryPrimitives.ReadInt32LittleEndian(left).CompareTo(BinaryPrimitives.ReadInt32LittleEndian(right)),
        "long" or "time" or "timestamp" or "timestamptz" =>
            BinaryPrimitives.ReadInt64LittleEndian(left).CompareTo(BinaryPrimitives.ReadInt64LittleEndian(right)),
        "float" => BinaryPrimitives.ReadSingleLittleEndian(left).CompareTo(BinaryPrimitives.ReadSingleLittleEndian(right)),
        "double" => BinaryPrimitives.ReadDoubleLittleEndian(left).CompareTo(BinaryPrimitives.ReadDoubleLittleEndian(right)),
        _ when type.StartsWith("decimal", StringComparison.Ordinal) =>
            new BigInteger(left, isBigEndian: true).CompareTo(new BigInteger(right, isBigEndian: true)),
        _ => left.AsSpan().SequenceCompareTo(right),
    };

    /// <summary>Cuts a lower bound that is long: what is left is not above it. Zero is negative zero, which may be among the values.</summary>
    public static byte[] CutLower(string type, byte[] value) => type switch
    {
        "binary" when value.Length > TextLengthMax => value[..TextLengthMax],
        "string" => value[..LengthOf(value)],
        "float" or "double" when IsZero(value) => [.. value[..^1], SignBit],
        _ => value,
    };

    /// <summary>Cuts an upper bound that is long, and raises what is left above it; null where that cannot be done.</summary>
    public static byte[]? CutUpper(string type, byte[] value)
    {
        if (type is "float" or "double" && IsZero(value))
        {
            return new byte[value.Length];
        }

        if (type == "binary" && value.Length > TextLengthMax)
        {
            var cut = value[..TextLengthMax];
            for (var i = cut.Length - 1; i >= 0; i--)
            {
                if (cut[i] < byte.MaxValue)
                {
                    cut[i]++;
                    return cut[..(i + 1)];
                }
            }

            return null;
        }

        return type == "string" && LengthOf(value) is var length && length < value.Length ? Raise(Encoding.UTF8.GetString(value, 0, length)) : value;
    }

    private static bool IsZero(byte[] value) => value.AsSpan(0, value.Length - 1).IndexOfAnyExcept((byte)0) < 0 && value[^1] is 0 or SignBit;

    /// <summary>The next text: the last code point that can be raised is, and what follows is left out.</summary>
    private static byte[]? Raise(string text)
    {
        const int surrogatesStart = 0xD800;
        const int surrogatesEnd = 0xE000;
        const int last = 0x10FFFF;
        var runes = text.EnumerateRunes().ToList();
        for (var i = runes.Count - 1; i >= 0; i--)
        {
            if (runes[i].Value == last)
            {
                continue;
            }

            var next = runes[i].Value + 1 is var raised and not surrogatesStart ? raised : surrogatesEnd;
            return Encoding.UTF8.GetBytes(string.Concat(runes.Take(i).Append(new Rune(next))));
        }

        return null;
    }

    /// <summary>The bytes of the first code points of a text.</summary>
    private static int LengthOf(byte[] text)
    {
        var (length, count) = (0, 0);
        while (length < text.Length && count < TextLengthMax)
        {
            Rune.DecodeFromUtf8(text.AsSpan(length), out _, out var size);
            length += size;
            count++;
        }

        return length;
    }

    private static byte[]? ConvertDecimal(PhysicalType physical, byte[] value) => (physical, value.Length) switch
    {
        (PhysicalType.Int32, sizeof(int)) => Bytes(new BigInteger(BinaryPrimitives.ReadInt32LittleEndian(value))),
        (PhysicalType.Int64, sizeof(long)) => Bytes(new BigInteger(BinaryPrimitives.ReadInt64LittleEndian(value))),
        (PhysicalType.FixedLengthByteArray or PhysicalType.ByteArray, > 0) => Bytes(new BigInteger(value, isBigEndian: true)),
        _ => null,
    };

    private static byte[] Bytes(BigInteger value) => value.ToByteArray(isBigEndian: true);

    private static byte[] Bytes(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[]? Bytes(double value)
    {
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return double.IsNaN(value) ? null : bytes;
    }
}
