using System.Buffers.Text;
using System.Text.Json;

namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>A value of a metadata object or of a filter.</summary>
/// <param name="kind">Its kind.</param>
/// <param name="number">A whole number, or the bits of a double.</param>
/// <param name="text">A text as it is written between its quotes, or the JSON of an array or object.</param>
internal readonly ref struct MetadataValue(ValueKind kind, long number, ReadOnlySpan<byte> text)
{
    public ValueKind Kind { get; } = kind;

    public long Number { get; } = number;

    public ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>The value at the position of a reader over JSON that <see cref="MetadataDocument"/> wrote.</summary>
    public static MetadataValue At(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return new MetadataValue(ValueKind.True, 0, default);
            case JsonTokenType.False:
                return new MetadataValue(ValueKind.False, 0, default);
            case JsonTokenType.String:
                return new MetadataValue(ValueKind.String, 0, json.Slice(start + 1, reader.ValueSpan.Length));
            case JsonTokenType.Number:
                return FromNumber(json.Slice(start, reader.ValueSpan.Length));
            case JsonTokenType.StartArray:
            case JsonTokenType.StartObject:
                var kind = reader.TokenType == JsonTokenType.StartArray ? ValueKind.Array : ValueKind.Object;
                reader.Skip();
                return new MetadataValue(kind, 0, json[start..(int)reader.BytesConsumed]);
            default:
                return new MetadataValue(ValueKind.Null, 0, default);
        }
    }

    /// <summary>Less than zero, zero or more than zero; null where the two cannot be compared.</summary>
    public int? CompareTo(MetadataValue other)
    {
        switch (Kind, other.Kind)
        {
            case (ValueKind.Integer, ValueKind.Integer):
                return Number.CompareTo(other.Number);
            case (ValueKind.Double, ValueKind.Double):
                return BitConverter.Int64BitsToDouble(Number).CompareTo(BitConverter.Int64BitsToDouble(other.Number));
            case (ValueKind.Integer, ValueKind.Double):
                return Compare(Number, BitConverter.Int64BitsToDouble(other.Number));
            case (ValueKind.Double, ValueKind.Integer):
                return -Compare(other.Number, BitConverter.Int64BitsToDouble(Number));
            case (ValueKind.String, ValueKind.String):
                return CompareTexts(Text, other.Text);
            default:
                return null;
        }
    }

    /// <summary>True when both are null, or are the same truth value, number or text. Arrays and objects never equal anything.</summary>
    public bool EqualTo(MetadataValue other) => Kind switch
    {
        ValueKind.String => other.Kind == ValueKind.String && Text.SequenceEqual(other.Text),
        ValueKind.Integer or ValueKind.Double => CompareTo(other) == 0,
        ValueKind.Null or ValueKind.True or ValueKind.False => Kind == other.Kind,
        _ => false,
    };

    private static MetadataValue FromNumber(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
        {
            return new MetadataValue(ValueKind.Integer, whole, text);
        }

        _ = Utf8Parser.TryParse(text, out double value, out _);
        return new MetadataValue(ValueKind.Double, BitConverter.DoubleToInt64Bits(value), text);
    }

    // Every double beyond 2^53 is whole. One in the range of a long is compared as a long, because converting the long to a double would round it.
    private static int Compare(long whole, double value)
    {
        const double edge = 9.2233720368547758e18;
        return value >= edge ? -1
            : value < -edge ? 1
            : whole.CompareTo((long)Math.Floor(value)) is var order and not 0 ? order
            : value > Math.Floor(value) ? -1 : 0;
    }

    // UTF-8 bytes sort in the order of code points. Escapes (\", \\, \n, ...) must be decoded first.
    private static int CompareTexts(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Contains((byte)'\\') || right.Contains((byte)'\\')
            ? Unescape(left).AsSpan().SequenceCompareTo(Unescape(right))
            : left.SequenceCompareTo(right);

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader((byte[])[(byte)'"', .. text, (byte)'"']);
        reader.Read();
        var plain = new byte[text.Length];
        return plain[..reader.CopyString(plain)];
    }
}
