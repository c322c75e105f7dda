using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Query;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>The rows of a query, written as a dataset.</summary>
public sealed class StoredQueryTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(("query.timeout", "20s"), ("catalog.max_objects", "60"), ("query.max_stored_bytes", "1MiB"));
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n2,Bergen,7\n3,Oslo,4\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Rows_replace_or_are_appended()
    {
        var first = await IntoAsync("SELECT city, sum(qty)::BIGINT AS qty FROM orders GROUP BY city ORDER BY city", "daily");
        (first.GetProperty("version").GetInt64(), first.GetProperty("row_count").GetInt64()).Should().Be((1, 2));
        (await _host.RowsAsync("FROM daily")).Should().Be("[[\"Bergen\",7],[\"Oslo\",9]]");
        var second = await IntoAsync("SELECT 'Molde' AS city, 1::BIGINT AS qty", "daily", "append");
        (second.GetProperty("version").GetInt64(), second.GetProperty("row_count").GetInt64()).Should().Be((2, 3));
        var third = await IntoAsync("SELECT 'Molde' AS city, 1::BIGINT AS qty", "daily", "append");
        third.GetProperty("row_count").GetInt64().Should().Be(4, "rows can be there twice");
        (await _host.RowsAsync("FROM daily")).Should().Be("[[\"Bergen\",7],[\"Oslo\",9],[\"Molde\",1],[\"Molde\",1]]");
        (await _host.RowsAsync("SELECT count(*) FROM \"daily@1\"")).Should().Be("[[2]]");
        const string none = "SELECT 'x' AS city, 1::BIGINT AS qty WHERE false";
        (await IntoAsync(none, "daily", "append")).GetProperty("version").GetInt64().Should().Be(3, "nothing was added");
        (await IntoAsync(none, "daily")).GetProperty("row_count").GetInt64().Should().Be(0);
        (await _host.RowsAsync("FROM daily")).Should().Be("[]");
        (await _host.RowsAsync("SELECT column_name FROM (DESCRIBE daily)")).Should().Be("[[\"city\"],[\"qty\"]]");
        (await IntoAsync("SELECT * FROM orders WHERE qty > $q", "daily2", "append", new { q = 4 })).GetProperty("row_count").GetInt64().Should().Be(2);
        var history = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/history/daily");
        history.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("made_by").GetString()).Distinct().Should().Equal("query");
    }

    [Fact]
    public async Task The_same_rows_again_change_nothing()
    {
        (await IntoAsync("FROM orders", "copy")).GetProperty("version").GetInt64().Should().Be(1);
        (await IntoAsync("FROM orders", "copy")).GetProperty("version").GetInt64().Should().Be(1);
    }

    /// <summary>Each type is stored, and read with the type that the manifest says.</summary>
    [Theory]
    [InlineData("TINYINT '-128'", "TINYINT")]
    [InlineData("UTINYINT '255'", "UTINYINT")]
    [InlineData("UBIGINT '18446744073709551615'", "UBIGINT")]
    [InlineData("HUGEINT '12345678901234567890123456789012345678'", "DECIMAL(38,0)")]
    [InlineData("UHUGEINT '1'", "DECIMAL(38,0)")]
    [InlineData("1.5::DECIMAL(9,2)", "DECIMAL(9,2)")]
    [InlineData("'NaN'::FLOAT", "FLOAT")]
    [InlineData("'-inf'::DOUBLE", "DOUBLE")]
    [InlineData("true", "BOOLEAN")]
    [InlineData("DATE '2024-02-29'", "DATE")]
    [InlineData("TIME '12:34:56.789'", "TIME")]
    [InlineData("TIMETZ '12:34:56+02'", "VARCHAR")]
    [InlineData("TIMESTAMP_S '2024-02-29 12:34:56'", "TIMESTAMP")]
    [InlineData("TIMESTAMP_MS '2024-02-29 12:34:56.789'", "TIMESTAMP")]
    [InlineData("TIMESTAMP_NS '2024-02-29 12:34:56.123456789'", "TIMESTAMP_NS")]
    [InlineData("TIMESTAMPTZ '2024-02-29 12:34:56+02'", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("INTERVAL '3 days'", "VARCHAR")]
    [InlineData("'\\xAA\\x00'::BLOB", "BLOB")]
    [InlineData("'101'::BIT", "VARCHAR")]
    [InlineData("UUID '00000000-0000-0000-0000-000000000001'", "UUID")]
    [InlineData("'b'::ENUM('a', 'b')", "VARCHAR")]
    [InlineData("'{\"a\": 1}'::JSON", "JSON")]
    [InlineData("[1, NULL]", "INTEGER[]")]
    [InlineData("[1, 2]::INTEGER[2]", "INTEGER[]")]
    [InlineData("[['b'::ENUM('b')]]", "VARCHAR[][]")]
    [InlineData("{'a': 1, 'b c': [TIMESTAMP_S '2024-02-29 12:34:56']}", "STRUCT(a INTEGER, \"b c\" TIMESTAMP[])")]
    [InlineData("MAP {'k': 'v'::ENUM('v')}", "MAP(VARCHAR, VARCHAR)")]
    [InlineData("union_value(n := 1)", "JSON")]
    [InlineData("NULL", "INTEGER")]
    public async Task Every_type_is_stored_and_read_again(string value, string type)
    {
        var manifest = await IntoAsync($"SELECT {value} AS v UNION ALL SELECT NULL", "typed");
        manifest.GetProperty("columns")[0].GetProperty("type").GetString().Should().Be(type);
        (await _host.RowsAsync("SELECT column_type FROM (DESCRIBE typed)")).Should().Be($"[[\"{type.Replace("\"", "\\\"", StringComparison.Ordinal)}\"]]");
        var expected = await _host.RowsAsync($"SELECT {value}::VARCHAR");
        var isUnion = value.StartsWith("union", StringComparison.Ordinal);
        (await _host.RowsAsync("SELECT v::VARCHAR FROM typed LIMIT 1")).Should().Be(isUnion ? "[[\"{\\\"n\\\":1}\"]]" : expected);
        (await _host.RowsAsync("SELECT count(*) FROM typed WHERE v IS NULL")).Should().Be(value == "NULL" ? "[[2]]" : "[[1]]");
    }

    [Theory]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"x","mode":"upsert"}}""", 400, "invalid_request", "replace or append")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"mode":"append"}}""", 400, "invalid_request", "dataset")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"x","color":1}}""", 400, "invalid_request", "color")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":"x"}""", 400, "invalid_request", "an object")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"../x"}}""", 400, "invalid_name", "U+002F")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"x"},"format":"csv"}""", 400, "invalid_request", "format")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"x"},"max_rows":1}""", 400, "invalid_request", "max_rows")]
    [InlineData("""{"sql":"SELECT nope","into":{"dataset":"x"}}""", 400, "sql_error", "nope")]
    [InlineData("""{"sql":"SELECT error('late') FROM range(100000) r(i) WHERE i = 99999","into":{"dataset":"x"}}""", 400, "sql_error", "late")]
    [InlineData("""{"sql":"EXPLAIN SELECT 1","into":{"dataset":"x"}}""", 400, "format_unsupported", "EXPLAIN")]
    [InlineData("""{"sql":"SELECT 1 AS a","into":{"dataset":"orders"}}""", 409, "schema_conflict", "'a'")]
    [InlineData("""{"sql":"SELECT random() AS a FROM range(1000000)","into":{"dataset":"x"}}""", 400, "answer_too_large", "query.max_stored_bytes")]
    [InlineData("""{"sql":"COPY orders TO 'x'","into":{"dataset":"x"}}""", 403, "sql_forbidden", "SELECT")]
    [InlineData("""{"sql":"SELECT count(*) AS n FROM range(10000000000)","into":{"dataset":"x"},"timeout_ms":100}""", 504, "query_timeout", "100")]
    public async Task What_cannot_be_written_leaves_nothing(string body, int status, string code, string detail)
    {
        using var content = new StringContent(body);
        using var answer = await _host.Http.PostAsync("/v1/sql", content);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        ((int)answer.StatusCode, problem.GetProperty("code").GetString()).Should().Be((status, code), problem.GetRawText());
        problem.GetProperty("detail").GetString().Should().Contain(detail);
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"orders\"]]");
        (await _host.RowsAsync("SELECT count(*) FROM orders")).Should().Be("[[3]]");
        var data = Path.Combine(_host.DataDirectory, "objects");
        Directory.EnumerateFiles(data, "*.parquet", SearchOption.AllDirectories).Should().HaveCount(2, "one data file and one manifest, of the orders");
    }

    [Fact]
    public async Task An_address_cannot_write()
    {
        using var answer = await _host.Http.GetAsync("/v1/sql?q=SELECT+1&into=x");
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Appends_at_once_lose_no_rows()
    {
        await IntoAsync("SELECT -1 AS i", "log");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await IntoAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT {(writer * 100) + i} AS i"), "log", "append");
            }
        })));
        (await _host.RowsAsync("SELECT count(*), count(DISTINCT i) FROM log")).Should().Be("[[41,41]]");
    }

    [Fact]
    public async Task Rows_made_of_the_dataset_itself_do_not_undo_what_others_wrote_meanwhile()
    {
        await IntoAsync("SELECT 0 AS n", "counter");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var written = 0;
            for (var i = 0; i < 10; i++)
            {
                using var answer = await SendAsync("SELECT n + 1 AS n FROM counter", "counter", "replace", null);
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                written += answer.IsSuccessStatusCode ? 1 : 0;
                (answer.IsSuccessStatusCode || body.GetProperty("code").GetString() == "version_conflict").Should().BeTrue(body.GetRawText());
            }

            return written;
        })));
        (await _host.RowsAsync("FROM counter")).Should().Be($"[[{outcomes.Sum()}]]");
    }

    [Fact]
    public async Task Nor_if_they_are_made_of_an_old_version_too()
    {
        await IntoAsync("SELECT 1 AS a", "acc");
        await IntoAsync("SELECT 2 AS a", "pin");
        const string slow = "SELECT count(*) FROM range(60000000) r(i) WHERE i % 7 = 3";
        var replacing = SendAsync($"SELECT a FROM acc UNION ALL SELECT a FROM \"pin@1\" WHERE ({slow}) > 0", "acc", "replace", null);
        await Until.HoldsAsync(() => _host.Service<IQueryControl>().List().Any(q => q.State == QueryState.Running && q.Sql.Contains("pin@1")));
        await IntoAsync("SELECT 777 AS a", "acc", "append");
        using var answer = await replacing;
        var rows = await _host.RowsAsync("SELECT count(*) FROM acc WHERE a = 777");
        rows.Should().Be("[[1]]", "the answer was {0}", answer.StatusCode);
    }

    [Fact]
    public async Task An_append_beyond_the_bound_of_data_files_is_refused()
    {
        for (var i = 0; i < 60; i++)
        {
            await IntoAsync($"SELECT {i} AS i", "many", "append");
        }

        using var answer = await SendAsync("SELECT 60 AS i", "many", "append", null);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("too_many_objects");
        (await _host.RowsAsync("SELECT count(*) FROM many")).Should().Be("[[60]]");
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_writes_leaves_the_dataset_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var server = await LakehouseProcess.StartAsync(folder.Path);
        (await server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 1 AS i", into = new { dataset = "kept" } })).EnsureSuccessStatusCode();
        var writing = server.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT i::INT AS i FROM range(50000000) r(i)", into = new { dataset = "kept" } });
        await Until.HoldsAsync(() => Directory.EnumerateFiles(folder.Path, "rows.parquet", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length > 0));
        await server.KillAsync();
        await server.DisposeAsync();
        await writing.Awaiting(w => w).Should().ThrowAsync<HttpRequestException>();
        await using var again = await LakehouseProcess.StartAsync(folder.Path);
        (await again.RowsAsync("FROM kept")).Should().Be("[[1]]");
        Directory.EnumerateFiles(folder.Path, "rows.parquet", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [SmallDiskFact]
    public async Task A_full_disk_leaves_the_dataset_as_it_was()
    {
        using var disk = new SmallDisk("64m");
        await using var host = await LakehouseHost.StartInAsync(disk.Path);
        (await host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 1 AS i", into = new { dataset = "kept" } })).EnsureSuccessStatusCode();
        const string large = "SELECT i, random() AS r FROM range(20000000) t(i)";
        using var answer = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = large, into = new { dataset = "big" } });
        ((int)answer.StatusCode).Should().Be(507, await answer.Content.ReadAsStringAsync());
        (await host.RowsAsync("SHOW TABLES")).Should().Be("[[\"kept\"]]");
        (await host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 2 AS i", into = new { dataset = "kept", mode = "append" } })).EnsureSuccessStatusCode();
        (await host.RowsAsync("SELECT sum(i)::INT FROM kept")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task A_commit_that_expects_another_version_is_refused()
    {
        var catalog = _host.Service<ICatalog>();
        var orders = catalog.Find(DatasetName.Parse("orders"))!;
        var commit = new DatasetCommit(
            orders.Name, orders.Fingerprint, orders.Columns, [.. orders.Objects.Select(o => new OfferedFile(o.Key, o.RowCount, o.Sha256))], 3, "test")
        {
            ExpectedVersion = 7,
        };
        (await FluentActions.Awaiting(() => catalog.CommitAsync(commit, CancellationToken.None)).Should().ThrowAsync<LakehouseException>())
            .Which.Code.Should().Be("version_conflict");
    }

    [Fact]
    public async Task An_append_of_nothing_makes_no_dataset_again()
    {
        var catalog = _host.Service<ICatalog>();
        var orders = catalog.Find(DatasetName.Parse("orders"))!;
        await catalog.DropAsync(orders.Name, CancellationToken.None);
        var nothing = new DatasetCommit(orders.Name, orders.Fingerprint, orders.Columns, [], 0, "query", CommitMode.Append);
        (await FluentActions.Awaiting(() => catalog.CommitAsync(nothing, CancellationToken.None)).Should().ThrowAsync<LakehouseException>())
            .Which.Code.Should().Be("version_conflict");
    }

    [Fact]
    public async Task An_age_until_today_is_not_kept()
    {
        using var today = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT age(DATE '2020-01-01')" });
        today.Headers.ETag.Should().BeNull();
        using var fixedTimes = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT age(DATE '2021-01-01', DATE '2020-01-01')" });
        fixedTimes.Headers.ETag.Should().NotBeNull();
    }

    private async Task<JsonElement> IntoAsync(string sql, string dataset, string mode = "replace", object? parameters = null)
    {
        using var answer = await SendAsync(sql, dataset, mode, parameters);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0} gave {1}", sql, body);
        return body;
    }

    private Task<HttpResponseMessage> SendAsync(string sql, string dataset, string mode, object? parameters) =>
        _host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset, mode }, @params = parameters ?? Array.Empty<int>() });
}
