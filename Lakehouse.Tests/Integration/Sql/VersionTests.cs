using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>Older versions of datasets: in a table's name, pinned by a request, listed and restored; answers that are known without running.</summary>
public abstract class VersionTests(string isolation) : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(
            ("query.isolation", isolation), ("query.cache_bytes", "64MiB"),
            ("catalog.gc_every", "0s"), ("catalog.gc_grace", "1s"), ("catalog.refresh_every", "100ms"));
        await _host.IngestAsync("parts", "id,name\n1,bolt\n");
        await _host.IngestAsync("parts", "id,name\n1,bolt\n2,nut\n");
        await _host.IngestAsync("parts", "id,name\n1,bolt\n2,nut\n3,gear\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("SELECT current_localtimestamp()")]
    [InlineData("SELECT current_localtime()")]
    [InlineData("SELECT a.age() FROM (SELECT TIMESTAMP '2020-01-01' AS a)")]
    [InlineData("SELECT reservoir_quantile(a, 0.5) FROM range(10) r(a)")]
    public async Task What_depends_on_the_time_or_on_chance_is_not_kept(string sql)
    {
        for (var i = 0; i < 2; i++)
        {
            using var answer = await _host.Http.GetAsync("/v1/sql?q=" + Uri.EscapeDataString(sql));
            (answer.IsSuccessStatusCode, answer.Headers.ETag, answer.Headers.Contains("X-Lakehouse-Cache")).Should().Be((true, null, false));
        }
    }

    [Theory]
    [InlineData("EXPLAIN SELEC 1", 9)]
    [InlineData("/* x */ explain\nSELECT * FORM t", 31)]
    [InlineData("EXPLAIN SELECT * FROM nope", 23)]
    public async Task Errors_in_what_is_explained_have_their_place_in_the_whole_text(string sql, int position)
    {
        var (_, problem) = await _host.SqlAsync(sql);
        problem.GetProperty("position").GetInt32().Should().Be(position, "{0}", problem);
    }

    [Theory]
    [InlineData("my.xlsx", "", 400)]
    [InlineData("x.csv.gz", "", 400)]
    [InlineData("x.txt", "&format=csv", 200)]
    [InlineData("x.jsonl", "", 200)]
    [InlineData("x", "&format=jsonl", 200)]
    public async Task A_download_under_a_name_that_means_no_format_needs_one(string name, string more, int status)
    {
        using var answer = await _host.Http.GetAsync($"/v1/sql?q=SELECT+1&download={name}{more}");
        ((int)answer.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("SELECT count(*) FROM parts", "[[3]]")]
    [InlineData("SELECT count(*) FROM \"parts@1\"", "[[1]]")]
    [InlineData("SELECT count(*) FROM \"PARTS@2\"", "[[2]]")]
    [InlineData("SELECT n.name FROM parts n ANTI JOIN \"parts@1\" o USING (id) ORDER BY n.id", "[[\"nut\"],[\"gear\"]]")]
    [InlineData("SELECT (SELECT count(*) FROM \"parts@1\"), (SELECT count(*) FROM \"parts@2\"), (SELECT count(*) FROM parts)", "[[1,2,3]]")]
    [InlineData("SELECT count(*) FROM \"parts@2100-01-01\"", "[[3]]")]
    [InlineData("WITH parts AS (SELECT 7 AS id) SELECT id FROM parts", "[[7]]")]
    [InlineData("SELECT column_name FROM (DESCRIBE \"parts@1\")", "[[\"id\"],[\"name\"]]")]
    [InlineData("SHOW TABLES", "[[\"parts\"]]")]
    public async Task A_table_s_name_can_name_a_version(string sql, string rows) => (await _host.RowsAsync(sql)).Should().Be(rows);

    [Theory]
    [InlineData("FROM \"parts@9\"", 404, "version_not_found", "no version 9")]
    [InlineData("FROM \"parts@2001-01-01T10:00:00Z\"", 404, "version_not_found", "2001-01-01T10:00:00Z")]
    [InlineData("FROM \"parts@yesterday\"", 400, "sql_error", "parts@yesterday")]
    [InlineData("FROM \"parts@0\"", 400, "sql_error", "'0'")]
    [InlineData("FROM main.\"parts@1\"", 400, "sql_error", "without one")]
    [InlineData("FROM \"gone@1\"", 404, "dataset_not_found", "'gone'")]
    [InlineData("FROM \"duckdb_tables@1\"", 403, "sql_forbidden", "no dataset")]
    public async Task A_version_that_is_not_there_is_refused(string sql, int status, string code, string detail)
    {
        var refusal = await _host.RefusalAsync(sql);
        (refusal.Status, refusal.Code).Should().Be((status, code), refusal.Detail);
        refusal.Detail.Should().Contain(detail);
    }

    [Fact]
    public async Task A_time_between_two_commits_is_the_version_before_it()
    {
        var versions = (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/parts")).GetProperty("versions").EnumerateArray().ToList();
        versions.Select(v => (v.GetProperty("version").GetInt64(), v.GetProperty("row_count").GetInt64(), v.GetProperty("made_by").GetString()))
            .Should().Equal((3, 3, "ingest"), (2, 2, "ingest"), (1, 1, "ingest"));
        foreach (var version in versions)
        {
            var at = version.GetProperty("committed_at").GetString();
            (await _host.RowsAsync($"SELECT count(*) FROM \"parts@{at}\"")).Should().Be($"[[{version.GetProperty("row_count")}]]");
        }

        var page = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/parts?limit=1&before_version=3");
        page.GetProperty("versions")[0].GetProperty("version").GetInt64().Should().Be(2);
        page.GetProperty("truncated").GetBoolean().Should().BeTrue();
        (await _host.Http.GetAsync("/v1/catalog/history/nothing")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_request_pins_versions_and_the_answer_says_what_it_read()
    {
        var pinned = await PostAsync(new { sql = "SELECT count(*) FROM parts", at = new { PARTS = 1 } });
        pinned.Rows.Should().Be("[[1]]");
        pinned.Datasets.Should().Be("parts@1");
        (await PostAsync(new { sql = "SELECT count(*) FROM parts" })).Datasets.Should().Be("parts@3");
        using var linked = await _host.Http.GetAsync("/v1/sql?q=SELECT%20count(*)%20FROM%20parts&at.parts=2");
        (await linked.Content.ReadAsStringAsync()).Should().Contain("[[2]]");
        linked.Headers.GetValues("X-Lakehouse-Datasets").Should().Equal("parts@2");

        (await PostAsync(new { sql = "FROM parts", at = new { prts = 1 } })).Detail.Should().Contain("the nearest is 'parts'");
        (await PostAsync(new { sql = "FROM main.parts", at = new { parts = 1 } })).Detail.Should().Contain("without the schema");
        (await PostAsync(new { sql = "FROM parts", at = new { parts = "soon" } })).Detail.Should().Contain("at.parts");
        (await PostAsync(new { sql = "FROM parts", at = new { parts = true } })).Detail.Should().Contain("at.parts");
        (await PostAsync(new { sql = "FROM parts", at = new[] { 1 } })).Detail.Should().Contain("\"at\" is an object");
    }

    [Fact]
    public async Task A_version_is_restored_as_a_new_one_also_after_a_drop()
    {
        (await RestoreAsync(1)).GetProperty("version").GetInt64().Should().Be(4);
        (await _host.RowsAsync("SELECT count(*) FROM parts")).Should().Be("[[1]]");
        (await RestoreAsync(4)).GetProperty("version").GetInt64().Should().Be(4, "it is the newest");
        await _host.Http.DeleteAsync("/v1/catalog/dataset/parts");
        (await _host.RefusalAsync("FROM parts")).Code.Should().Be("unknown_dataset");
        (await _host.RowsAsync("SELECT count(*) FROM \"parts@2\"")).Should().Be("[[2]]", "a dropped dataset still has versions");
        (await RestoreAsync(3)).GetProperty("version").GetInt64().Should().Be(6);
        (await _host.RowsAsync("SELECT name FROM parts ORDER BY id")).Should().Be("[[\"bolt\"],[\"nut\"],[\"gear\"]]");
        var history = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/parts");
        history.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("made_by").GetString())
            .Should().Equal("restore of version 3", "drop", "restore of version 1", "ingest", "ingest", "ingest");
        foreach (var (query, status) in new[] { ("?version=99", 404), ("?version=5", 404), ("?version=x", 400), (string.Empty, 400) })
        {
            using var refused = await _host.Http.PostAsync($"/v1/catalog/restore/parts{query}", null);
            ((int)refused.StatusCode).Should().Be(status, query);
        }
    }

    [Fact]
    public async Task A_restored_version_survives_the_collection_of_the_old_one()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("query.isolation", isolation), ("query.cache_bytes", "64MiB"),
            ("catalog.gc_every", "0s"), ("catalog.gc_grace", "1s"), ("catalog.refresh_every", "100ms"),
            ("catalog.keep_versions", "1"), ("catalog.keep_for", "0s"));
        await host.IngestAsync("parts", "id\n1\n");
        await host.IngestAsync("parts", "id\n2\n");
        using var restored = await host.Http.PostAsync("/v1/catalog/restore/parts?version=1", null);
        restored.StatusCode.Should().Be(HttpStatusCode.OK);
        var collector = host.Service<IGarbageCollector>();
        await StorageEndpointTests.WaitForAsync(() => collector.CollectAsync(isDryRun: true, 100, CancellationToken.None).Result.Count > 2);
        var collection = await collector.CollectAsync(isDryRun: false, 100, CancellationToken.None);
        collection.Count.Should().BeGreaterThan(2, "there were two manifests, and files that only they named");
        (await host.RowsAsync("SELECT id FROM parts")).Should().Be("[[1]]");
        (await host.RefusalAsync("FROM \"parts@1\"")).Code.Should().Be("version_not_found");
    }

    [Fact]
    public async Task An_answer_has_a_tag_until_a_dataset_that_it_reads_has_a_new_version()
    {
        const string sql = "SELECT sum(id) FROM parts WHERE id > $low";
        var first = await PostAsync(new { sql, @params = new { low = 0 } });
        (first.Rows, first.Cache).Should().Be(("[[6]]", "miss"));
        var second = await PostAsync(new { sql, @params = new { low = 0 } });
        (second.Rows, second.Cache, second.Tag).Should().Be(("[[6]]", "hit", first.Tag));
        (await PostAsync(new { sql, @params = new { low = 1 } })).Tag.Should().NotBe(first.Tag);
        (await PostAsync(new { sql, @params = new { low = 0 }, rows = "objects" })).Tag.Should().NotBe(first.Tag);
        (await PostAsync(new { sql, @params = new { low = 0 } }, first.Tag)).Status.Should().Be(304);
        (await PostAsync(new { sql, @params = new { low = 0 } }, "\"other\", *")).Status.Should().Be(304);
        (await PostAsync(new { sql, @params = new { low = 0 } }, "\"other\"")).Status.Should().Be(200);

        await _host.IngestAsync("parts", "id,name\n10,cog\n");
        var third = await PostAsync(new { sql, @params = new { low = 0 } }, first.Tag);
        (third.Rows, third.Cache).Should().Be(("[[10]]", "miss"));
        await _host.Http.DeleteAsync("/v1/catalog/dataset/parts");
        (await PostAsync(new { sql, @params = new { low = 0 } }, third.Tag)).Code.Should().Be("unknown_dataset");
    }

    [Theory]
    [InlineData("SELECT now()")]
    [InlineData("SELECT current_date")]
    [InlineData("SELECT random()")]
    [InlineData("SELECT uuid()")]
    [InlineData("SELECT gen_random_uuid() FROM parts")]
    [InlineData("SELECT today() - INTERVAL 1 DAY")]
    [InlineData("FROM parts USING SAMPLE 1 ROWS")]
    [InlineData("SHOW TABLES")]
    [InlineData("SELECT count(*) FROM information_schema.tables")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("SELECT (SELECT CASE WHEN true THEN now() END)")]
    public async Task What_depends_on_more_than_data_has_no_tag(string sql)
    {
        await PostAsync(new { sql });
        var again = await PostAsync(new { sql });
        (again.Status, again.Tag, again.Cache).Should().Be((200, null, null));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("arrow")]
    [InlineData("parquet")]
    public async Task A_kept_answer_has_the_same_bytes(string format)
    {
        var address = $"/v1/sql?format={format}&q=SELECT%20*%20FROM%20parts%20ORDER%20BY%20id";
        using var first = await _host.Http.GetAsync(address);
        using var second = await _host.Http.GetAsync(address);
        second.Headers.GetValues("X-Lakehouse-Cache").Should().Equal("hit");
        (await second.Content.ReadAsByteArrayAsync()).Should().Equal(await first.Content.ReadAsByteArrayAsync());
    }

    /// <summary>While a dataset changes, each answer belongs to the version that its header names.</summary>
    [Fact]
    public async Task An_answer_and_the_version_that_it_names_belong_together()
    {
        using var done = new CancellationTokenSource();
        var wrong = new ConcurrentBag<string>();
        var readers = Enumerable.Range(0, 4).Select(async number =>
        {
            var seen = 0;
            while (!done.IsCancellationRequested)
            {
                // The same text has its plan kept; another one is planned while the view may be replaced; a PIVOT has a transaction of its own.
                var answer = await PostAsync(new
                {
                    sql = number switch
                    {
                        0 or 1 => "SELECT count(*) FROM parts",
                        2 => $"SELECT count(*) FROM parts WHERE id >= -{seen}",
                        _ => "SELECT * FROM (PIVOT (SELECT count(*) AS n, 1 AS k FROM parts) ON k USING sum(n))",
                    },
                });
                seen++;
                if (answer.Rows != $"[[{answer.Datasets!.Split('@')[1]}]]")
                {
                    wrong.Add($"{answer.Datasets} {answer.Rows}");
                }
            }

            return seen;
        }).ToList();
        for (var version = 4; version <= 40; version++)
        {
            await _host.IngestAsync("parts", "id,name\n" + string.Concat(Enumerable.Range(0, version).Select(i => $"{i},p{i}\n")));
        }

        await done.CancelAsync();
        (await Task.WhenAll(readers)).Should().OnlyContain(n => n > 0);
        wrong.Should().BeEmpty();
    }

    /// <summary>A statement that is put into another one is planned twice, and the view can be replaced between the two.</summary>
    [Fact]
    public async Task A_statement_in_another_one_is_answered_while_its_dataset_changes()
    {
        await ReplaceAsync(0);
        using var done = new CancellationTokenSource();
        var refused = new ConcurrentBag<string>();
        var readers = Enumerable.Range(0, 4).Select(async number =>
        {
            var seen = 0;
            for (; !done.IsCancellationRequested; seen++)
            {
                using var answer = await _host.Http.PostAsJsonAsync(
                    $"/v1/sql?format={(number % 2 == 0 ? "parquet" : "arrow")}",
                    new { sql = $"SELECT id, TIME '01:02:03' AS t FROM counter WHERE id >= -{seen}" });
                if (!answer.IsSuccessStatusCode)
                {
                    refused.Add(await answer.Content.ReadAsStringAsync());
                }
            }

            return seen;
        }).ToList();
        for (var version = 0; version < 200; version++)
        {
            await ReplaceAsync(version);
        }

        await done.CancelAsync();
        (await Task.WhenAll(readers)).Should().OnlyContain(n => n > 0);
        refused.Should().BeEmpty();

        async Task ReplaceAsync(int id)
        {
            using var written = await _host.Http.PostAsJsonAsync(
                "/v1/sql", new { sql = $"SELECT {id} AS id", into = new { dataset = "counter", mode = "replace" } });
            written.StatusCode.Should().Be(HttpStatusCode.OK, await written.Content.ReadAsStringAsync());
        }
    }

    private async Task<JsonElement> RestoreAsync(int version)
    {
        using var answer = await _host.Http.PostAsync($"/v1/catalog/restore/parts?version={version}", null);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<(int Status, string? Rows, string? Datasets, string? Tag, string? Cache, string? Code, string? Detail)> PostAsync(
        object body, string? knownTags = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql") { Content = JsonContent.Create(body) };
        if (knownTags is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", knownTags);
        }

        using var answer = await _host.Http.SendAsync(request);
        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
        var text = await answer.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        string? Member(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
        return (
            (int)answer.StatusCode,
            Member("rows"),
            Header("X-Lakehouse-Datasets"),
            Header("ETag"),
            Header("X-Lakehouse-Cache"),
            Member("code"),
            Member("detail"));
    }
}
