using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>A text that comes again runs on the plan of the time before, and never shows that it does.</summary>
public abstract class PlanTests(string isolation) : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.cache_bytes", "0"), ("query.max_plans", "4"));
        await _host.IngestAsync("parts", "id,name\n1,bolt\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_new_version_is_read_at_once()
    {
        const string sql = "SELECT count(*), max(name) FROM parts";
        for (var count = 2; count < 20; count++)
        {
            await _host.IngestAsync("parts", "id,name\n" + string.Concat(Enumerable.Range(1, count).Select(i => $"{i},n{i:00}\n")));
            for (var again = 0; again < 3; again++)
            {
                (await _host.RowsAsync(sql)).Should().Be($"[[{count},\"n{count:00}\"]]");
            }
        }
    }

    [Fact]
    public async Task A_dataset_that_is_made_again_with_other_columns_has_them()
    {
        const string sql = "FROM parts ORDER BY 1";
        (await _host.RowsAsync(sql)).Should().Be("[[1,\"bolt\"]]");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/parts")).EnsureSuccessStatusCode();
        (await _host.RefusalAsync(sql)).Code.Should().Be("unknown_dataset");
        await _host.IngestAsync("parts", "size,id,weight\n7,2,0.5\n");
        (await _host.RowsAsync(sql)).Should().Be("[[7,2,0.5]]");
    }

    [Fact]
    public async Task Parameters_may_have_other_values_and_other_types_each_time()
    {
        (object?, string)[] values = [(1, "1"), (2, "2"), ("x", "\"x\""), (null, "null"), (1.5, "1.5"), (new[] { 1, 2 }, "[1,2]"), (3, "3")];
        foreach (var (value, expected) in values)
        {
            var answer = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT $1 AS v, count(*) FROM parts", @params = new[] { value } });
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be($"[[{expected},1]]");
        }

        var missing = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT $1 AS v, count(*) FROM parts" });
        missing.StatusCode.Should().Be(HttpStatusCode.BadRequest, "values of an earlier request must not be there");
    }

    [Fact]
    public async Task A_text_that_failed_fails_again_and_others_go_on()
    {
        const string sql = "SELECT (SELECT name FROM parts WHERE id = $1)::INT";
        for (var again = 0; again < 3; again++)
        {
            var failed = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, @params = new[] { 1 } });
            failed.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            var empty = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, @params = new[] { 9 } });
            (await empty.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be("[[null]]");
        }
    }

    [Fact]
    public async Task What_depends_on_the_time_or_on_chance_is_computed_each_time()
    {
        foreach (var sql in (string[])["SELECT random()", "SELECT uuid()", "SELECT now()", "SELECT current_timestamp", "SELECT random() FROM parts"])
        {
            (await _host.RowsAsync(sql)).Should().NotBe(await _host.RowsAsync(sql), sql);
        }
    }

    [Fact]
    public async Task Formats_cuts_and_versions_do_not_meet_in_one_plan()
    {
        await _host.IngestAsync("parts", "id,name\n1,bolt\n2,nut\n");
        const string sql = "SELECT id FROM parts ORDER BY id";
        for (var again = 0; again < 2; again++)
        {
            (await _host.RowsAsync(sql)).Should().Be("[[1],[2]]");
            (await TextAsync(new { sql, format = "csv" })).Should().Be("id\r\n1\r\n2\r\n");
            (await TextAsync(new { sql, at = new { parts = 1 } })).Should().Contain("\"rows\":[[1]]");
            (await TextAsync(new { sql, max_rows = 1 })).Should().Contain("\"rows\":[[1]]").And.Contain("truncated");
            (await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, format = "arrow" })).StatusCode.Should().Be(HttpStatusCode.OK);
            (await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, format = "parquet" })).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Many_clients_with_few_plans_each_get_their_own_answer()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                var number = (client + i) % 7;
                var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT {number} + id FROM parts WHERE id = 1");
                (await _host.RowsAsync(sql)).Should().Be($"[[{number + 1}]]");
            }
        })));
    }

    [Fact]
    public async Task An_answer_that_was_left_does_not_come_with_the_next()
    {
        const string sql = "SELECT i FROM range(3000000) r(i)";
        for (var again = 0; again < 3; again++)
        {
            using var answer = await _host.Http.GetAsync($"/v1/sql?q={Uri.EscapeDataString(sql)}&format=csv", HttpCompletionOption.ResponseHeadersRead);
            await using var stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[100]);
        }

        (await TextAsync(new { sql, format = "csv", max_rows = 2 })).Should().Be("i\r\n0\r\n1\r\n");
    }

    private async Task<string> TextAsync(object body)
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql", body);
        return await answer.Content.ReadAsStringAsync();
    }
}
