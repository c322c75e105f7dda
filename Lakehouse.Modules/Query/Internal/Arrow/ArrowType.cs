using System.Globalization;
using Lakehouse.DuckDb.Arrow;

namespace Lakehouse.Query.Internal.Arrow;

/// <summary>A type of Arrow: how the schema of a stream names it (Schema.fbs), and which buffers hold its values (Columnar.html, "Buffer Listing").</summary>
internal abstract class ArrowType
{
    /// <summary>The kind of the union <c>Type</c> in the schema.</summary>
    public abstract byte Kind { get; }

    /// <summary>The type of a field. Of a field with a dictionary: that of its indexes.</summary>
    /// <exception cref="NotSupportedException">The engine uses a type that is not known here.</exception>
    public static ArrowType Of(ArrowField field)
    {
        var format = field.Format;
        return format switch
        {
            "n" => new Simple(1, _ => [], static (b, _) => b.BeginTable(0).EndTable()),
            "b" => new Simple(6, n => [Bits(n), Bits(n)], static (b, _) => b.BeginTable(0).EndTable()),
            "c" or "C" => Whole(format, 8),
            "s" or "S" => Whole(format, 16),
            "i" or "I" => Whole(format, 32),
            "l" or "L" => Whole(format, 64),
            "f" => Fixed(3, 4, static b => b.BeginTable(1).Short(0, 1).EndTable()),
            "g" => Fixed(3, 8, static b => b.BeginTable(1).Short(0, 2).EndTable()),
            "z" => new Texts(4),
            "u" => new Texts(5),
            "tdD" => Fixed(8, 4, static b => b.BeginTable(1).Short(0, 0).EndTable()),
            "ttu" or "ttn" => Fixed(9, 8, b => b.BeginTable(2).Int(1, 64).Short(0, UnitOf(format[2])).EndTable()),
            "tin" => Fixed(11, 16, static b => b.BeginTable(1).Short(0, 2).EndTable()),
            "+l" => new Lists(12),
            "+m" => new Lists(17),
            "+s" => new Simple(13, n => [Bits(n)], static (b, _) => b.BeginTable(0).EndTable()),
            _ when format.StartsWith("ts", StringComparison.Ordinal) => Timestamp(format),
            _ when format.StartsWith("d:", StringComparison.Ordinal) => Decimal(NumbersOf(format)),
            _ when format.StartsWith("w:", StringComparison.Ordinal) => FixedBinary(NumbersOf(format)[0]),
            _ when format.StartsWith("+w:", StringComparison.Ordinal) => FixedList(NumbersOf(format)[0]),
            _ when format.StartsWith("+us:", StringComparison.Ordinal) => Union(NumbersOf(format)),
            _ => throw new NotSupportedException($"the engine uses Arrow's type '{format}'"),
        };
    }

    /// <summary>Writes the table of the type and returns its position.</summary>
    public abstract int Write(FlatBufferBuilder builder);

    /// <summary>The bytes of each buffer of an array, which has no offset.</summary>
    public abstract IReadOnlyList<long> MeasureBuffers(ArrowArray array);

    private static long Bits(long count) => (count + 7) / 8;

    private static int[] NumbersOf(string format) =>
        [.. format[(format.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    /// <summary>Seconds, milliseconds, microseconds, nanoseconds.</summary>
    private static short UnitOf(char unit) => (short)"smun".IndexOf(unit, StringComparison.Ordinal);

    private static Simple Fixed(byte kind, int sizeBytes, Func<FlatBufferBuilder, int> write) =>
        new(kind, n => [Bits(n), n * sizeBytes], (b, _) => write(b));

    private static Simple Whole(string format, int bits)
    {
        var isSigned = char.IsAsciiLetterLower(format[0]);
        return Fixed(2, bits / 8, b => b.BeginTable(2).Int(0, bits).Byte(1, isSigned ? (byte)1 : (byte)0).EndTable());
    }

    private static Simple Timestamp(string format)
    {
        var zone = format[(format.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return new Simple(
            10,
            n => [Bits(n), n * sizeof(long)],
            (b, _) =>
            {
                var text = zone.Length == 0 ? 0 : b.Text(zone == "Etc/UTC" ? "UTC" : zone);
                return b.BeginTable(2).Reference(1, text).Short(0, UnitOf(format[2])).EndTable();
            });
    }

    private static Simple Decimal(int[] numbers) =>
        Fixed(7, 16, b => b.BeginTable(3).Int(0, numbers[0]).Int(1, numbers[1]).Int(2, 128).EndTable());

    private static Simple FixedBinary(int sizeBytes) => Fixed(15, sizeBytes, b => b.BeginTable(1).Int(0, sizeBytes).EndTable());

    private static Simple FixedList(int length) => new(16, n => [Bits(n)], (b, _) => b.BeginTable(1).Int(0, length).EndTable());

    private static Simple Union(int[] ids) => new(
        14,
        n => [n],
        (b, _) =>
        {
            var list = b.Numbers(ids);
            return b.BeginTable(2).Reference(1, list).Short(0, 0).EndTable();
        });

    /// <summary>A type whose buffers' sizes depend on the number of values only.</summary>
    private sealed class Simple(byte kind, Func<long, IReadOnlyList<long>> measure, Func<FlatBufferBuilder, byte, int> write) : ArrowType
    {
        public override byte Kind => kind;

        public override int Write(FlatBufferBuilder builder) => write(builder, kind);

        public override IReadOnlyList<long> MeasureBuffers(ArrowArray array) => measure(array.Length);
    }

    /// <summary>Texts and bytes: offsets and one buffer of all bytes.</summary>
    private sealed class Texts(byte kind) : ArrowType
    {
        public override byte Kind => kind;

        public override int Write(FlatBufferBuilder builder) => builder.BeginTable(0).EndTable();

        public override IReadOnlyList<long> MeasureBuffers(ArrowArray array)
        {
            var offsetsLength = (array.Length + 1) * sizeof(int);
            var offsets = array.GetBuffer(1, offsetsLength);
            return [Bits(array.Length), offsetsLength, offsets.IsEmpty ? 0 : BitConverter.ToInt32(offsets[^sizeof(int)..])];
        }
    }

    /// <summary>Lists and maps: offsets into the child.</summary>
    private sealed class Lists(byte kind) : ArrowType
    {
        public override byte Kind => kind;

        public override int Write(FlatBufferBuilder builder) =>
            kind == 17 ? builder.BeginTable(1).Byte(0, 0).EndTable() : builder.BeginTable(0).EndTable();

        public override IReadOnlyList<long> MeasureBuffers(ArrowArray array) => [Bits(array.Length), (array.Length + 1) * sizeof(int)];
    }
}
