using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Audit;

/// <summary>Each request is a row of <c>lakehouse.audit</c>, for administrators alone.</summary>
public sealed class AuditTests
{
    private static readonly (string Key, string Value)[] On = [("audit.enabled", "true"), ("audit.flush_every", "1h")];

    [Fact]
    public async Task A_request_becomes_a_row_with_what_each_module_knows_of_it()
    {
        await using var host = await LakehouseHost.StartAsync([.. On, ("embed.provider", "hashing")]);
        await host.IngestAsync("t", "a,b\n1,x\n2,y\n");
        using var sent = new HttpRequestMessage(HttpMethod.Post, "/v1/sql")
        {
            Content = JsonContent.Create(new { sql = "SELECT * FROM t WHERE a > ?", @params = new object[] { 1 } }),
        };
        sent.Headers.Add("X-User-Id", "ada");
        sent.Headers.Add("X-Session-Id", "session-1");
        sent.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await host.Http.SendAsync(sent);
        var size = (await answer.Content.ReadAsByteArrayAsync()).Length;
        await host.SqlAsync("SELECT * FROM nope");
        await host.Http.GetAsync("/v1/nothing");
        await host.Http.PostAsJsonAsync("/v1/embed", new { texts = new[] { "one", "two" } });
        await host.Http.GetAsync("/health");

        (await RowsAsync(host, "method, route, path, status, code, rows, written", "method = 'POST' AND path = '/v1/ingest'")).Should().Be(
            """[["POST","/v1/ingest","/v1/ingest",200,null,2,["t@1"]]]""");
        const string columns = "profile, user_id, session_id, client, route, status, sql, parameters, datasets, rows, trace_id";
        (await RowsAsync(host, columns, "user_id = 'ada'")).Should().Be(
            """[["administrator","ada","session-1","127.0.0.1","/v1/sql",200,"SELECT * FROM t WHERE a > ?",["integer"],["t@1"],1,"""
            + "\"0af7651916cd43dd8448eb211c80319c\"]]");
        (await RowsAsync(host, "bytes_out, bytes_in > 40, engine_ms > 0, duration_ms >= engine_ms", "user_id = 'ada'")).Should().Be(
            $"[[{size},true,true,true]]");
        (await RowsAsync(host, "status, code, datasets", "sql = 'SELECT * FROM nope'")).Should().Be("""[[400,"unknown_dataset",[]]]""");
        (await RowsAsync(host, "status, code, route", "path = '/v1/nothing'")).Should().Be("""[[404,"no_such_path",null]]""");
        (await RowsAsync(host, "model, texts", "route = '/v1/embed'")).Should().Be("""[["lexical-hashing-1024",2]]""");
        (await RowsAsync(host, "count(*)", "path = '/health'")).Should().Be("[[0]]");
    }

    [Fact]
    public async Task A_change_of_rows_names_its_dataset_alone()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        await host.IngestAsync("t", "a,b\n1,x\n2,y\n");
        (await host.IngestAsync("t", "a,b\n2,z\n", "&mode=upsert&key=a")).Status.Should().Be(HttpStatusCode.OK);
        using var delete = await host.Http.DeleteAsync("/v1/catalog/dataset/t/rows?where=a%3D1");
        delete.StatusCode.Should().Be(HttpStatusCode.OK);

        (await RowsAsync(host, "count(*)", "list_filter(datasets, lambda d: d LIKE '%@0%') != []")).Should().Be("[[0]]");
        (await RowsAsync(host, "written", "method = 'DELETE'")).Should().Be("""[[["t@3"]]]""");
    }

    [Fact]
    public async Task A_job_that_nobody_waits_for_has_a_row_of_its_own_when_it_ends()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        await RunJobAsync("a\n1\n2\n");
        await RunJobAsync("other\n1\n");

        (await RowsAsync(host, "status, written", "method = 'POST' AND path = '/v1/ingest' ORDER BY time")).Should().Be("[[202,[]],[202,[]]]");
        (await RowsAsync(host, "profile, client, route, status, code, \"rows\", written", "method = 'JOB' ORDER BY time")).Should().Be(
            """[["administrator","127.0.0.1","/v1/ingest/jobs/{id}",200,null,2,["t@1"]],"""
            + """["administrator","127.0.0.1","/v1/ingest/jobs/{id}",409,"schema_conflict",0,[]]]""");

        async Task RunJobAsync(string csv)
        {
            using var sent = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest?name=t") { Content = new StringContent(csv) };
            sent.Headers.Add("Prefer", "respond-async");
            using var answer = await host.Http.SendAsync(sent);
            answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
            await Until.HoldsAsync(
                async () => (await host.Http.GetFromJsonAsync<JsonElement>(answer.Headers.Location)).GetProperty("state").GetString() != "running");
        }
    }

    [Fact]
    public async Task A_problem_names_the_row_of_its_request()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        var (_, problem) = await host.SqlAsync("SELECT 1 +");
        var trace = problem.GetProperty("trace_id").GetString();

        (await RowsAsync(host, "code", $"trace_id = '{trace}'")).Should().Be("""[["sql_error"]]""");
    }

    [Fact]
    public async Task It_is_an_empty_table_before_the_first_row_and_no_dataset_that_clients_can_name()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        (await host.RowsAsync("SELECT count(*), count(time) FROM lakehouse.audit")).Should().Be("[[0,0]]");
        await FlushAsync(host);

        (await host.RowsAsync("SELECT count(*) > 0 FROM LAKEHOUSE.Audit")).Should().Be("[[true]]");
        (await host.RowsAsync("SHOW TABLES")).Should().Be("[]");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
        (await host.RefusalAsync("FROM \"__audit\"")).Code.Should().Be("sql_forbidden");
        (await host.RefusalAsync("FROM \"__audit@1\"")).Code.Should().Be("sql_forbidden");
        (await host.IngestAsync("__audit", "a\n1\n")).Body.GetProperty("code").GetString().Should().Be("invalid_name");
        foreach (var name in (string[])["lakehouse.audit", "Lakehouse.x"])
        {
            (await host.IngestAsync(name, "a\n1\n")).Body.GetProperty("code").GetString().Should().Be("invalid_name");
        }

        using var view = await host.Http.PutAsJsonAsync("/v1/catalog/view/lakehouse.v", new { sql = "SELECT 1" });
        view.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var drop = await host.Http.DeleteAsync("/v1/catalog/dataset/__audit");
        drop.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_administrators_read_it()
    {
        await using var world = await ProfileWorld.MakeAsync(On);
        await FlushAsync(world.Host);
        await ProfileWorld.PutAsync(world.Admin, "/v1/catalog/view/v_audit", new { sql = "SELECT sql FROM lakehouse.audit" });
        (await world.Host.RowsAsync("SELECT count(*) > 0 FROM v_audit")).Should().Be("[[true]]");

        foreach (var sql in (string[])["SELECT count(*) FROM lakehouse.audit", "FROM v_audit", "FROM \"v_audit@1\"", "FROM \"__audit\""])
        {
            var (status, body) = await ProfileWorld.SqlAsync(world.Clerk, sql);
            status.Should().BeOneOf([400, 403], "{0} gave {1}", sql, body);
            body.Should().NotContain("ADMINQUERY");
        }

        (await ProfileWorld.SendAsync(world.Clerk, "GET", "/v1/audit/summary")).Status.Should().Be(403);
        (await ProfileWorld.SendAsync(world.Clerk, "POST", "/v1/audit/flush")).Status.Should().Be(403);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/chief", new { actions = new[] { "admin" }, datasets = new[] { "*" } });
        using var chief = await ProfileWorld.ClientAsync(world.Host, "chief");
        (await ProfileWorld.SqlAsync(chief, "SELECT count(*) FROM lakehouse.audit")).Status.Should().Be(200);
    }

    [Fact]
    public async Task Refused_callers_have_rows_too()
    {
        await using var host = await LakehouseHost.StartAsync([.. On, ("auth.token", "secret")]);
        await host.Http.GetAsync("/v1/catalog/list");
        await host.Http.GetAsync("/metrics");
        await host.Http.GetAsync("/health");
        host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");

        (await RowsAsync(host, "profile, status, code", "route = '/v1/catalog/list'")).Should().Be("""[[null,401,"token_required"]]""");
        (await RowsAsync(host, "status, code", "path = '/metrics'")).Should().Be("""[[401,"token_required"]]""");
        (await RowsAsync(host, "count(*)", "path = '/health'")).Should().Be("[[0]]");
    }

    [Fact]
    public async Task An_answer_that_its_client_cuts_off_has_a_code()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        using (var sent = new HttpRequestMessage(HttpMethod.Post, "/v1/sql") { Content = JsonContent.Create(new { sql = "SELECT * FROM range(50000000)" }) })
        {
            using var answer = await host.Http.SendAsync(sent, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1000]);
        }

        await Until.HoldsAsync(async () => await RowsAsync(host, "count(*)", "sql LIKE '%50000000)' AND status = 200") == "[[1]]");
        (await RowsAsync(host, "code IN ('client_gone', 'query_cancelled')", "sql LIKE '%50000000)' AND status = 200")).Should().Be("[[true]]");
    }

    [Theory]
    [InlineData("hash", "sha256:002286f7369ec82b7ac8b0a5614dbd0269f166f3fd472836e66f3424ec0f203a")]
    [InlineData("off", null)]
    public async Task The_texts_of_statements_can_be_left_out(string texts, string? expected)
    {
        await using var host = await LakehouseHost.StartAsync([.. On, ("audit.texts", texts)]);
        await host.SqlAsync("SELECT 42");
        await FlushAsync(host);

        var stored = JsonElement.Parse(await host.RowsAsync("SELECT sql, query_id IS NOT NULL FROM lakehouse.audit WHERE route = '/v1/sql' AND \"rows\" = 1"));
        stored[0][0].GetString().Should().Be(expected);
        stored[0][1].GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Odd_and_long_texts_are_kept_as_they_are()
    {
        await using var host = await LakehouseHost.StartAsync(On);
        string[] odd = ["SELECT 'a\nb\t\"c\\'", "SELECT 'é 🙂'", "SELECT '" + new string('x', 60_000) + "'", "SELECT 1 -- \u0001 \u007f \u2028"];
        foreach (var sql in odd)
        {
            await host.SqlAsync(sql);
        }

        await host.SqlAsync("SELECT 1 -- \0 nul");
        await host.Http.GetAsync("/v1/%0A%22odd");
        await FlushAsync(host);

        foreach (var sql in odd)
        {
            (await host.RowsAsync($"SELECT count(*) FROM lakehouse.audit WHERE sql = {DuckDb.DuckDbSql.Literal(sql)}")).Should().Be("[[1]]");
        }

        (await host.RowsAsync("SELECT count(*) FROM lakehouse.audit WHERE sql LIKE '%nul' OR path LIKE '%odd'")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task A_stop_writes_what_waits_and_the_next_start_adds_to_it()
    {
        using var folder = new TemporaryFolder();
        for (var start = 1; start <= 2; start++)
        {
            await using var host = await LakehouseHost.StartInAsync(folder.Path, On);
            await host.SqlAsync("SELECT 42");
        }

        await using var last = await LakehouseHost.StartInAsync(folder.Path, On);
        (await last.RowsAsync("SELECT count(*), count(DISTINCT trace_id) FROM lakehouse.audit WHERE sql = 'SELECT 42'")).Should().Be("[[2,2]]");
    }

    [Fact]
    public async Task Rows_past_their_retention_are_removed()
    {
        using var folder = new TemporaryFolder();
        var time = new ShiftedTime(TimeSpan.FromDays(-8));
        await using (var before = await LakehouseHost.StartInAsync(folder.Path, time, On))
        {
            await before.SqlAsync("SELECT 'old'");
        }

        await using var host = await LakehouseHost.StartInAsync(folder.Path, [.. On, ("audit.retention", "7d"), ("audit.retain_every", "100ms")]);
        await host.SqlAsync("SELECT 'new'");
        await FlushAsync(host);

        await Until.HoldsAsync(async () => await host.RowsAsync("SELECT count(*) FROM lakehouse.audit WHERE sql = 'SELECT ''old'''") == "[[0]]");
        (await host.RowsAsync("SELECT count(*) FROM lakehouse.audit WHERE sql = 'SELECT ''new'''")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_summary_tells_counts_errors_and_times_by_what_made_them()
    {
        await using var world = await ProfileWorld.MakeAsync(On);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/bounded", new
        {
            actions = new[] { "read" },
            datasets = new[] { "open" },
            budgets = new { rows_per_day = 1000 },
        });
        using var bounded = await ProfileWorld.ClientAsync(world.Host, "bounded");
        for (var i = 0; i < 3; i++)
        {
            (await ProfileWorld.SqlAsync(bounded, "FROM open")).Status.Should().Be(200);
        }

        (await ProfileWorld.SqlAsync(bounded, "FROM secret")).Status.Should().Be(400);
        var summary = await world.Admin.GetFromJsonAsync<JsonElement>("/v1/audit/summary?since=1h&by=profile,route,dataset");

        var profile = Find(summary, "profile", "bounded");
        (profile.GetProperty("requests").GetInt32(), profile.GetProperty("errors").GetInt32()).Should().Be((4, 1));
        profile.GetProperty("rows").GetInt32().Should().Be(6);
        profile.GetProperty("p50_ms").GetDouble().Should().BeLessThanOrEqualTo(profile.GetProperty("p99_ms").GetDouble());
        Find(summary, "dataset", "open").GetProperty("requests").GetInt32().Should().Be(4, "three reads and the ingest");
        Find(summary, "route", "POST /v1/ingest").GetProperty("requests").GetInt32().Should().Be(3);
        var budget = summary.GetProperty("budgets").EnumerateArray().Single(b => b.GetProperty("profile").GetString() == "bounded");
        (budget.GetProperty("used").GetInt32(), budget.GetProperty("limit").GetInt32()).Should().Be((6, 1000));
        using var wrong = await world.Admin.GetAsync("/v1/audit/summary?by=colour");
        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await wrong.Content.ReadAsStringAsync()).Should().Contain("profile, route, dataset");
    }

    private static JsonElement Find(JsonElement summary, string key, string name) =>
        summary.GetProperty("by_" + key).EnumerateArray().Single(g => g.GetProperty(key).GetString() == name);

    private static async Task FlushAsync(LakehouseHost host)
    {
        using var answer = await host.Http.PostAsync("/v1/audit/flush", null);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    private static async Task<string> RowsAsync(LakehouseHost host, string columns, string condition)
    {
        await FlushAsync(host);
        return await host.RowsAsync($"SELECT {columns} FROM lakehouse.audit WHERE {condition}");
    }
}
