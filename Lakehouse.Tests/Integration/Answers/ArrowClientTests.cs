using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>Answers in Arrow, as the official package of npm reads them.</summary>
public sealed class ArrowClientTests(ArrowClientTests.SharedHost shared, ArrowClient arrow)
    : IClassFixture<ArrowClientTests.SharedHost>, IClassFixture<ArrowClient>
{
    /// <summary>Columns of test_all_types that cannot be sent, and why.</summary>
    private static readonly Dictionary<string, string> NotSent = new()
    {
        ["hugeint"] = "its bounds have 39 digits, and a DECIMAL has 38",
        ["uhugeint"] = "its bounds have 39 digits, and a DECIMAL has 38",
        ["large_enum"] = "the text of its type is longer than a query may be",
        ["union"] = "a text becomes the member that is a text; nested.slt has unions",
        ["variant"] = "it has no form in any format",
    };

    private static readonly string[] NestedTypes = ["STRUCT(", "MAP(", "UNION("];

    /// <summary>
    /// The gate lets no query call test_all_types, so the values are sent as texts, which the engine casts. What it should be is what an engine of this process
    /// says about the same value.
    /// </summary>
    [ArrowFact]
    public async Task Every_type_is_read_as_the_engine_casts_it()
    {
        using var database = DuckDbDatabase.OpenIsolated("512MB");
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        var columns = AnswerReader.Query(connection, "SELECT column_name, column_type FROM (DESCRIBE FROM test_all_types())").Rows;
        columns.Should().HaveCountGreaterThan(50);
        var faults = new List<string>();
        foreach (var (name, type) in columns.Select(c => (c[0]!, c[1]!)).Where(c => !NotSent.ContainsKey(c.Item1)))
        {
            var column = DuckDbSql.Identifier(name);
            var isNested = type.EndsWith(']') || NestedTypes.Any(n => type.StartsWith(n, StringComparison.Ordinal));
            var text = isNested || type is "BLOB" or "GEOMETRY" ? $"CAST({column} AS VARCHAR)" : TextOf(column, type, isNested);
            var told = AnswerReader.Query(connection, $"SELECT {TextOf(column, type, isNested)}, {text} FROM test_all_types()").Rows;
            var values = told.Select((row, i) => $"({i}, {(row[1] is { } value ? Literal(value) : "NULL")})");
            var sql = $"SELECT CAST(v AS {type}) AS {column} FROM (VALUES {string.Join(", ", values)}) t(i, v) ORDER BY i";
            var (bytes, code, detail) = await shared.Host.AnswerAsync(sql, "arrow");
            if (code is not null)
            {
                faults.Add($"{name} {type}: {code} {detail}");
                continue;
            }

            var (answer, _, _) = await arrow.ReadAsync(bytes);
            var (actual, expected) = (answer.Rows.Select(r => Spelled(r[0], isNested)).ToList(), told.Select(r => Spelled(r[0], isNested)).ToList());
            if (!actual.SequenceEqual(expected))
            {
                faults.Add($"{name} {type}: {string.Join(" | ", actual)} is not {string.Join(" | ", expected)}");
            }
        }

        faults.Should().BeEmpty();
    }

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

    private static string Literal(string text) => string.Join(" || chr(0) || ", text.Split('\0').Select(DuckDbSql.Literal));

    /// <summary>What a value of test_all_types should be, as SQL.</summary>
    private static string TextOf(string column, string type, bool isNested) => type switch
    {
        _ when isNested && type.StartsWith("MAP", StringComparison.Ordinal) => $"to_json(map_entries({column}))::VARCHAR",

        // The engine's JSON has NaN and infinities without quotes.
        _ when isNested && (type.Contains("DOUBLE") || type.Contains("FLOAT")) =>
            $"regexp_replace(to_json({column})::VARCHAR, '(NaN|-?Infinity)', '\"\\1\"', 'g')",
        _ when isNested => $"to_json({column})::VARCHAR",
        "BLOB" => $"base64({column})",
        "GEOMETRY" => $"base64(ST_AsWKB({column}))",

        // The engine's own text of an instant is off by a millisecond at the end of its range; in UTC it is the text of the TIMESTAMP.
        "TIMESTAMP WITH TIME ZONE" => $"CAST(make_timestamp(epoch_us({column})) AS VARCHAR) || '+00'",
        _ => $"CAST({column} AS VARCHAR)",
    };

    /// <summary>One spelling: in the engine's JSON some numbers are texts, and in ours some texts are numbers.</summary>
    private static string? Spelled(string? text, bool isNested)
    {
        if (text is null || !isNested)
        {
            return text is null ? null : Spelled(text);
        }

        using var json = JsonDocument.Parse(text);
        return Spelled(json.RootElement);
    }

    private static string Spelled(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Spelled)) + "]",
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().Select(p => p.Name + ":" + Spelled(p.Value))) + "}",
        JsonValueKind.Null => "null",
        JsonValueKind.String => Spelled(value.GetString()!),
        _ => Spelled(value.GetRawText()),
    };

    private static string Spelled(string text) => text switch
    {
        "nan" => "NaN",
        "inf" => "Infinity",
        "-inf" => "-Infinity",
        _ => CanonicalText.OfNumber(text),
    };

    private async Task<(Answer Answer, IReadOnlyList<string> Types, IReadOnlyList<int> Batches)> ReadAsync(string sql)
    {
        var (bytes, code, detail) = await shared.Host.AnswerAsync(sql, "arrow");
        code.Should().BeNull(detail);
        return await arrow.ReadAsync(bytes);
    }

    public sealed class SharedHost() : LargeQueryHost("none");
}
