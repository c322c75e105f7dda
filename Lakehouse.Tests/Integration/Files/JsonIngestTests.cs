using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Files of JSON that meet a dataset, are looked at first, or arrive in pieces. What single files give is in TestData/ingest.</summary>
public sealed class JsonIngestTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "4KiB"), ("ingest.max_record_bytes", "4MiB"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("""{"id":2,"amount":2.5,"day":"2024-01-02","who":"b"}""", """[2,2.5,"2024-01-02","b"]""")]
    [InlineData("""{"who":"b","DAY":"2024-01-02","id":2}""", """[2,null,"2024-01-02","b"]""")]
    [InlineData("""{"id":2,"amount":7,"who":17}""", """[2,7,null,"17"]""")]
    [InlineData("""{"id":2,"amount":"","day":"","who":""}""", """[2,null,null,""]""")]
    [InlineData("""[{"id":2,"who":{"a":[1]}}]""", """[2,null,null,"{\u0022a\u0022:[1]}"]""")]
    [InlineData("""[{"id":2,"who":true}]""", """[2,null,null,"true"]""")]
    public async Task JSON_is_added_to_a_dataset_that_CSV_has_made(string json, string row)
    {
        await IngestAsync("t", "id,amount,day,who\n1,1.5,2024-01-01,a\n");
        foreach (var mode in new[] { "append", "replace" })
        {
            await IngestAsync("t", json, "&mode=" + mode);
            using var expected = JsonDocument.Parse($"[{row}]");
            using var actual = JsonDocument.Parse(await _host.RowsAsync("SELECT * FROM t WHERE id = 2"));
            JsonElement.DeepEquals(actual.RootElement, expected.RootElement).Should().BeTrue("{0} is {1}", actual.RootElement, row);
        }
    }

    [Theory]
    [InlineData("""{"id":2.5}""", "'id' is BIGINT, not DOUBLE")]
    [InlineData("""{"id":"2"}""", "'id' is BIGINT, not VARCHAR")]
    [InlineData("""{"id":[2]}""", "'id' is BIGINT, not BIGINT[]")]
    [InlineData("""{"id":2,"amount":9007199254740993}""", "'amount' is DOUBLE, not BIGINT")]
    [InlineData("""{"id":2,"more":true}""", "'more' (BOOLEAN) is new")]
    public async Task JSON_that_does_not_fit_a_dataset_is_refused(string json, string difference)
    {
        await IngestAsync("t", "id,amount\n1,1.5\n");
        var (status, problem) = await _host.IngestAsync("t", json, "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
        problem.GetProperty("detail").GetString().Should().Contain($"has another schema: {difference}. It is unchanged", "there is one difference");
        (await _host.RowsAsync("FROM t")).Should().Be("[[1,1.5]]");
    }

    [Fact]
    public async Task CSV_is_added_to_a_dataset_that_JSON_has_made()
    {
        await IngestAsync("t", """{"id":1,"v":"x","d":1.5,"l":[1],"s":{"a":1}}""");
        var (status, problem) = await _host.IngestAsync("t", "id,v,d,l,s\n2,y,2,[2],{}\n", "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"), "CSV has no lists");
        await IngestAsync("t", "v,id,d,l,s\ny,2,2,,\n", "&mode=append");
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"x",1.5,[1],{"a":1}],[2,"y",2,null,null]]""");
    }

    [Fact]
    public async Task Types_that_were_told_for_one_format_hold_for_the_other()
    {
        await IngestAsync("t", """{"id":1,"price":2.50,"j":{"k":1}}""", "&types=price:DECIMAL(10,2),j:JSON");
        await IngestAsync("t", "id,price,j\n2,3,[1]\n", "&mode=append");
        await IngestAsync("t", """{"id":3,"price":"4.5","j":"x"}""", "&mode=append");
        (await _host.RowsAsync("SELECT *, typeof(price) FROM t")).Should().Be(
            """[[1,2.50,{"k":1},"DECIMAL(10,2)"],[2,3.00,[1],"DECIMAL(10,2)"],[3,4.50,"x","DECIMAL(10,2)"]]""");
        var (status, problem) = await _host.IngestAsync("t", "{\"id\":1}\n{\"id\":4,\"price\":1.234}", "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.UnprocessableEntity, "json_bad_value"));
        (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()).Should().Be((2, 17));
    }

    [Theory]
    [InlineData("""{"s":{"a":2},"l":[]}""", """[{"a":2,"b":null},[]]""")]
    [InlineData("""{"s":{"b":"y","a":null},"l":[3]}""", """[{"a":null,"b":"y"},[3]]""")]
    [InlineData("""{"s":{},"l":[null]}""", """[{"a":null,"b":null},[null]]""")]
    [InlineData("""{"s":"","l":null}""", "[null,null]")]
    [InlineData("""{"S":{"a":7}}""", """[{"a":7,"b":null},null]""")]
    public async Task Objects_that_fit_the_type_of_the_dataset_take_it(string json, string row)
    {
        await IngestAsync("t", """{"s":{"a":1.5,"b":"x"},"l":[1.5]}""");
        await IngestAsync("t", json, "&mode=append");
        (await _host.RowsAsync("SELECT s, l FROM t OFFSET 1")).Should().Be($"[{row}]");
        (await _host.RowsAsync("SELECT DISTINCT typeof(s), typeof(l) FROM t")).Should().Be("""[["STRUCT(a DOUBLE, b VARCHAR)","DOUBLE[]"]]""");
    }

    [Theory]
    [InlineData("""{"s":{"c":1}}""", "'s' is STRUCT(a DOUBLE, b VARCHAR), not STRUCT(c BIGINT)")]
    [InlineData("""{"s":{"a":"x"}}""", "'s' is STRUCT(a DOUBLE, b VARCHAR), not STRUCT(a VARCHAR)")]
    [InlineData("""{"s":[1]}""", "'s' is STRUCT(a DOUBLE, b VARCHAR), not BIGINT[]")]
    [InlineData("""{"l":[9007199254740993]}""", "'l' is DOUBLE[], not BIGINT[]")]
    [InlineData("""{"l":[[1]]}""", "'l' is DOUBLE[], not BIGINT[][]")]
    [InlineData("""{"s":{"b":1.50}}""", "'s' is STRUCT(a DOUBLE, b VARCHAR), not STRUCT(b DOUBLE)")]
    public async Task Objects_that_do_not_fit_are_refused(string json, string difference)
    {
        await IngestAsync("t", """{"s":{"a":1.5,"b":"x"},"l":[1.5]}""");
        var (status, problem) = await _host.IngestAsync("t", json, "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
        problem.GetProperty("detail").GetString().Should().Contain(difference);
    }

    [Fact]
    public async Task Names_that_were_cleaned_are_found_again()
    {
        const string json = """{"id":1,"ID":2,"":3}""";
        await IngestAsync("t", json, "&names=clean");
        await IngestAsync("t", json, "&names=clean&mode=append");
        await IngestAsync("t", """{"id":4,"ID":5,"":6}""" + "\n{\"column3\":9,}\n", "&names=clean&mode=append&on_error=skip&format=ndjson");
        (await _host.RowsAsync("""SELECT id, "ID_2", column3 FROM t WHERE id = 1""")).Should().Be("[[1,2,3],[1,2,3]]");
    }

    [Fact]
    public async Task A_row_that_is_left_out_takes_no_column_of_the_dataset()
    {
        await IngestAsync("t", """{"id":1,"v":"x"}""");
        await IngestAsync("t", "{\"ID\":9,\"V\":,}\n{\"id\":2,\"v\":\"y\"}\n", "&mode=append&on_error=skip&format=ndjson");
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"x"],[2,"y"]]""");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{}{}")]
    public async Task A_preview_of_nothing_has_no_rows_with_values(string json)
    {
        var preview = await PreviewAsync(json);
        preview.GetProperty("columns").GetArrayLength().Should().Be(0);
        preview.GetProperty("rows").GetArrayLength().Should().Be(0);
        preview.GetProperty("whole").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_preview_has_the_types_and_the_first_rows()
    {
        var lines = string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"id\":{i},\"s\":{{\"when\":\"2024-01-01\"}},\"l\":[{i}]}}\n"));
        var preview = await PreviewAsync(lines);
        preview.GetProperty("format").GetString().Should().Be("ndjson");
        preview.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()).Should().Equal("id", "s", "l");
        preview.GetProperty("rows").GetArrayLength().Should().Be(20);
        preview.GetProperty("rows")[19].GetRawText().Should().Be("""["19","{'when': 2024-01-01}","[19]"]""");
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task An_object_that_arrives_in_small_pieces_is_read()
    {
        var text = Encoding.UTF8.GetBytes($"{{\n\"id\": 1, \"text\": [{string.Join(',', Enumerable.Repeat("\"some text\"", 170_000))}]\n}}\n");
        using var content = new StreamContent(new SmallPieces(text, 2_000));
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t", content);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await _host.RowsAsync("SELECT id, len(text) FROM t")).Should().Be("[[1,170000]]");
    }

    [Fact]
    public async Task The_column_of_an_error_counts_from_the_start_of_a_long_line()
    {
        var start = $"[{string.Join(',', Enumerable.Repeat("{\"a\":\"é\"}", 300_000))}";
        var (status, problem) = await _host.IngestAsync("t", start + ",{\"a\":x}]");
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()).Should().Be((1, start.Length + 7));
    }

    private async Task<JsonElement> PreviewAsync(string json)
    {
        using var content = new StringContent(json);
        using var answer = await _host.Http.PostAsync("/v1/ingest/preview", content);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToString());
        return body;
    }

    private async Task IngestAsync(string name, string text, string query = "")
    {
        var (status, body) = await _host.IngestAsync(name, text, query);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
    }

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class SmallPieces(byte[] content, int pieceSize) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, pieceSize));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceSize)], cancellationToken);
    }
}
