using System.Globalization;
using System.Text;
using Lakehouse.Vector.Internal.Http;

namespace Lakehouse.Tests.Unit.Vectors;

public sealed class FloatTextTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("1")]
    [InlineData("-1.5")]
    [InlineData("0.1")]
    [InlineData("123456789012345")]
    [InlineData("1234567890123456")]
    [InlineData("0.000000000000000000000012345")]
    [InlineData("0.0000000000000000000012345")]
    [InlineData("1e5")]
    [InlineData("-1.25E-7")]
    [InlineData("1e39")]
    [InlineData("1e400")]
    [InlineData("16777217.000000001")]
    [InlineData("0.000000000000000000000000000000000000000000001")]
    [InlineData("99999999999999999999")]
    public void A_number_is_read_as_the_double_it_is_nearest_to_and_then_as_a_float(string text) => Check(text);

    [Fact]
    public void A_million_random_numbers_are_read_as_the_library_reads_them()
    {
        var random = new Random(7);
        for (var i = 0; i < 1_000_000; i++)
        {
            var value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 8));
            Check((i % 3) switch
            {
                0 => ((float)value).ToString("R", CultureInfo.InvariantCulture),
                1 => value.ToString("R", CultureInfo.InvariantCulture),
                _ => value.ToString("F7", CultureInfo.InvariantCulture),
            });
        }
    }

    private static void Check(string text)
    {
        var expected = (float)double.Parse(text, CultureInfo.InvariantCulture);
        var actual = FloatText.Parse(Encoding.UTF8.GetBytes(text));
        Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual), $"{text}: {actual}, expected {expected}");
    }
}
