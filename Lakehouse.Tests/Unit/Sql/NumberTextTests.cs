using System.Buffers.Text;
using System.Text;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Tests.Unit.Sql;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1, "1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.30000000000000004, "0.30000000000000004")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1E-05")]
    [InlineData(100, "100")]
    [InlineData(-97.740231, "-97.740231")]
    [InlineData(0.000000001, "1E-09")]
    [InlineData(1.000000001, "1.000000001")]
    [InlineData(999999999999999, "999999999999999")]
    [InlineData(1e16, "10000000000000000")]
    [InlineData(4503599627370495.5, "4503599627370495.5")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    [InlineData(double.Epsilon, "5E-324")]
    public void Numbers_have_their_shortest_text(double value, string text) => Write(value).Should().Be(text);

    /// <summary>Decimals of all lengths, their neighbours, whole numbers, and doubles of any bits.</summary>
    [Fact]
    public void Every_number_has_the_text_that_the_runtime_gives_it()
    {
        var random = new Random(7);
        for (var i = 0; i < 300_000; i++)
        {
            var digits = (double)random.NextInt64((long)Math.Pow(10, random.Next(1, 18)));
            var value = (random.Next(4) == 0 ? -1 : 1) * digits / Math.Pow(10, random.Next(0, 18));
            Check(value);
            Check(Math.BitIncrement(value));
            Check(Math.BitDecrement(value));
            Check(digits);
            Check(BitConverter.Int64BitsToDouble(random.NextInt64()));
        }
    }

    private static void Check(double value)
    {
        if (double.IsFinite(value))
        {
            Span<byte> expected = stackalloc byte[64], to = stackalloc byte[NumberText.SizeBytesMax];
            Utf8Formatter.TryFormat(value, expected, out var length);
            if (!to[..NumberText.Write(value, to)].SequenceEqual(expected[..length]))
            {
                Write(value).Should().Be(Encoding.ASCII.GetString(expected[..length]));
            }
        }
    }

    private static string Write(double value)
    {
        var to = new byte[NumberText.SizeBytesMax];
        return Encoding.ASCII.GetString(to, 0, NumberText.Write(value, to));
    }
}
