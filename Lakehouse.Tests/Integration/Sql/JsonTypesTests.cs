using System.Buffers;
using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>Every type of DuckDB, read through the binding and written as JSON, compared with DuckDB's own text of the value.</summary>
public sealed class JsonTypesTests : IDisposable
{
    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenInMemory();
    private readonly DuckDbConnection _connection;

    public JsonTypesTests()
    {
        _connection = _database.Connect();
        _connection.Execute("SET TimeZone = 'UTC'");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Every_scalar_type_has_the_text_that_the_engine_casts_it_to()
    {
        string[] others = ["blob", "bool"];
        using var columns = _connection.Prepare("SELECT column_name, column_type FROM (DESCRIBE FROM test_all_types())");
        using var result = columns.Execute();
        using var chunk = result.FetchChunk()!;
        var checkedTypes = 0;
        for (var i = 0; i < chunk.RowCount; i++)
        {
            var name = Encoding.UTF8.GetString(chunk.GetVector(0).GetBytes(i));
            var type = Encoding.UTF8.GetString(chunk.GetVector(1).GetBytes(i));
            if (type.Contains('[', StringComparison.Ordinal) || type.Contains('(', StringComparison.Ordinal) && !type.StartsWith(
                "DECIMAL", StringComparison.Ordinal) && !type.StartsWith("ENUM", StringComparison.Ordinal)
                || others.Contains(name) || type is "VARIANT" or "GEOMETRY")
            {
                continue;
            }

            var actual = Rows($"SELECT \"{name}\" FROM test_all_types()").Select(r => Text(r[0])).ToList();

            // The engine's own text of an instant is off by a millisecond at the end of its range; in UTC it is the text of the TIMESTAMP.
            var cast = type == "TIMESTAMP WITH TIME ZONE" ? $"CAST(make_timestamp(epoch_us(\"{name}\")) AS VARCHAR) || '+00'" : $"CAST(\"{name}\" AS VARCHAR)";
            var expected = Rows($"SELECT {cast} FROM test_all_types()").Select(r => Text(r[0])).ToList();
            if (type is "FLOAT" or "DOUBLE")
            {
                for (var row = 0; row < actual.Count; row++)
                {
                    SameNumber(actual[row], expected[row]).Should().BeTrue("{0}: {1} is {2}", type, actual[row], expected[row]);
                }
            }
            else
            {
                actual.Should().Equal(expected, "of type {0}", type);
            }

            checkedTypes++;
        }

        checkedTypes.Should().BeGreaterThan(30);
    }

    [Theory]
    [InlineData("[1, NULL, 3]", "INTEGER[]", "[1,null,3]")]
    [InlineData("[]::INTEGER[]", "INTEGER[]", "[]")]
    [InlineData("[[1], [], NULL, [2, 3]]", "INTEGER[][]", "[[1],[],null,[2,3]]")]
    [InlineData("array_value(1.5::FLOAT, 2)", "FLOAT[2]", "[1.5,2]")]
    [InlineData("[array_value(1, 2), NULL, array_value(3, NULL)]", "INTEGER[2][]", "[[1,2],null,[3,null]]")]
    [InlineData("{'a': 1, 'b c': 'x', 'n': NULL::DATE}", "STRUCT(a INTEGER, \"b c\" VARCHAR, n DATE)", """{"a":1,"b c":"x","n":null}""")]
    [InlineData("row(1, 'x')", "STRUCT(INTEGER, VARCHAR)", """[1,"x"]""")]
    [InlineData("MAP {1: 'a', 2: NULL}", "MAP(INTEGER, VARCHAR)", """[{"key":1,"value":"a"},{"key":2,"value":null}]""")]
    [InlineData("MAP {[1]: {'a': [2]}}", "MAP(INTEGER[], STRUCT(a INTEGER[]))", """[{"key":[1],"value":{"a":[2]}}]""")]
    [InlineData("union_value(num := 2)", "UNION(num INTEGER)", """{"num":2}""")]
    [InlineData("'x'::UNION(num INTEGER, str VARCHAR)", "UNION(num INTEGER, str VARCHAR)", """{"str":"x"}""")]
    [InlineData("'{\"a\": [1, 2]}'::JSON", "JSON", """{"a": [1, 2]}""")]
    [InlineData("'\\x00\\xFF'::BLOB", "BLOB", "\"AP8=\"")]
    [InlineData("'nan'::DOUBLE", "DOUBLE", "\"NaN\"")]
    [InlineData("'-inf'::FLOAT", "FLOAT", "\"-Infinity\"")]
    [InlineData("true", "BOOLEAN", "true")]
    [InlineData("NULL", "INTEGER", "null")]
    [InlineData("170141183460469231731687303715884105727::HUGEINT", "HUGEINT", "170141183460469231731687303715884105727")]
    [InlineData("-0.05::DECIMAL(38,20)", "DECIMAL(38,20)", "-0.05000000000000000000")]
    [InlineData("'a\"b\\c' || chr(10) || chr(1) || 'é'", "VARCHAR", """
        "a\"b\\c\n\u0001é"
        """)]
    public void Nested_and_special_values_have_their_form(string sql, string type, string json)
    {
        using var statement = _connection.Prepare($"SELECT {sql}");
        using var result = statement.Execute();
        result.Columns[0].Type.Name.Should().Be(type);
        Write(result).Should().Be($"[{json.Trim()}]");
    }

    [Fact]
    public void Nested_values_of_test_all_types_are_json_and_agree_with_the_engine()
    {
        foreach (var name in new[]
            {
                "int_array", "date_array", "timestamp_array", "timestamptz_array", "varchar_array", "nested_int_array", "struct", "struct_of_arrays",
                "array_of_structs", "fixed_int_array", "fixed_varchar_array", "fixed_nested_int_array", "fixed_struct_array", "struct_of_fixed_array",
                "list_of_fixed_int_array"
            })
        {
            var ours = Rows($"SELECT \"{name}\" FROM test_all_types()").Select(r => Texts(r[0])).ToList();
            var engine = Rows($"SELECT to_json(\"{name}\") FROM test_all_types()").Select(r => Texts(r[0])).ToList();
            ours.Should().Equal(engine, "of {0}", name);
        }
    }

    [Fact]
    public void Values_are_right_in_every_row_of_many_chunks()
    {
        const string sql = "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 2 END, [i, NULL, i + 1], {'s': i::VARCHAR} FROM range(10000) t(i)";
        var rows = Rows(sql);
        rows.Should().HaveCount(10_000);
        for (var i = 0; i < rows.Count; i++)
        {
            var expected = $"[{i},{(i % 3 == 0 ? "null" : i * 2)},[{i},null,{i + 1}],{{\"s\":\"{i}\"}}]";
            Assert.Equal(expected, rows[i].GetRawText());
        }
    }

    [Fact]
    public void A_failure_in_mid_stream_is_an_error_and_not_an_end()
    {
        using var statement = _connection.Prepare("SELECT CASE WHEN i = 1000000 THEN error('late') ELSE i END FROM range(2000000) t(i)");
        using var result = statement.ExecuteStreaming();
        var read = () =>
        {
            while (result.FetchChunk() is { } chunk)
            {
                chunk.Dispose();
            }
        };

        // An error of one thread interrupts the others, and sometimes the engine reports the interruption.
        read.Should().Throw<DuckDbException>().Which.Message.Should().Match(m => m.Contains("late", StringComparison.Ordinal) || m.StartsWith("INTERRUPT"));
    }

    [Fact]
    public void A_statement_is_interrupted_from_another_thread()
    {
        using var statement = _connection.Prepare("SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)");
        using var done = new CancellationTokenSource();
        var interrupter = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                _connection.Interrupt();
            }
        });
        interrupter.Start();
        FluentActions.Invoking(() => statement.Execute().Dispose()).Should().Throw<DuckDbException>().Which.Kind.Should().Be(DuckDbErrorKind.Interrupted);
        done.Cancel();
        interrupter.Join();
    }

    [Fact]
    public void Parameters_are_bound_by_type()
    {
        using var statement = _connection.Prepare("SELECT ?::VARCHAR, ?::BIGINT, ?::DOUBLE, ?::BOOLEAN, ?::VARCHAR, ?::VARCHAR");
        statement.ParameterCount.Should().Be(6);
        using var result = statement.Bind(1, "é\0x").Bind(2, long.MinValue).Bind(3, 0.1).Bind(4, true).BindNull(5).Bind(6, "").Execute();
        Write(result).Should().Be("""["é\u0000x",-9223372036854775808,0.1,true,null,""]""");
        FluentActions.Invoking(() => statement.Bind(7, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => _connection.Prepare("SELECT 1 \0 DROP")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => _connection.Prepare("SELECT nope")).Should().Throw<DuckDbException>().WithMessage("Binder Error*LINE 1: SELECT nope*");
        FluentActions.Invoking(() => DuckDbDatabase.OpenInMemory(("no_such_setting", "1"))).Should().Throw<DuckDbException>();
    }

    private List<JsonElement> Rows(string sql)
    {
        using var statement = _connection.Prepare(sql);
        using var result = statement.ExecuteStreaming();
        using var document = JsonDocument.Parse($"[{Write(result)}]");
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    private static string Write(DuckDbResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writers = result.Columns.Select(c => ColumnJson.For(c.Type, ValueOptions.Plain)).ToArray();
        var output = new JsonOutput(buffer);
        var isFirst = true;
        while (result.FetchChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var i = 0; i < writers.Length; i++)
                {
                    writers[i].Bind(chunk.GetVector(i));
                }

                for (var row = 0; row < chunk.RowCount; row++)
                {
                    output.Write(isFirst ? "["u8 : ",["u8);
                    isFirst = false;
                    for (var i = 0; i < writers.Length; i++)
                    {
                        if (i > 0)
                        {
                            output.Write((byte)',');
                        }

                        writers[i].Write(ref output, row);
                    }

                    output.Write((byte)']');
                }
            }
        }

        output.Complete();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    /// <summary>
    /// A value with every scalar as text and NaN and the infinities as the engine spells them: the engine's JSON has strings where ours has numbers and the
    /// other way round.
    /// </summary>
    private static string Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Texts)) + "]",
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().Select(p => p.Name + ":" + Texts(p.Value))) + "}",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => value.GetDouble().ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() switch { "NaN" => "nan", "Infinity" => "inf", "-Infinity" => "-inf", var text => text },
    };

    private static bool SameNumber(string? actual, string? expected) =>
        actual == expected
        || (actual is not null && expected is not null && double.Parse(actual, System.Globalization.CultureInfo.InvariantCulture).Equals(expected switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => double.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        }));
}
