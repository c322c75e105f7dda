using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>Answers in Arrow, as the official package of npm reads them.</summary>
public sealed class ArrowClientTests(ArrowClientTests.SharedHost shared, ArrowClient arrow)
    : IClassFixture<ArrowClientTests.SharedHost>, IClassFixture<ArrowClient>
{
    [ArrowFact]
    public async Task An_answer_without_rows_has_its_columns_and_types()
    {
        var (answer, types, batches) = await ReadAsync(
            "SELECT 1::TINYINT AS a, 'x' AS b, [1.5::FLOAT] AS c, 'p'::ENUM ('p', 'q') AS d, {'m': 1} AS e, now() AS f WHERE false");
        answer.Columns.Should().Equal("a", "b", "c", "d", "e", "f");
        answer.Rows.Should().BeEmpty();
        batches.Sum().Should().Be(0);
        types[0].Should().Be("Int8");
        types[1].Should().Be("Utf8");
        types[2].Should().Be("List<Float32>");
        types[3].Should().StartWith("Dictionary<");
        types[5].Should().StartWith("Timestamp<");
    }

    [ArrowFact]
    public async Task Many_batches_are_one_table()
    {
        var (answer, _, batches) = await ReadAsync(
            "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'n' || i END, [i, NULL, i + 1], {'s': i % 7 = 0} FROM range(20000) t(i)");
        batches.Count.Should().BeGreaterThan(1);
        batches.Sum().Should().Be(20_000);
        for (var i = 0; i < answer.Rows.Count; i++)
        {
            var expected = new[] { $"{i}", i % 3 == 0 ? null : $"n{i}", $"[{i},null,{i + 1}]", $"{{\"s\":{(i % 7 == 0 ? "true" : "false")}}}" };
            answer.Rows[i].Should().Equal(expected);
        }
    }

    [ArrowFact]
    public async Task Dictionaries_are_read_in_every_batch_and_in_nested_values()
    {
        const string colour = "(CASE i % 4 WHEN 0 THEN 'red' WHEN 1 THEN 'green' WHEN 2 THEN 'blue' END)::ENUM ('blue', 'green', 'red')";
        var (answer, types, batches) = await ReadAsync(
            $"SELECT e, [e, NULL, e], {{'in': e, 'deep': [{{'e': e}}]}}, MAP {{i: e}}, array_value(e, e) FROM (SELECT i, {colour} AS e FROM range(9000) t(i))");
        batches.Count.Should().BeGreaterThan(1);
        types.Should().OnlyContain(t => t.Contains("Dictionary<"));
        for (var i = 0; i < 9000; i++)
        {
            var name = (i % 4) switch { 0 => "red", 1 => "green", 2 => "blue", _ => null };
            var json = name is null ? "null" : $"\"{name}\"";
            answer.Rows[i].Should().Equal(
                name,
                $"[{json},null,{json}]",
                $"{{\"in\":{json},\"deep\":[{{\"e\":{json}}}]}}",
                $"[{{\"key\":{i},\"value\":{json}}}]",
                $"[{json},{json}]");
        }
    }

    [ArrowFact]
    public async Task Columns_of_nothing_but_null_are_read()
    {
        string[] types =
        [
            "INTEGER", "VARCHAR", "DOUBLE", "BOOLEAN", "BLOB", "DATE", "TIMESTAMPTZ", "INTERVAL", "UUID", "DECIMAL(38, 5)", "HUGEINT", "INTEGER[]", "TIME",
            "STRUCT(a INTEGER, b VARCHAR[])", "MAP(VARCHAR, INTEGER)", "INTEGER[2]", "ENUM ('a', 'b')", "JSON", "BIT", "\"NULL\""
        ];
        var (answer, _, _) = await ReadAsync($"SELECT {string.Join(", ", types.Select((t, i) => $"NULL::{t} AS c{i}"))} FROM range(3000)");
        answer.Columns.Should().HaveCount(types.Length);
        answer.Rows.Should().HaveCount(3000).And.OnlyContain(r => r.All(v => v == null));
    }

    [ArrowFact]
    public async Task Names_are_kept_whatever_they_are()
    {
        string[] names = ["größe", "日本", "🦆", "a\"b", "a b", "x", "x", "X", "a,b\n"];
        var (answer, _, _) = await ReadAsync($"SELECT {string.Join(", ", names.Select((n, i) => $"{i} AS {DuckDbSql.Identifier(n)}"))}");
        answer.Columns.Should().Equal(names);
        answer.Rows.Single().Should().Equal(Enumerable.Range(0, names.Length).Select(i => $"{i}"));
    }

    [ArrowTheory]
    [InlineData(1)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(5000)]
    public async Task Rows_are_cut_where_the_client_asks_for_it(int count)
    {
        var (bytes, code, detail) = await shared.Host.AnswerAsync(
            "SELECT i, 'text ' || i, [i], {'a': i::VARCHAR} FROM range(5000) t(i)", "arrow", address: $"max_rows={count}");
        code.Should().BeNull(detail);
        var (answer, _, _) = await arrow.ReadAsync(bytes);
        answer.Rows.Should().HaveCount(count);
        answer.Rows[^1].Should().Equal($"{count - 1}", $"text {count - 1}", $"[{count - 1}]", $"{{\"a\":\"{count - 1}\"}}");
    }

    private async Task<(Answer Answer, IReadOnlyList<string> Types, IReadOnlyList<int> Batches)> ReadAsync(string sql)
    {
        var (bytes, code, detail) = await shared.Host.AnswerAsync(sql, "arrow");
        code.Should().BeNull(detail);
        return await arrow.ReadAsync(bytes);
    }

    public sealed class SharedHost() : LargeQueryHost("none");
}
