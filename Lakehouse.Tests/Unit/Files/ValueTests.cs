using System.Globalization;
using System.Text;
using Lakehouse.DuckDb;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Tests.Unit.Files;

/// <summary>Values that a reader accepts in a form it was told: the engine must make the same of them.</summary>
public sealed class ValueTests : IDisposable
{
    private const int Seed = 20_261_122;

    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenInMemory();
    private readonly Random _random = new(Seed);

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("%d.%m.%Y")]
    [InlineData("%m/%d/%y")]
    [InlineData("%Y%m%d")]
    [InlineData("%-d.%-m.%Y")]
    [InlineData("%d %b %Y")]
    [InlineData("%A, %d %B %Y")]
    [InlineData("%a %d-%b-%y")]
    [InlineData("%Y-%m-%d %H:%M:%S.%f")]
    [InlineData("%d/%m/%Y %I:%M %p")]
    [InlineData("%d.%m.%Y%%%H")]
    public void What_a_form_of_time_accepts_the_engine_converts(string text)
    {
        var format = TimeFormat.Parse("x", text, hasTime: text.Contains("%H", StringComparison.Ordinal) || text.Contains("%I", StringComparison.Ordinal));
        using var connection = _database.Connect();
        var accepted = 0;
        for (var round = 0; round < 400; round++)
        {
            var value = RandomTime(text);
            if (!format.Accepts(Encoding.UTF8.GetBytes(value)))
            {
                continue;
            }

            accepted++;
            Ask(connection, $"SELECT try_strptime({DuckDbSql.Literal(value)}, {DuckDbSql.Literal(text)}) IS NOT NULL").Should().Be("true", value);
        }

        accepted.Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData("31.02.2024", false)]
    [InlineData("29.02.2024", true)]
    [InlineData("29.02.2023", false)]
    [InlineData("1.2.2024", true)]
    [InlineData("01.02.24", false)]
    [InlineData("01.02.2024 ", false)]
    [InlineData("0.1.2024", false)]
    [InlineData("", false)]
    public void A_day_that_there_is_not_is_no_date(string value, bool isAccepted) =>
        TimeFormat.Parse("x", "%d.%m.%Y", hasTime: false).Accepts(Encoding.UTF8.GetBytes(value)).Should().Be(isAccepted);

    [Theory]
    [InlineData("1.234,5", ',', '.', "1234.5")]
    [InlineData("1234,5", ',', '.', "1234.5")]
    [InlineData("12.34,5", ',', '.', null)]
    [InlineData("1.2345", ',', '.', null)]
    [InlineData("1.234.567", ',', '.', "1234567")]
    [InlineData("-1.234,5", ',', '.', "-1234.5")]
    [InlineData("1,5", ',', null, "1.5")]
    [InlineData("1.5", ',', null, null)]
    [InlineData("1,234.5", '.', ',', "1234.5")]
    [InlineData("1'234.5", '.', '\'', "1234.5")]
    [InlineData("1 234,5", ',', ' ', "1234.5")]
    [InlineData(".234,5", ',', '.', null)]
    [InlineData("1.234,", ',', '.', null)]
    [InlineData("1.234,5,6", ',', '.', null)]
    [InlineData("1,5.000", ',', '.', null)]
    [InlineData("-.234", ',', '.', null)]
    public void Numbers_are_read_as_their_separators_say(string value, char point, char? group, string? expected)
    {
        Span<byte> number = stackalloc byte[NumberFormat.LengthMax];
        var length = new NumberFormat(point, group).Normalise(Encoding.UTF8.GetBytes(value), number);
        (length == 0 ? null : Encoding.UTF8.GetString(number[..length])).Should().Be(expected);
    }

    [Theory]
    [InlineData("BOOLEAN", "true false T f yes No 1 0 2 on x")]
    [InlineData("TINYINT", "0 -128 127 128 -129 007 +5 1.0 1e2 x")]
    [InlineData("UBIGINT", "0 18446744073709551615 18446744073709551616 -1")]
    [InlineData("BIGINT", "9223372036854775807 9223372036854775808 -9223372036854775808 1_000")]
    [InlineData("FLOAT", "1 1.5 1e10 1e38 1e39 NaN Infinity -Infinity .5 5. x")]
    [InlineData("DOUBLE", "1e308 1e309 -1.5e-3 0x10")]
    [InlineData("DECIMAL(5,2)", "1 1.5 999.99 1000 1.255 1.250 -0.01 +1 .5 5. 1e2 00012.5")]
    [InlineData("DATE", "2024-02-29 2023-02-29 2024-2-9 20240229")]
    [InlineData("TIME", "10:00 10:00:00 10:00:00.5 24:00:00 9:00")]
    [InlineData("TIMESTAMP", "2024-02-29 2024-02-29T10:00 2024-02-29_10:00:00.123456 2024-02-29T10:00:00Z")]
    [InlineData("TIMESTAMPTZ", "2024-02-29T10:00:00Z 2024-02-29T10:00:00+02:00 2024-02-29")]
    [InlineData("UUID", "550e8400-e29b-41d4-a716-446655440000 550E8400-E29B-41D4-A716-446655440000 550e8400")]
    [InlineData("JSON", "{} [1,2] 1 \"x\" {\"a\":1} {a:1} [1")]
    public void What_a_type_accepts_the_engine_casts_without_loss(string name, string values)
    {
        var type = DeclaredType.Parse("x", "c", name);
        using var connection = _database.Connect();
        var accepted = 0;
        foreach (var value in values.Split(' ').Select(v => v.Replace('_', ' ')).Concat(Enumerable.Range(0, 200).Select(_ => RandomNumber())))
        {
            if (!type.Accepts(Encoding.UTF8.GetBytes(value), ValueRules.Plain))
            {
                continue;
            }

            accepted++;
            var cast = Ask(connection, $"SELECT TRY_CAST({DuckDbSql.Literal(value)} AS {type.Name})");
            cast.Should().NotBeNull(value);
            if (type.Shape is ValueShape.Integer or ValueShape.Decimal)
            {
                decimal.Parse(cast!, CultureInfo.InvariantCulture).Should().Be(decimal.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture), value);
            }
        }

        accepted.Should().BePositive();
    }

    [Theory]
    [InlineData("DECIMAL(39,2)")]
    [InlineData("DECIMAL(5,6)")]
    [InlineData("DECIMAL(0)")]
    [InlineData("DECIMAL(5,2")]
    [InlineData("VARCHR")]
    [InlineData("INTEGER[]")]
    public void A_type_that_there_is_not_is_refused(string name) => DeclaredType.TryParse(name).Should().BeNull();

    private static string? Ask(DuckDbConnection connection, string sql)
    {
        using var statement = connection.Prepare($"SELECT (({sql}))::VARCHAR");
        using var result = statement.Execute();
        using var chunk = result.FetchChunk();
        var vector = chunk!.GetVector(0);
        return vector.IsNull(0) ? null : Encoding.UTF8.GetString(vector.GetBytes(0));
    }

    /// <summary>Mostly a time of this form, sometimes with a field out of its range or with something left out.</summary>
    private string RandomTime(string format)
    {
        var time = new DateTime(1, 1, 1).AddSeconds(_random.NextInt64(86_400L * 365 * 3_000));
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            var isPlain = format[++i] == '-';
            i += isPlain ? 1 : 0;
            var isOdd = _random.Next(12) == 0;
            text.Append(format[i] switch
            {
                'Y' => time.Year.ToString(isOdd ? "0" : "0000", CultureInfo.InvariantCulture),
                'y' => time.ToString("yy", CultureInfo.InvariantCulture),
                'm' => isOdd ? "13" : time.Month.ToString(isPlain ? "0" : "00", CultureInfo.InvariantCulture),
                'd' => isOdd ? "31" : time.Day.ToString(_random.Next(2) == 0 ? "0" : "00", CultureInfo.InvariantCulture),
                'b' => time.ToString("MMM", CultureInfo.InvariantCulture).ToUpperInvariant(),
                'B' => time.ToString("MMMM", CultureInfo.InvariantCulture),
                'a' => time.ToString("ddd", CultureInfo.InvariantCulture),
                'A' => time.ToString("dddd", CultureInfo.InvariantCulture),
                'H' => isOdd ? "24" : time.ToString("HH", CultureInfo.InvariantCulture),
                'I' => isOdd ? "0" : time.ToString("hh", CultureInfo.InvariantCulture),
                'p' => time.ToString("tt", CultureInfo.InvariantCulture),
                'M' or 'S' => isOdd ? "60" : time.ToString("mm", CultureInfo.InvariantCulture),
                'f' => _random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
                var other => other.ToString(),
            });
        }

        return text.ToString();
    }

    private string RandomNumber()
    {
        var text = (_random.Next(-1_000, 1_000) / 4m).ToString(CultureInfo.InvariantCulture);
        return _random.Next(4) == 0 ? text.Replace(".", string.Empty, StringComparison.Ordinal) : text;
    }
}
