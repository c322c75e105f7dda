using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Upserts, and rows that are removed by a condition.</summary>
public sealed class RowChangeTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("ingest.max_waiting", "1000"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Rows_keep_their_order_where_files_that_are_not_neighbours_lose_some()
    {
        foreach (var rows in (string[])["1\n2", "3\n4", "5\n6", "7\n8"])
        {
            await IngestAsync(_host, "t", $"x\n{rows}\n", "&mode=append");
        }

        (await DeleteAsync("t", "x IN (1, 5, 7, 8)")).Body.GetProperty("removed_rows").GetInt64().Should().Be(4);
        (await _host.RowsAsync("FROM t")).Should().Be("[[2],[3],[4],[6]]");
        (await KeysAsync("t")).Should().HaveCount(3);
    }

    [Fact]
    public async Task Columns_can_be_called_by_the_name_of_their_dataset_too()
    {
        await IngestAsync(_host, "t", "x\n1\n2\n3\n4\n");
        (await DeleteAsync("t", "t.x = 1")).Body.GetProperty("removed_rows").GetInt64().Should().Be(1);
        (await DeleteAsync("t", "EXISTS (FROM t later WHERE later.x = t.x + 1)")).Body.GetProperty("removed_rows").GetInt64().Should().Be(2);
        (await _host.RowsAsync("FROM t")).Should().Be("[[4]]");
    }

    [Theory]
    [InlineData("COLUMNS(*) IS NULL", "COLUMNS")]
    [InlineData("1 = 1 AND columns ( 'x' ) = 1", "COLUMNS")]
    [InlineData("(SELECT count(*) FROM $$rows@0$$) > 0", "rows@0")]
    [InlineData("(SELECT count(*) FROM 'rows@0') > 0", "rows@0")]
    [InlineData("t.y = 1", "\"t\" does not have a column named \"y\"")]
    [InlineData("y = 1", "LINE 1: y = 1")]
    [InlineData("x =\n y", "LINE 2:  y")]
    [InlineData("x = 1) OR (1 = 1", "brackets")]
    [InlineData("x", "it is BIGINT, and not true or false")]
    [InlineData("count(*) > 1", "aggregate")]
    public async Task A_condition_that_would_mean_something_else_than_its_author_thinks_is_refused(string condition, string says)
    {
        await IngestAsync(_host, "t", "x\n1\n\n2\n");
        var (status, problem) = await DeleteAsync("t", condition);
        status.Should().BeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Forbidden);
        problem.GetProperty("detail").GetString().Should().Contain(says).And.NotContain("rows_").And.NotContain("file@");
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task A_condition_has_the_bound_of_a_statement_and_takes_parameters_from_the_address()
    {
        await IngestAsync(_host, "t", "x\n1\n2\n");
        var (status, problem) = await DeleteAsync("t", "x IN (" + string.Join(", ", Enumerable.Range(3, 100_000)) + ")");
        (status, problem.GetProperty("detail").GetString()).Should().Match<(HttpStatusCode Status, string? Detail)>(
            r => r.Status == HttpStatusCode.BadRequest && r.Detail!.Contains("query.max_sql_bytes"));
        using var removed = await _host.Http.DeleteAsync("/v1/catalog/dataset/t/rows?where=x%3D%24x&p.x=2");
        removed.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t")).Should().Be("[[1]]");
        var queries = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/queries");
        queries.GetProperty("queries").EnumerateArray().Select(q => q.GetProperty("sql").GetString()).Should().Contain("DELETE FROM t WHERE x=$x");
    }

    /// <summary>Between its steps, another dataset that the condition reads gets other rows.</summary>
    [Fact]
    public async Task A_condition_over_another_dataset_reads_one_version_of_it()
    {
        await IngestAsync(_host, "t", "x\n1\n");
        await IngestAsync(_host, "t", "x\n2\n", "&mode=append");
        await IngestAsync(_host, "other", "id\n1\n");
        var deleting = DeleteAsync("t", "x IN (SELECT id FROM other) AND (SELECT sum(sqrt(i)) FROM range(60000000) r(i)) > 0");
        await StorageEndpointTests.WaitForAsync(() => _host.RowsAsync(
            "SELECT count(*) FROM lakehouse.queries WHERE state = 'running' AND sql LIKE 'DELETE FROM%'").Result == "[[1]]");
        await IngestAsync(_host, "other", "id\n2\n");
        var (status, body) = await deleting;
        (status, body.GetProperty("removed_rows").GetInt64()).Should().Be((HttpStatusCode.OK, 1));
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[1]]", "one version of it says 1, and the next one 2, but none says neither");
    }

    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task A_new_row_takes_the_place_of_those_with_its_key(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", isolation));
        await IngestAsync(host, "t", "id,day,v\n1,2024-01-01,a\n2,2024-01-01,b\n2,2024-01-02,c\n");
        var upserted = await IngestAsync(host, "t", "v,id,day\nB,2,2024-01-01\nd,3,2024-01-01\nBB,2,2024-01-01\n", "&mode=upsert&key=ID,day");
        (await host.RowsAsync("FROM t ORDER BY ALL")).Should().Be(
            """[[1,"2024-01-01","a"],[2,"2024-01-01","BB"],[2,"2024-01-02","c"],[3,"2024-01-01","d"]]""", "the last row of a key in a file wins");
        (upserted.GetProperty("row_count").GetInt64(), upserted.GetProperty("replaced_rows").GetInt64()).Should().Be((4, 1));
        (await host.RowsAsync("SELECT count(*) FROM \"t@1\"")).Should().Be("[[3]]");
        var history = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/t");
        history.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("made_by").GetString()).Should().Equal("upsert", "ingest");

        await IngestAsync(host, "fresh", "id,v\n1,a\n1,b\n", "&mode=upsert&key=id");
        (await host.RowsAsync("FROM fresh")).Should().Be("""[[1,"b"]]""", "there need not be a dataset");
        await IngestAsync(host, "fresh", """{"id":1,"w":{"x":[1]}}""", "&mode=upsert&key=id&evolve=true");
        (await host.RowsAsync("FROM fresh")).Should().Be("""[[1,null,{"x":[1]}]]""");
        await IngestAsync(host, "fresh", "id,v,w\nx1,x,\n1,y,\n", "&mode=upsert&key=id&evolve=true");
        (await host.RowsAsync("SELECT id, v FROM fresh ORDER BY id")).Should().Be("""[["1","y"],["x1","x"]]""", "keys are compared as the wider type");
    }

    [Fact]
    public async Task Only_the_files_with_such_rows_are_written_again()
    {
        for (var i = 0; i < 5; i++)
        {
            await IngestAsync(_host, "t", Csv(Enumerable.Range(i * 100, 100), "old"), "&mode=append");
        }

        var before = await KeysAsync("t");
        await IngestAsync(_host, "t", Csv([150, 160, 1_000], "new"), "&mode=upsert&key=id");
        var after = await KeysAsync("t");
        after.Should().HaveCount(6).And.Contain(before.Where((_, i) => i != 1)).And.NotContain(before[1]);
        after.IndexOf(before[2]).Should().Be(2, "the rows stay in their order");
        (await _host.RowsAsync("SELECT count(*), sum(id), count(*) FILTER (v = 'new') FROM t")).Should().Be("[[501,125750,3]]");

        // A file of which nothing is left goes without being read.
        var (status, removed) = await DeleteAsync("t", "id BETWEEN 200 AND 310");
        (status, removed.GetProperty("removed_rows").GetInt64(), removed.GetProperty("row_count").GetInt64()).Should().Be((HttpStatusCode.OK, 111, 390));
        (await KeysAsync("t")).Should().HaveCount(5).And.Contain([before[0], before[4]]).And.NotContain([before[2], before[3]]);
        (await _host.RowsAsync("SELECT count(*), min(id), max(id) FROM t WHERE id > 199")).Should().Be("[[190,311,1000]]");

        // The same again changes nothing.
        (_, removed) = await DeleteAsync("t", "id BETWEEN 200 AND 310");
        (removed.GetProperty("removed_rows").GetInt64(), removed.GetProperty("unchanged").GetBoolean()).Should().Be((0, true));
    }

    [Fact]
    public async Task Conditions_can_be_as_SQL_has_them_and_nothing_else()
    {
        await IngestAsync(_host, "other", "n\n2\n");
        foreach (var (condition, left) in new[]
                 {
                     ("id = 2", "[[1],[3]]"), ("v IS NULL", "[[1],[2]]"), ("v = 'a' OR v = 'x'", "[[2],[3]]"), ("id IN (SELECT n FROM other)", "[[1],[3]]"),
                     ("v = ')' OR v = ';' OR id = 3 -- not that", "[[1],[2]]"), ("id > (SELECT avg(id) FROM t)", "[[1],[2]]"),
                     ("NULL::BOOLEAN", "[[1],[2],[3]]"),
                     ("true", "[]"),
                 })
        {
            await IngestAsync(_host, "t", "id,v\n1,a\n2,b\n3,\n");
            var (status, body) = await DeleteAsync("t", condition);
            status.Should().Be(HttpStatusCode.OK, "{0} gave {1}", condition, body);
            (await _host.RowsAsync("SELECT id FROM t ORDER BY id")).Should().Be(left, "of {0}", condition);
        }

        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[0]]", "a dataset without rows can be read");
        await IngestAsync(_host, "t", "id,v\n1,a\n2,b\n3,\n");
        var refusals = new List<(string, HttpStatusCode, string?)>();
        string[] bad =
        [
            "id = 1) OR (id = 2", "id = 1; id = 2", "id =", "nope = 1", "(id = 1", "id = 1)", "id::DATE = 1", "id IN (SELECT id FROM \"Rows@0\")",
            "\"file@\" = ''", "read_text('/etc/x') = ''",
        ];
        foreach (var condition in bad)
        {
            var (status, problem) = await DeleteAsync("t", condition);
            refusals.Add((condition, status, problem.GetProperty("code").GetString()));
            problem.GetProperty("detail").GetString().Should().NotContain("\"rows@0");
        }

        refusals.Should().OnlyContain(r => (int)r.Item2 == 400 || (int)r.Item2 == 403);
        (await DeleteAsync("missing", "true")).Status.Should().Be(HttpStatusCode.NotFound);
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task Values_can_be_given_beside_the_condition()
    {
        await IngestAsync(_host, "t", "id,v\n1,a\n2,b'\n3,c\n");
        (await DeleteAsync("t", "v = ? OR id = ?", new object[] { "b'", 3 })).Body.GetProperty("removed_rows").GetInt64().Should().Be(2);
        (await DeleteAsync("t", "id = $id", new { id = 1 })).Body.GetProperty("removed_rows").GetInt64().Should().Be(1);
        await IngestAsync(_host, "t", "id,v\n1,a\n2,b\n");
        const string one = "/v1/catalog/dataset/t/rows?where=id%3D1";
        using var two = await _host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Delete, one) { Content = JsonContent.Create(new { where = "id = 2" }) });
        two.StatusCode.Should().Be(HttpStatusCode.BadRequest, "one of them would be ignored");
        using var inAddress = await _host.Http.DeleteAsync(one);
        (await inAddress.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("removed_rows").GetInt64().Should().Be(1);
    }

    [Theory]
    [InlineData("id,v\n,a\n", "&mode=upsert&key=id", 422, "upsert_key_null")]
    [InlineData("id,v\n4,a\n,b\n", "&mode=upsert&key=id", 422, "upsert_key_null")]
    [InlineData("id,v\n4,a\n", "&mode=upsert&key=nope", 400, "invalid_option")]
    [InlineData("id,v\n4,a\n", "&mode=upsert&key=id,ID", 400, "invalid_option")]
    [InlineData("id,v\n4,a\n", "&mode=upsert&key=", 400, "invalid_option")]
    [InlineData("id,v\n4,a\n", "&mode=upsert", 400, "invalid_option")]
    [InlineData("id,v\n4,a\n", "&mode=append&key=id", 400, "invalid_option")]
    [InlineData("id,v\nx,a\n", "&mode=upsert&key=id", 409, "schema_conflict")]
    [InlineData("id,v\n1.5,a\n", "&mode=upsert&key=id&evolve=true", 422, "upsert_key_type")]
    public async Task An_upsert_that_cannot_be_changes_nothing(string csv, string query, int status, string code)
    {
        await IngestAsync(_host, "t", "id,v\n1,a\n2,b\n");
        var (actual, problem) = await _host.IngestAsync("t", csv, query);
        ((int)actual, problem.GetProperty("code").GetString()).Should().Be((status, code));
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"a"],[2,"b"]]""");
    }

    [Fact]
    public async Task Files_that_are_in_a_dataset_more_than_once_are_counted_as_often()
    {
        for (var i = 0; i < 3; i++)
        {
            await IngestAsync(_host, "t", "id,v\n1,a\n2,b\n", "&mode=append");
            await IngestAsync(_host, "t", $"id,v\n{10 + i},x\n", "&mode=append");
        }

        (await KeysAsync("t")).Distinct().Should().HaveCount(4);
        var (_, removed) = await DeleteAsync("t", "id = 1 OR id = 11");
        (removed.GetProperty("removed_rows").GetInt64(), removed.GetProperty("row_count").GetInt64()).Should().Be((4, 5));
        (await _host.RowsAsync("SELECT id FROM t ORDER BY id")).Should().Be("[[2],[2],[2],[10],[12]]");
        var upserted = await IngestAsync(_host, "t", "id,v\n2,B\n", "&mode=upsert&key=id");
        (upserted.GetProperty("replaced_rows").GetInt64(), upserted.GetProperty("row_count").GetInt64()).Should().Be((3, 3));
        (await _host.RowsAsync("FROM t ORDER BY id")).Should().Be("""[[2,"B"],[10,"x"],[12,"x"]]""");
    }

    [Fact]
    public async Task The_same_request_again_changes_nothing()
    {
        await IngestAsync(_host, "t", "id,v\n1,a\n");
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest?name=t&mode=upsert&key=id") { Content = new StringContent("id,v\n1,b\n") };
            request.Headers.Add("Idempotency-Key", "k1");
            using var answer = await _host.Http.SendAsync(request);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            (body.GetProperty("version").GetInt64(), body.GetProperty("unchanged").GetBoolean()).Should().Be((2, i == 1));
            await IngestAsync(_host, "other", "id\n1\n");
        }
    }

    [Fact]
    public async Task Writers_of_all_kinds_at_once_lose_nothing()
    {
        await using var other = await LakehouseHost.StartInAsync(_host.DataDirectory, ("ingest.max_waiting", "1000"));
        await IngestAsync(_host, "t", Csv(Enumerable.Range(0, 100), "0"));
        var writers = new List<Task>();
        for (var writer = 0; writer < 4; writer++)
        {
            var (number, host) = (writer, writer % 2 == 0 ? _host : other);
            writers.Add(Task.Run(async () =>
            {
                for (var round = 1; round <= 5; round++)
                {
                    var isUpsert = number < 2;
                    var ids = Enumerable.Range(isUpsert ? number * 10 : (number * 1_000) + (round * 10), 10);
                    await RetryAsync(() => host.IngestAsync("t", Csv(ids, $"{round}"), isUpsert ? "&mode=upsert&key=id" : "&mode=append"));
                    if (number == 3)
                    {
                        await RetryAsync(() => DeleteAsync("t", $"id = {50 + round}"));
                    }
                }
            }));
        }

        await Task.WhenAll(writers);
        await IngestAsync(_host, "t", Csv([9_999], "9"), "&mode=append");
        (await _host.RowsAsync("SELECT count(*), count(DISTINCT id) FROM t")).Should().Be("[[196,196]]");
        (await _host.RowsAsync("SELECT count(*) FROM t WHERE id < 20 AND v = 5")).Should().Be("[[20]]");
        (await _host.RowsAsync("SELECT rows FROM lakehouse.datasets WHERE name = 't'")).Should().Be("[[196]]");
    }

    [Fact]
    public async Task A_large_upsert_over_many_files_is_what_SQL_says()
    {
        await using var host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "256KiB"));
        var random = new Random(7);
        await IngestAsync(host, "t", Csv(Enumerable.Range(0, 200_000), "old"));
        var changed = Enumerable.Range(0, 5_000).Select(_ => random.Next(0, 250_000)).ToList();
        await IngestAsync(host, "t", Csv(changed, "new"), "&mode=upsert&key=id");
        var all = Enumerable.Range(0, 200_000).Concat(changed).ToHashSet();
        (await host.RowsAsync("SELECT count(*), count(DISTINCT id), sum(id), count(*) FILTER (v = 'new') FROM t"))
            .Should().Be($"[[{all.Count},{all.Count},{all.Sum(i => (long)i)},{changed.Distinct().Count()}]]");
    }

    private static string Csv(IEnumerable<int> ids, string value) =>
        ids.Aggregate(new StringBuilder("id,v\n"), (csv, id) => csv.Append(id).Append(',').Append(value).Append('\n')).ToString();

    /// <summary>Other writers can be faster more often than a change tries by itself.</summary>
    private static async Task RetryAsync(Func<Task<(HttpStatusCode Status, JsonElement Body)>> change)
    {
        for (var tries = 0; ; tries++)
        {
            var (status, body) = await change();
            if (status == HttpStatusCode.OK)
            {
                return;
            }

            body.GetProperty("code").GetString().Should().Be("version_conflict", body.GetRawText());
            tries.Should().BeLessThan(10);
        }
    }

    private async Task<List<string>> KeysAsync(string name)
    {
        var manifest = await _host.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/manifest/{name}");
        return [.. manifest.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("key").GetString()!)];
    }

    private static async Task<JsonElement> IngestAsync(LakehouseHost host, string name, string content, string query = "")
    {
        var (status, body) = await host.IngestAsync(name, content, query);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> DeleteAsync(string name, string where, object? parameters = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/v1/catalog/dataset/{name}/rows")
        {
            Content = JsonContent.Create(new Dictionary<string, object?> { ["where"] = where, ["params"] = parameters ?? Array.Empty<object>() }),
        };
        using var answer = await _host.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
