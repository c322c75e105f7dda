using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>The values of the engine's function test_all_types, the least and the greatest of every type, come out of every format.</summary>
public sealed class AllTypesTests(AllTypesTests.SharedHost shared, ArrowClient arrow) : IClassFixture<AllTypesTests.SharedHost>, IClassFixture<ArrowClient>
{
    public static TheoryData<string> Formats { get; } = [.. AnswerReader.Formats];

    /// <summary>Columns of test_all_types that cannot be sent, and why.</summary>
    private static readonly Dictionary<string, string> NotSent = new()
    {
        ["large_enum"] = "the text of its type is longer than a query may be",
        ["union"] = "a text becomes the member that is a text; nested.slt has unions",
        ["variant"] = "it has no form in any format",
    };

    /// <summary>As <see cref="NotSent"/>, for Arrow and Parquet.</summary>
    private static readonly Dictionary<string, string> NotExchanged = new()
    {
        ["hugeint"] = "its bounds have 39 digits, and a DECIMAL has 38",
        ["uhugeint"] = "its bounds have 39 digits, and a DECIMAL has 38",
    };

    private static readonly string[] NestedTypes = ["STRUCT(", "MAP(", "UNION("];

    /// <summary>
    /// The gate lets no query call test_all_types, so the values are sent as texts, which the engine casts. What it should be is what an engine of this process
    /// says about the same value.
    /// </summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public Task Every_type_is_read_as_the_engine_casts_it(string format) =>
        RunAsync(format, bytes => Task.FromResult(AnswerReader.Read(format, bytes)));

    [ArrowFact]
    public Task Every_type_is_read_as_the_engine_casts_it_in_Arrow() => RunAsync("arrow", async bytes => (await arrow.ReadAsync(bytes)).Answer);

    private async Task RunAsync(string format, Func<byte[], Task<Answer>> readAsync)
    {
        var isExchanged = format is "arrow" or "parquet";
        using var database = DuckDbDatabase.OpenIsolated("512MB");
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        var columns = AnswerReader.Query(connection, "SELECT column_name, column_type FROM (DESCRIBE FROM test_all_types())").Rows;
        columns.Should().HaveCountGreaterThan(50);
        var faults = new List<string>();
        foreach (var (name, type) in columns.Select(c => (c[0]!, c[1]!)).Where(c => IsSent(c.Item1)))
        {
            var column = DuckDbSql.Identifier(name);
            var isNested = type.EndsWith(']') || NestedTypes.Any(n => type.StartsWith(n, StringComparison.Ordinal));
            var text = isNested || type is "BLOB" or "GEOMETRY" ? $"CAST({column} AS VARCHAR)" : TextOf(column, type, isNested);
            var told = AnswerReader.Query(connection, $"SELECT {TextOf(column, type, isNested)}, {text} FROM test_all_types()").Rows;
            var values = told.Select((row, i) => $"({i}, {(row[1] is { } value ? Literal(value) : "NULL")})");
            var sql = $"SELECT CAST(v AS {type}) AS {column} FROM (VALUES {string.Join(", ", values)}) t(i, v) ORDER BY i";
            var (bytes, code, detail) = await shared.Host.AnswerAsync(sql, format);
            if (code is not null)
            {
                faults.Add($"{name} {type}: {code} {detail}");
                continue;
            }

            var answer = await readAsync(bytes);
            var (actual, expected) = (answer.Rows.Select(r => Spelled(r[0], isNested)).ToList(), told.Select(r => Spelled(r[0], isNested)).ToList());
            if (!actual.SequenceEqual(expected))
            {
                faults.Add($"{name} {type}: {string.Join(" | ", actual)} is not {string.Join(" | ", expected)}");
            }
        }

        faults.Should().BeEmpty();

        bool IsSent(string name) => !NotSent.ContainsKey(name) && !(isExchanged && NotExchanged.ContainsKey(name));
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

    public sealed class SharedHost() : LargeQueryHost("none");
}
