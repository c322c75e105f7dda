using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Views: stored, read, refused.</summary>
public abstract class ViewTests(string isolation) : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(
            ("query.isolation", isolation), ("query.cache_bytes", "16MiB"), ("query.max_expanded_tables", "100"), ("query.max_depth", "100"));
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n2,Bergen,7\n3,Oslo,4\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_view_is_read_like_a_dataset()
    {
        var view = await PutAsync("by_city", "SELECT city, sum(qty)::INT AS qty FROM orders GROUP BY city; -- totals");
        view.GetProperty("columns").GetRawText().Should().Be("""[{"name":"city","type":"VARCHAR"},{"name":"qty","type":"INTEGER"}]""");
        view.GetProperty("sources").GetRawText().Should().Be("""[{"name":"orders","version":1}]""");
        await PutAsync("top", "FROM BY_CITY ORDER BY qty DESC LIMIT 1");
        for (var again = 0; again < 3; again++)
        {
            (await _host.RowsAsync("FROM by_city ORDER BY city")).Should().Be("[[\"Bergen\",7],[\"Oslo\",9]]");
            (await _host.RowsAsync("SELECT * FROM \"Top\"")).Should().Be("[[\"Oslo\",9]]");
        }

        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,1\n2,Bergen,7\n");
        (await _host.RowsAsync("FROM top")).Should().Be("[[\"Bergen\",7]]", "a view reads the newest versions");
        (await _host.RowsAsync("SELECT t.qty, o.id FROM top t JOIN orders o USING (city)")).Should().Be("[[7,2]]");
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"by_city\"],[\"orders\"],[\"top\"]]");
        (await _host.RowsAsync("SELECT column_name, column_type FROM (DESCRIBE top)")).Should().Be("[[\"city\",\"VARCHAR\"],[\"qty\",\"INTEGER\"]]");
        (await _host.RowsAsync("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'top' ORDER BY ordinal_position"))
            .Should().Be("[[\"city\",\"VARCHAR\"],[\"qty\",\"INTEGER\"]]");
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/views");
        list.GetProperty("views").EnumerateArray().Select(v => v.GetProperty("name").GetString()).Should().Equal("by_city", "top");
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(1, "views are no datasets");
    }

    [Theory]
    [InlineData("FROM ordrs", "orders")]
    [InlineData("SELECT * FROM orders JOIN by_citty USING (id)", "by_city")]
    public async Task An_unknown_name_in_a_statement_is_told_with_the_nearest_one(string sql, string nearest)
    {
        await PutAsync("by_city", "SELECT city, sum(qty) AS qty FROM orders GROUP BY city");
        var refusal = await _host.RefusalAsync(sql);
        refusal.Code.Should().Be("unknown_dataset");
        refusal.Detail.Should().EndWith($"The nearest is '{nearest}'.");
        (await _host.RefusalAsync("FROM something_else")).Detail.Should().EndWith("SHOW TABLES lists those there are.");
    }

    [Theory]
    [InlineData("manifest/Orders", "dataset_not_found", "orders")]
    [InlineData("history/order", "dataset_not_found", "orders")]
    [InlineData("view/BY_CITY", "view_not_found", "by_city")]
    public async Task An_unknown_name_in_a_path_is_told_with_the_nearest_one(string path, string code, string nearest)
    {
        await PutAsync("by_city", "SELECT city, sum(qty) AS qty FROM orders GROUP BY city");
        using var answer = await _host.Http.GetAsync("/v1/catalog/" + path);
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain($"; the nearest is '{nearest}'.");
    }

    [Fact]
    public async Task A_changed_view_is_seen_at_once_also_by_texts_that_ran_before()
    {
        for (var value = 0; value < 10; value++)
        {
            await PutAsync("one", $"SELECT {value} AS v, count(*) AS n FROM orders");
            await PutAsync("outer", "SELECT v + 1 AS w FROM one");
            (await _host.RowsAsync("FROM one")).Should().Be($"[[{value},3]]");
            (await _host.RowsAsync("FROM \"outer\"")).Should().Be($"[[{value + 1}]]");
        }

        var old = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM one", at = new { one = 3 } });
        (await old.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be("[[2,3]]");
        (await _host.RowsAsync("FROM \"one@1\"")).Should().Be("[[0,3]]");
        (await _host.Http.PostAsync("/v1/catalog/restore/one?version=2", null)).EnsureSuccessStatusCode();
        (await _host.RowsAsync("FROM one")).Should().Be("[[1,3]]");
    }

    [Fact]
    public async Task Pins_and_headers_reach_through_views()
    {
        await PutAsync("v", "SELECT count(*) AS n FROM orders");
        await PutAsync("w", "SELECT n FROM v");
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n");
        using var now = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM w" });
        now.Headers.GetValues("X-Lakehouse-Datasets").Should().Equal("w@1, v@1, orders@2");
        var pinned = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM w", at = new { orders = 1 } });
        (await pinned.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be("[[3]]");
        var unknown = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM w", at = new { other = 1 } });
        unknown.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_answer_over_a_view_is_kept_until_the_view_or_its_dataset_changes()
    {
        await PutAsync("v", "SELECT count(*) AS n FROM orders");
        (await SourceAsync()).Should().Be(("miss", 3));
        (await SourceAsync()).Should().Be(("hit", 3));
        await PutAsync("v", "SELECT count(*) + 10 AS n FROM orders");
        (await SourceAsync()).Should().Be(("miss", 13));
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n");
        (await SourceAsync()).Should().Be(("miss", 11));
        await PutAsync("v", "SELECT random() AS n FROM orders");
        using var volatileAnswer = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM v" });
        volatileAnswer.Headers.ETag.Should().BeNull();

        async Task<(string Source, long Value)> SourceAsync()
        {
            using var answer = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "FROM v" });
            var value = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows")[0][0].GetInt64();
            return (answer.Headers.GetValues("X-Lakehouse-Cache").Single(), value);
        }
    }

    [Fact]
    public async Task The_names_of_a_statement_do_not_reach_into_its_views()
    {
        await PutAsync("v", "SELECT count(*) AS n FROM orders");
        (await _host.RowsAsync("WITH orders AS (SELECT 1 AS x) SELECT n, x FROM v, orders")).Should().Be("[[3,1]]");
        (await _host.RowsAsync("WITH v AS (SELECT 7 AS n) FROM v")).Should().Be("[[7]]");
    }

    [Theory]
    [InlineData("SELECT * FROM nothing", 400, "unknown_dataset")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", 403, "sql_forbidden")]
    [InlineData("SELECT * FROM '/etc/passwd'", 403, "sql_forbidden")]
    [InlineData("SELECT current_setting('threads')", 403, "sql_forbidden")]
    [InlineData("SELECT 1; SELECT 2", 403, "sql_forbidden")]
    [InlineData("SELECT 1) UNION ALL (SELECT 2", 400, "sql_error")]
    [InlineData("DROP VIEW orders", 403, "sql_forbidden")]
    [InlineData("CREATE TABLE t AS SELECT 1", 403, "sql_forbidden")]
    [InlineData("SELECT * FROM orders WHERE id = ?", 400, "sql_error")]
    [InlineData("PIVOT orders ON city USING sum(qty)", 400, "sql_error")]
    [InlineData("EXPLAIN SELECT 1", 403, "sql_forbidden")]
    [InlineData("SHOW TABLES", 403, "sql_forbidden")]
    [InlineData("FROM information_schema.tables", 403, "sql_forbidden")]
    [InlineData("SELECT nope FROM orders", 400, "sql_error")]
    [InlineData("SELEC 1", 400, "sql_error")]
    [InlineData("FROM self", 400, "unknown_dataset")]
    [InlineData(" ", 400, "sql_error")]
    public async Task A_query_that_may_not_run_may_not_be_stored(string sql, int status, string code)
    {
        var (refused, body) = await TryPutAsync("self", sql);
        ((int)refused, body.GetProperty("code").GetString()).Should().Be((status, code), body.GetRawText());
        (await _host.Http.GetAsync("/v1/catalog/view/self")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("orders", "SELECT 1", 409, "name_conflict")]
    [InlineData("ORDERS", "SELECT 1", 409, "name_conflict")]
    [InlineData("select%20x", "SELECT 1", 400, "invalid_name")]
    [InlineData("sqlite_master", "SELECT 1", 400, "invalid_name")]
    public async Task A_name_that_something_else_has_is_refused(string name, string sql, int status, string code)
    {
        var (refused, body) = await TryPutAsync(name, sql);
        ((int)refused, body.GetProperty("code").GetString()).Should().Be((status, code), body.GetRawText());
    }

    [Fact]
    public async Task A_dataset_cannot_take_the_name_of_a_view()
    {
        await PutAsync("v", "SELECT 1 AS one");
        foreach (var name in (string[])["v", "V"])
        {
            var (status, body) = await _host.IngestAsync(name, "one\n1\n");
            (status, body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "name_conflict"));
        }

        (await _host.Http.DeleteAsync("/v1/catalog/dataset/v")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.DeleteAsync("/v1/catalog/view/orders")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.DeleteAsync("/v1/catalog/view/v")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.RefusalAsync("FROM v")).Code.Should().Be("unknown_dataset");
        (await _host.IngestAsync("v", "one\n1\n")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM v")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_name_that_changes_between_view_and_dataset_is_read_as_what_it_is()
    {
        const string sql = "SELECT * FROM x -- kept";
        for (var turn = 0; turn < 3; turn++)
        {
            await PutAsync("x", "SELECT 'VIEW' AS s");
            await PutAsync("over", "FROM x");
            for (var again = 0; again < 2; again++)
            {
                (await _host.RowsAsync(sql)).Should().Be("[[\"VIEW\"]]");
                (await _host.RowsAsync("FROM over")).Should().Be("[[\"VIEW\"]]");
            }

            (await _host.Http.DeleteAsync("/v1/catalog/view/x")).EnsureSuccessStatusCode();
            await _host.IngestAsync("x", "s\nDATASET\n");
            for (var again = 0; again < 2; again++)
            {
                (await _host.RowsAsync(sql)).Should().Be("[[\"DATASET\"]]");
                (await _host.RowsAsync("FROM over")).Should().Be("[[\"DATASET\"]]");
            }

            (await _host.Http.DeleteAsync("/v1/catalog/dataset/x")).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_name_with_a_schema_reaches_no_view_and_no_pinned_version_through_views_either()
    {
        await _host.IngestAsync("y", "s\nold\n");
        await PutAsync("vy", "SELECT s FROM memory.main.y");
        (await _host.RowsAsync("SELECT * FROM memory.main.y")).Should().Be("[[\"old\"]]");
        (await _host.RowsAsync("FROM vy")).Should().Be("[[\"old\"]]");
        using (var pinned = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT (SELECT count(*) FROM y), s FROM vy", at = new { y = 1 } }))
        {
            pinned.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }

        (await _host.Http.DeleteAsync("/v1/catalog/dataset/y")).EnsureSuccessStatusCode();
        await PutAsync("y", "SELECT 'VIEW' AS s");
        foreach (var sql in (string[])["SELECT * FROM memory.main.y", "FROM vy", "SELECT * FROM y, vy"])
        {
            (await _host.RefusalAsync(sql)).Status.Should().Be(400, sql);
        }
    }

    [Fact]
    public async Task Views_in_a_circle_are_refused()
    {
        await PutAsync("a", "SELECT 1 AS x");
        await PutAsync("b", "FROM a");
        await PutAsync("c", "FROM b");
        foreach (var sql in (string[])["FROM c", "FROM b", "FROM a", "SELECT * FROM orders, (SELECT * FROM C)"])
        {
            var (status, body) = await TryPutAsync("a", sql);
            (status, body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.BadRequest, "definition_cycle"), sql);
        }

        (await _host.RowsAsync("FROM c")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_view_whose_dataset_is_gone_or_has_changed_says_so()
    {
        await PutAsync("v", "SELECT city FROM orders");
        await PutAsync("w", "FROM v");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/orders")).EnsureSuccessStatusCode();
        var gone = await _host.RefusalAsync("FROM w");
        gone.Code.Should().Be("unknown_dataset");
        gone.Detail.Should().Contain("'v'").And.Contain("'orders'");
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"v\"],[\"w\"]]");
        await _host.IngestAsync("orders", "id\n1\n");
        var changed = await _host.RefusalAsync("FROM w");
        changed.Code.Should().Be("view_invalid");
        changed.Detail.Should().Contain("'v'").And.Contain("city").And.NotContain("CREATE");
        await PutAsync("v", "SELECT id AS city FROM orders");
        (await _host.RowsAsync("FROM w")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task What_views_multiply_is_bounded()
    {
        await PutAsync("t0", "SELECT 1 AS x FROM orders");
        var (status, body) = (HttpStatusCode.OK, default(JsonElement));
        var level = 0;
        while (status == HttpStatusCode.OK && level < 20)
        {
            level++;
            (status, body) = await TryPutAsync($"t{level}", $"SELECT a.x FROM t{level - 1} a, t{level - 1} b");
        }

        level.Should().Be(7, "2^6 tables are below 100, and 2^7 are not");
        body.GetProperty("detail").GetString().Should().Contain("query.max_expanded_tables");

        await PutAsync("g0", "SELECT repeat(city, 1000) AS s FROM orders");
        (await TryPutAsync("g1", "SELECT repeat(s, 1000) AS s FROM g0")).Body.GetProperty("code").GetString().Should().Be("sql_forbidden");

        (status, level) = (HttpStatusCode.OK, 0);
        await PutAsync("d0", "SELECT 1 AS x");
        while (status == HttpStatusCode.OK && level < 100)
        {
            level++;
            (status, body) = await TryPutAsync($"d{level}", $"SELECT ((((x + 1) + 1) + 1) + 1) AS x FROM d{level - 1}");
        }

        level.Should().BeLessThan(100);
        body.GetProperty("detail").GetString().Should().Contain("query.max_depth");
    }

    [Fact]
    public async Task A_view_of_nested_and_strange_columns_is_listed_with_them()
    {
        await PutAsync("odd", "SELECT {'a b': 1, 'c\"d': [1.5]} AS \"x y\", MAP {'k': 1} AS m, 'a'::ENUM('a', 'it''s') AS e, NULL AS n, 1 AS n");
        (await _host.RowsAsync("SELECT m['k'], e, \"x y\".\"a b\" FROM odd")).Should().Be("[[1,\"a\",1]]");
        (await _host.RowsAsync("SELECT count(*) FROM information_schema.columns WHERE table_name = 'odd'")).Should().Be("[[5]]");
    }

    [Fact]
    public async Task Views_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await LakehouseHost.StartInAsync(folder.Path, ("query.isolation", isolation)))
        {
            await first.IngestAsync("few", "id\n1\n2\n");
            (await first.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT 'it''s \"' || id AS t FROM few" })).EnsureSuccessStatusCode();
        }

        await using var again = await LakehouseHost.StartInAsync(folder.Path, ("query.isolation", isolation));
        (await again.RowsAsync("FROM v ORDER BY 1")).Should().Be("[[\"it's \\\"1\"],[\"it's \\\"2\"]]");
    }

    private async Task<JsonElement> PutAsync(string name, string sql)
    {
        var (status, body) = await TryPutAsync(name, sql);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> TryPutAsync(string name, string sql)
    {
        using var answer = await _host.Http.PutAsJsonAsync($"/v1/catalog/view/{name}", new { sql });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
