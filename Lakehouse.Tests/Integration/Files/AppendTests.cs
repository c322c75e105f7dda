using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Files that are added to a dataset, and that find their columns in it.</summary>
public sealed class AppendTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "4KiB"), ("catalog.keep_requests", "8"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Rows_are_added_and_those_that_are_there_stay()
    {
        await IngestAsync("t", "id,v\n1,a\n");
        var added = await IngestAsync("t", "id,v\n2,b\n", "&mode=append");
        (added.GetProperty("version").GetInt64(), added.GetProperty("row_count").GetInt64()).Should().Be((2, 2));
        added.GetProperty("manifest").GetProperty("objects").GetArrayLength().Should().Be(2);
        await IngestAsync("t", "id,v\n2,b\n", "&mode=append");
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"a"],[2,"b"],[2,"b"]]""", "the same rows again are more rows");
        (await _host.RowsAsync("FROM \"t@1\"")).Should().Be("""[[1,"a"]]""");
        await IngestAsync("fresh", "id\n1\n", "&mode=append");
        (await _host.RowsAsync("FROM fresh")).Should().Be("[[1]]", "there need not be a dataset");
        var history = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/t");
        history.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("made_by").GetString()).Should().Equal("append", "append", "ingest");
    }

    [Theory]
    [InlineData("who,day,amount,id\nb,2024-01-02,2.5,2\n", """[2,2.5,"2024-01-02","b"]""")]
    [InlineData("WHO,Day,aMount,ID\nb,2024-01-02,2.5,2\n", """[2,2.5,"2024-01-02","b"]""")]
    [InlineData("id,amount,day,who\n2,7,2024-01-02,b\n", """[2,7,"2024-01-02","b"]""")]
    [InlineData("id,amount,day,who\n2,,,\n", "[2,null,null,null]")]
    [InlineData("id,amount,day,who\n2,\"\",\"\",\"\"\n", """[2,null,null,""]""")]
    [InlineData("id,amount,day,who\n2,2.5,2024-01-02,007\n", """[2,2.5,"2024-01-02","007"]""")]
    [InlineData("id,amount,day,who\n2,2.5,2024-01-02,17\n", """[2,2.5,"2024-01-02","17"]""")]
    [InlineData("id,amount,day,who\n2,2.5,2024-01-02,true\n", """[2,2.5,"2024-01-02","true"]""")]
    public async Task Columns_are_found_by_name_and_values_that_fit_are_taken(string csv, string row)
    {
        await IngestAsync("t", "id,amount,day,who\n1,1.5,2024-01-01,a\n");
        foreach (var mode in new[] { "append", "replace" })
        {
            var before = await ManifestAsync("t");
            var after = await IngestAsync("t", csv, "&mode=" + mode);
            after.GetProperty("schema_fingerprint").GetString().Should().Be(before.GetProperty("schema_fingerprint").GetString());
            after.GetProperty("manifest").GetProperty("columns").GetRawText().Should().Be(before.GetProperty("columns").GetRawText());
            (await _host.RowsAsync("SELECT * FROM t WHERE id = 2")).Should().Be($"[{row}]");
        }
    }

    [Theory]
    [InlineData("id,amount,day,who\n2,x,2024-01-02,b\n", "'amount' is DOUBLE, not VARCHAR", "amount", 2, "x")]
    [InlineData("id,amount,day,who\n1,1,2024-01-02,b\n2.5,1,2024-01-02,b\n", "'id' is BIGINT, not DOUBLE", null, 0, null)]
    [InlineData("id,amount,day,who\n2,9007199254740993,2024-01-02,b\n", "'amount' is DOUBLE, not BIGINT", null, 0, null)]
    [InlineData("id,amount,day,who\n2,1,2024-01-02 10:00:00,b\n", "'day' is DATE, not TIMESTAMP", null, 0, null)]
    [InlineData("id,amount,day\n2,1,2024-01-02\n", "'who' (VARCHAR) is missing", null, 0, null)]
    [InlineData("id,amount,day,who,more\n2,1,2024-01-02,b,1\n", "'more' (BIGINT) is new", null, 0, null)]
    public async Task What_does_not_fit_is_refused_with_the_value_that_does_not(string csv, string detail, string? column, int line, string? value)
    {
        await IngestAsync("t", "id,amount,day,who\n1,1.5,2024-01-01,a\n");
        var (status, problem) = await PostAsync("t", csv, "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
        problem.GetProperty("detail").GetString().Should().Contain(detail);
        if (column is not null)
        {
            var found = problem.GetProperty("found").EnumerateArray().Single(c => c.GetProperty("name").GetString() == column);
            (found.GetProperty("line").GetInt32(), found.GetProperty("value").GetString()).Should().Be((line, value));
        }

        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task Types_that_were_told_once_hold_for_later_files()
    {
        await IngestAsync("t", "id,price,n\n1,2.50,7\n", "&types=price:DECIMAL(10,2),n:SMALLINT");
        await IngestAsync("t", "id,price,n\n2,3,8\n", "&mode=append");
        (await _host.RowsAsync("SELECT *, typeof(price), typeof(n) FROM t")).Should().Be(
            """[[1,2.50,7,"DECIMAL(10,2)","SMALLINT"],[2,3.00,8,"DECIMAL(10,2)","SMALLINT"]]""");
        var (status, problem) = await PostAsync("t", "id,price,n\n3,3.125,8\n", "&mode=append");
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.UnprocessableEntity, "csv_bad_value"));
        (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()).Should().Be((2, 3));
    }

    [Fact]
    public async Task A_request_with_a_key_is_answered_once()
    {
        await IngestAsync("t", "id\n1\n");
        var first = await IngestAsync("t", "id\n2\n", "&mode=append", "k1");
        var again = await IngestAsync("t", "id\n2\n", "&mode=append", "\"k1\"");
        (first.GetProperty("unchanged").GetBoolean(), again.GetProperty("unchanged").GetBoolean()).Should().Be((false, true));
        again.GetProperty("version").GetInt64().Should().Be(2);
        foreach (var (csv, query) in new[] { ("id\n3\n", "&mode=append"), ("id\n2\n", string.Empty), ("id\n2\n", "&mode=append&header=true") })
        {
            var (status, problem) = await PostAsync("t", csv, query, "k1");
            (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "idempotency_key_used"));
        }

        await IngestAsync("t", "id\n2\n", "&mode=append", "k2");
        (await _host.RowsAsync("FROM t")).Should().Be("[[1],[2],[2]]");

        // Eight are remembered here, so seven more make the first one unknown.
        for (var i = 3; i <= 9; i++)
        {
            await IngestAsync("t", "id\n2\n", "&mode=append", $"k{i}");
        }

        (await IngestAsync("t", "id\n2\n", "&mode=append", "k2")).GetProperty("unchanged").GetBoolean().Should().BeTrue();
        (await IngestAsync("t", "id\n2\n", "&mode=append", "k1")).GetProperty("unchanged").GetBoolean().Should().BeFalse();
        (await PostAsync("t", "id\n2\n", "&mode=append", "a b")).Status.Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync("t", "id\n2\n", "&mode=append", new string('k', 256))).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Appends_at_once_are_all_there()
    {
        await IngestAsync("t", "id\n0\n");
        await Parallel.ForEachAsync(Enumerable.Range(1, 24), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) =>
        {
            // Each is sent twice with its key, as a client does that has lost an answer.
            await Task.WhenAll(SendAsync(), SendAsync());
            async Task SendAsync()
            {
                while (true)
                {
                    var (status, body) = await PostAsync("t", $"id\n{i}\n", "&mode=append", $"key-{i}");
                    if (status == HttpStatusCode.OK)
                    {
                        return;
                    }

                    body.GetProperty("code").GetString().Should().Be("too_many_ingests");
                    await Task.Yield();
                }
            }
        });
        (await _host.RowsAsync("SELECT count(*), count(DISTINCT id), sum(id) FROM t")).Should().Be("[[25,25,300]]");
    }

    [Fact]
    public async Task Several_files_become_one_dataset_in_their_order()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("t"), "name" },
            { new StringContent("NA"), "null" },
            { new StringContent("id,v\n1,a\n2,NA\n"), "file", "a.csv" },
            { new StringContent("v;id\r\nb;3\r\n"), "file", "b.csv" },
            { new StringContent("V\tID\n\"c\"\"\"\t4\n"), "file", "c.tsv" },
        };
        using var answer = await _host.Http.PostAsync("/v1/ingest", form);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"a"],[2,null],[3,"b"],[4,"c\""]]""");

        using var bad = new MultipartFormDataContent
        {
            { new StringContent("id,v\n1,a\n"), "file", "a.csv" },
            { new StringContent("id,v\n1,a\n2\n"), "file", "b.csv" },
        };
        using var refused = await _host.Http.PostAsync("/v1/ingest?name=u", bad);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("code").GetString(), problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32())
            .Should().Be(("csv_ragged_row", "b.csv", 3));
        (await _host.Http.GetAsync("/v1/catalog/manifest/u")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_several_files_a_note_and_a_skipped_row_name_theirs()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("id,v\n1,2\n2,3\n"), "file", "a.csv" },
            { new StringContent("Sales of May\n\nid,v\n3,4\n4\n5,6\n"), "file", "b.csv" },
        };
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t&on_error=skip", form);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("notes").EnumerateArray().Should().ContainSingle().Which.GetString().Should().StartWith("b.csv: The first");
        var skipped = body.GetProperty("skipped").EnumerateArray().Should().ContainSingle().Subject;
        (skipped.GetProperty("file").GetString(), skipped.GetProperty("line").GetInt32()).Should().Be(("b.csv", 5));
    }

    [Fact]
    public async Task A_preview_tells_what_an_ingest_would_make_and_makes_nothing()
    {
        var csv = "Sales\n\nid;price\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"{i};{i},5\n")) + "Total;9\n";
        using var answer = await _host.Http.PostAsync("/v1/ingest/preview?decimal=,", new StringContent(csv));
        var preview = await answer.Content.ReadFromJsonAsync<JsonElement>();
        preview.GetProperty("columns").GetRawText().Should().Be("""[{"name":"id","type":"BIGINT"},{"name":"price","type":"DOUBLE"}]""");
        preview.GetProperty("rows").GetArrayLength().Should().Be(20);
        preview.GetProperty("rows")[19].GetRawText().Should().Be("""["20","20.5"]""");
        preview.GetProperty("whole").GetBoolean().Should().BeTrue();
        preview.GetProperty("notes").GetArrayLength().Should().Be(2);
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list");
        list.GetProperty("count").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task What_looks_like_a_total_can_be_a_row()
    {
        const string csv = "name,amount,note\nShell,5,\nTotal,7,\n";
        (await IngestAsync("t", csv)).GetProperty("notes")[0].GetString().Should().Contain("left out").And.Contain("footer=keep");
        (await IngestAsync("t", csv, "&footer=keep")).GetProperty("notes").GetArrayLength().Should().Be(0);
        (await _host.RowsAsync("SELECT name, amount FROM t")).Should().Be("""[["Shell",5],["Total",7]]""");
        var (_, problem) = await PostAsync("u", "name,amount,note\nTotal,7,\n");
        problem.GetProperty("detail").GetString().Should().Contain("footer=keep");
        (await IngestAsync("u", "name,amount,note\nTotal,7,\n", "&footer=keep")).GetProperty("row_count").GetInt64().Should().Be(1);
    }

    private async Task<JsonElement> ManifestAsync(string name) => await _host.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/manifest/{name}");

    private async Task<JsonElement> IngestAsync(string name, string csv, string query = "", string? key = null)
    {
        var (status, body) = await PostAsync(name, csv, query, key);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string name, string csv, string query = "", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest?name={name}{query}") { Content = new StringContent(csv) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var answer = await _host.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
