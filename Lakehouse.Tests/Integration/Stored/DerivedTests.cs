using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Derived datasets: made, made again, refused, failing, mended.</summary>
public sealed class DerivedTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartInAsync(_folder.Path, ("catalog.refresh_every", "100ms"));
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n2,Bergen,7\n3,Oslo,4\n");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_made_at_once_and_again_when_its_source_changes()
    {
        var made = await PutAsync("totals", "SELECT city, sum(qty)::BIGINT AS qty FROM orders GROUP BY city ORDER BY city");
        made.GetProperty("state").GetString().Should().Be("fresh");
        (await _host.RowsAsync("FROM totals")).Should().Be("[[\"Bergen\",7],[\"Oslo\",9]]");
        await PutAsync("top", "SELECT max(qty) AS qty FROM totals");
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/biggest", new { sql = "SELECT qty AS most FROM top" })).EnsureSuccessStatusCode();
        await PutAsync("last", "SELECT most FROM biggest");
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,50\n");
        await FreshAsync("totals", "top", "last");
        (await _host.RowsAsync("FROM totals")).Should().Be("[[\"Oslo\",50]]");
        (await _host.RowsAsync("FROM last")).Should().Be("[[50]]", "a chain of derived datasets follows");
        var again = await ShowAsync("totals");
        again.GetProperty("sources").GetRawText().Should().Be("""[{"name":"orders","version":2}]""");
        again.GetProperty("last_error").ValueKind.Should().Be(JsonValueKind.Null);
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/derived")).GetProperty("derived").GetArrayLength().Should().Be(3);
    }

    [Fact]
    public async Task A_change_of_a_view_makes_what_is_derived_of_it_again()
    {
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT 1 AS x" })).EnsureSuccessStatusCode();
        await PutAsync("d", "SELECT x FROM v");
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT 2 AS x" })).EnsureSuccessStatusCode();
        await FreshAsync("d");
        (await _host.RowsAsync("FROM d")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task Many_changes_end_with_the_last_one()
    {
        await PutAsync("n", "SELECT count(*) AS n FROM orders");
        for (var count = 1; count <= 30; count++)
        {
            await _host.IngestAsync("orders", "id,city,qty\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i},Oslo,1\n")));
        }

        await FreshAsync("n");
        (await _host.RowsAsync("FROM n")).Should().Be("[[30]]");
    }

    [Fact]
    public async Task A_failure_is_shown_keeps_the_rows_and_is_mended()
    {
        await PutAsync("d", "SELECT city FROM orders WHERE id = 1");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/orders")).EnsureSuccessStatusCode();
        await Until.HoldsAsync(async () => (await ShowAsync("d")).GetProperty("state").GetString() == "failed");
        var failed = await ShowAsync("d");
        failed.GetProperty("last_error").GetProperty("code").GetString().Should().Be("unknown_dataset");
        (await _host.RowsAsync("FROM d")).Should().Be("[[\"Oslo\"]]");
        await _host.IngestAsync("orders", "id,city\n1,Molde\n");
        await FreshAsync("d");
        (await _host.RowsAsync("FROM d")).Should().Be("[[\"Molde\"]]");
        (await ShowAsync("d")).GetProperty("last_error").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task It_belongs_to_its_query()
    {
        await PutAsync("d", "SELECT id FROM orders");
        var (status, body) = await _host.IngestAsync("d", "id\n9\n");
        (status, body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "dataset_derived"));
        foreach (var mode in (string[])["replace", "append"])
        {
            using var into = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 9::BIGINT AS id", into = new { dataset = "d", mode } });
            (await into.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("dataset_derived");
        }

        (await _host.Http.PostAsync("/v1/catalog/restore/d?version=1", null)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await TryPutAsync("orders", "SELECT 1 AS x")).Code.Should().Be("name_conflict");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/d")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await _host.RowsAsync("SELECT count(*) FROM orders")).Should().Be("[[3]]");
        (await _host.Http.DeleteAsync("/v1/catalog/derived/orders")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.DeleteAsync("/v1/catalog/derived/d")).EnsureSuccessStatusCode();
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,50\n");
        (await _host.IngestAsync("d", "id\n9\n")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM d")).Should().Be("[[9]]");
    }

    [Fact]
    public async Task One_that_was_dropped_can_be_restored_and_is_kept_fresh_again()
    {
        await PutAsync("d", "SELECT count(*) AS n FROM orders");
        (await _host.Http.DeleteAsync("/v1/catalog/derived/d")).EnsureSuccessStatusCode();
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,50\n");
        (await _host.Http.PostAsync("/v1/catalog/restore/d?version=1", null)).EnsureSuccessStatusCode();
        await FreshAsync("d");
        (await _host.RowsAsync("FROM d")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task One_whose_source_always_changes_does_not_hold_up_the_others()
    {
        await _host.IngestAsync("busy", "a\n1\n");
        await PutAsync("a_busy", "SELECT count(*) AS n, (SELECT count(*) FROM range(3000000) r(i) WHERE i % 7 = 3) AS m FROM busy");
        await PutAsync("b_quiet", "SELECT count(*) AS n FROM orders");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 2; !stop.IsCancellationRequested; i++)
            {
                await _host.IngestAsync("busy", "a\n" + string.Concat(Enumerable.Repeat("1\n", i)));
            }
        });
        await _host.IngestAsync("orders", "id,city,qty\n1,Oslo,50\n");
        await FreshAsync("b_quiet");
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Its_query_can_be_changed()
    {
        await PutAsync("d", "SELECT id FROM orders WHERE id = 1");
        await PutAsync("d", "SELECT id FROM orders WHERE id = 2");
        (await _host.RowsAsync("FROM d")).Should().Be("[[2]]");
        (await TryPutAsync("d", "SELECT city FROM orders")).Code.Should().Be("schema_conflict");
        (await _host.RowsAsync("FROM d")).Should().Be("[[2]]");
    }

    [Theory]
    [InlineData("FROM d", "unknown_dataset")]
    [InlineData("SELECT id FROM \"orders@1\"", "sql_error")]
    [InlineData("SELECT id FROM orders WHERE id = $1", "invalid_parameters")]
    [InlineData("SELECT current_setting('threads')", "sql_forbidden")]
    [InlineData("SELECT nope FROM orders", "sql_error")]
    public async Task What_cannot_be_kept_fresh_is_refused(string sql, string code)
    {
        (await TryPutAsync("d", sql)).Code.Should().Be(code);
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"orders\"]]");
    }

    [Fact]
    public async Task Circles_are_refused()
    {
        await PutAsync("a", "SELECT id FROM orders");
        await PutAsync("b", "SELECT id FROM a");
        (await TryPutAsync("a", "SELECT id FROM b")).Code.Should().Be("definition_cycle");
        (await TryPutAsync("a", "SELECT id FROM a")).Code.Should().Be("definition_cycle");
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT id FROM orders" })).EnsureSuccessStatusCode();
        await PutAsync("c", "SELECT id FROM v");
        using var circle = await _host.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT id FROM c" });
        (await circle.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("definition_cycle");
    }

    [Fact]
    public async Task A_start_makes_what_changed_while_nobody_looked()
    {
        await PutAsync("d", "SELECT count(*) AS n FROM orders");
        await _host.DisposeAsync();
        await using (var other = await LakehouseProcess.StartAsync(_folder.Path))
        {
            await other.IngestAsync("orders", "id,city,qty\n1,Oslo,5\n"u8.ToArray());
            await other.KillAsync();
        }

        _host = await LakehouseHost.StartInAsync(_folder.Path, ("catalog.refresh_every", "100ms"));
        await FreshAsync("d");
        (await _host.RowsAsync("FROM d")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task Two_processes_agree()
    {
        await PutAsync("d", "SELECT count(*) AS n FROM orders");
        await using var other = await LakehouseHost.StartInAsync(_folder.Path, ("catalog.refresh_every", "100ms"));
        for (var count = 1; count <= 10; count++)
        {
            await (count % 2 == 0 ? _host : other).IngestAsync(
                "orders", "id,city,qty\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i},Oslo,1\n")));
        }

        foreach (var host in (LakehouseHost[])[_host, other])
        {
            await Until.HoldsAsync(async () => await host.RowsAsync("FROM d") == "[[10]]");
        }

        await Until.HoldsAsync(async () => (await ShowAsync("d")).GetProperty("state").GetString() == "fresh");
        var settled = (await ShowAsync("d")).GetProperty("version").GetInt64();
        foreach (var host in (LakehouseHost[])[_host, other])
        {
            (await host.Http.PostAsync("/v1/catalog/refresh", null)).EnsureSuccessStatusCode();
        }

        await FreshAsync("d");
        (await ShowAsync("d")).GetProperty("version").GetInt64().Should().Be(settled, "nothing changes any more");
    }

    private Task FreshAsync(params string[] names) => Until.HoldsAsync(async () =>
    {
        foreach (var name in names)
        {
            if ((await ShowAsync(name)).GetProperty("state").GetString() != "fresh")
            {
                return false;
            }
        }

        return true;
    });

    private Task<JsonElement> ShowAsync(string name) => _host.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/derived/{name}");

    private async Task<JsonElement> PutAsync(string name, string sql)
    {
        var (status, code, body) = await TryPutAsync(name, sql);
        status.Should().Be(HttpStatusCode.OK, "{0}: {1}", code, body);
        return body;
    }

    private async Task<(HttpStatusCode Status, string? Code, JsonElement Body)> TryPutAsync(string name, string sql)
    {
        using var answer = await _host.Http.PutAsJsonAsync($"/v1/catalog/derived/{name}", new { sql });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.TryGetProperty("code", out var code) ? code.GetString() : null, body);
    }
}
