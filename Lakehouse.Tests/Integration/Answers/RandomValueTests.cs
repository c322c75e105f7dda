using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>Random rows go in as a parameter and come out of every format as they were. The seed of a failure is in the name of its case.</summary>
public sealed class RandomValueTests(RandomValueTests.SharedHost shared, ArrowClient arrow)
    : IClassFixture<RandomValueTests.SharedHost>, IClassFixture<ArrowClient>
{
    private const int RowCount = 3000;

    private const string Sql = """
        SELECT r.t, r.d, r.i, r.m::DECIMAL(38,10), from_base64(r.b), r.l, r.s, r.n
        FROM (SELECT unnest($rows) AS r)
        """;

    private static readonly SqlLogicRecord Types = new() { Types = "TRITTJJJ" };

    private static readonly string[] Pieces =
        ["", "a", "\"", ",", "\t", "\n", "\r", "\r\n", "\\", "'", " ", "é", "日", "🦆", "\u0301", "\0", "\u0001", "\u2028", "NULL", "{", "]", ";", "0", "-1"];

    private static readonly double[] Doubles =
    [
        0, -0.0, 1, -1, 0.1, 1e21, 1e22, 1e-7, 9007199254740991, 9007199254740992, 9007199254740994, double.MaxValue, double.MinValue, double.Epsilon,
        2.2250738585072014e-308, 123456789012345680
    ];

    private static readonly long[] Wholes = [0, 1, -1, long.MinValue, long.MaxValue, 9007199254740991, 9007199254740992, 9007199254740993, -9007199254740993];

    public static TheoryData<int, string> Cases { get; } = CasesOf(AnswerReader.Formats);

    public static TheoryData<int, string> ArrowCases { get; } = CasesOf(["arrow"]);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Values_come_back_as_they_were(int seed, string format) => RunAsync(seed, format, bytes => Task.FromResult(AnswerReader.Read(format, bytes)));

    [ArrowTheory]
    [MemberData(nameof(ArrowCases))]
    public Task Values_come_back_as_they_were_in_Arrow(int seed, string format) =>
        RunAsync(seed, format, async bytes => (await arrow.ReadAsync(bytes)).Answer);

    private async Task RunAsync(int seed, string format, Func<byte[], Task<Answer>> readAsync)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, RowCount).Select(_ => NextRow(random)).ToList();
        var parameters = $$"""{"rows":[{{string.Join(",", rows.Select(r => r.Json))}}]}""";
        var (bytes, code, detail) = await shared.Host.AnswerAsync(Sql, format, parameters);
        code.Should().BeNull(detail);

        var answer = await readAsync(bytes);
        var expected = Types.Compared([.. rows.Select(r => r.Values)]);
        var actual = Types.Compared(answer.Rows);
        actual.Should().HaveCount(RowCount);
        for (var i = 0; i < RowCount; i++)
        {
            Assert.True(expected[i] == actual[i], $"seed {seed}, row {i}: {actual[i]} is not {expected[i]}");
        }
    }

    /// <summary>A row as JSON for the parameter, and as its values should come back.</summary>
    private static (string Json, IReadOnlyList<string?> Values) NextRow(Random random)
    {
        var text = Maybe(random, NextText);
        var number = Maybe(random, NextDouble);
        var whole = Maybe(random, r => NextWhole(r).ToString(CultureInfo.InvariantCulture));
        var money = Maybe(random, NextDecimal);
        var bytes = Maybe(random, r => Convert.ToBase64String(NextBytes(r)));
        var list = Maybe(random, r => NextList(r, _ => Maybe(r, x => NextWhole(x).ToString(CultureInfo.InvariantCulture))));
        var nested = $"{{\"a\":{Quoted(Maybe(random, NextText))},\"x\":{NextList(random, r => Maybe(r, NextDouble))}}}";
        var deep = NextList(random, r => Maybe(r, y => NextList(y, z => Maybe(z, q => Quoted(NextText(q))))));
        var json = $"{{\"t\":{Quoted(text)},\"d\":{number ?? "null"},\"i\":{whole ?? "null"},\"m\":{Quoted(money)},\"b\":{Quoted(bytes)},"
            + $"\"l\":{list ?? "null"},\"s\":{nested},\"n\":{deep}}}";
        return (json, [text, number, whole, money, bytes, list, nested, deep]);
    }

    private static string? Maybe(Random random, Func<Random, string> next) => random.Next(6) == 0 ? null : next(random);

    private static string Quoted(string? text) => JsonSerializer.Serialize(text);

    private static string NextList(Random random, Func<Random, string?> next) =>
        $"[{string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => next(random) ?? "null"))}]";

    private static string NextText(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(8); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    /// <summary>With a point or an exponent, by which it is a DOUBLE and no BIGINT.</summary>
    private static string NextDouble(Random random)
    {
        var bits = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
        var value = random.Next(2) == 0 || !double.IsFinite(bits) ? Doubles[random.Next(Doubles.Length)] : bits;
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    private static long NextWhole(Random random) =>
        random.Next(2) == 0 ? Wholes[random.Next(Wholes.Length)] : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);

    private static string NextDecimal(Random random)
    {
        var digits = new BigInteger(random.NextInt64()) * random.NextInt64(1_000_000_000_000_000_000) / BigInteger.Pow(10, random.Next(38));
        var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(11, '0');
        return (digits.IsZero || random.Next(2) == 0 ? string.Empty : "-") + text[..^10] + "." + text[^10..];
    }

    private static byte[] NextBytes(Random random)
    {
        var bytes = new byte[random.Next(6)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static TheoryData<int, string> CasesOf(IReadOnlyList<string> formats)
    {
        var cases = new TheoryData<int, string>();
        foreach (var seed in new[] { 1, 2, 3 })
        {
            foreach (var format in formats)
            {
                cases.Add(seed, format);
            }
        }

        return cases;
    }

    public sealed class SharedHost() : LargeQueryHost("process");
}
