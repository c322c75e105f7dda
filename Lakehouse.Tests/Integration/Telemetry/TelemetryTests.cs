using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Telemetry;

/// <summary>Traces, metrics and logs by OTLP, metrics for Prometheus, and whether the server is ready.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_call_of_a_tool_is_a_tree_of_spans_with_its_session()
    {
        await using var server = await OtlpServer.StartAsync();
        await using var host = await StartAsync(server);
        await host.IngestAsync("t", "a\n1\n2\n");
        const string message = """
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "query", "arguments": {"sql": "SELECT a FROM t WHERE a > 1"}}}
            """;
        var trace = await SendAsync(host, "/mcp", message);
        var spans = await SpansAsync(server, trace, "POST /mcp");

        var (root, tool, query) = (Find(spans, "POST /mcp"), Find(spans, "tools/call query"), Find(spans, "query"));
        tool.Parent.Should().Be(root.Id);
        query.Parent.Should().Be(tool.Id);
        root.Attributes["http.route"].Should().Be("/mcp");
        root.Attributes["http.response.status_code"].Should().Be("200");
        root.Attributes["lakehouse.profile"].Should().Be("administrator");
        tool.Attributes["gen_ai.operation.name"].Should().Be("execute_tool");
        tool.Attributes["gen_ai.tool.name"].Should().Be("query");
        query.Attributes["db.system.name"].Should().Be("duckdb");
        query.Attributes["db.collection.name"].Should().Be("t@1");
        query.Attributes["db.response.returned_rows"].Should().Be("1");
        query.Attributes.Should().NotContainKey("db.query.text");
        foreach (var span in (OtlpSpan[])[root, tool, query])
        {
            span.Attributes["session.id"].Should().Be("session-7");
            span.Attributes["user.id"].Should().Be("ada");
            span.HasFailed.Should().BeFalse();
        }
    }

    [Fact]
    public async Task Embeddings_and_searches_follow_the_conventions_for_generative_AI()
    {
        await using var server = await OtlpServer.StartAsync();
        await using var host = await StartAsync(server, ("embed.provider", "hashing"));
        var embedded = Find(await SpansAsync(server, await SendAsync(host, "/v1/embed", """{"texts": ["one", "two"]}"""), "POST /v1/embed"), "embeddings ");
        embedded.Attributes["gen_ai.operation.name"].Should().Be("embeddings");
        embedded.Attributes["gen_ai.provider.name"].Should().Be("hashing");
        embedded.Attributes["gen_ai.embeddings.dimension.count"].Should().Be("1024");

        var trace = await SendAsync(host, "/v1/search", """{"index": "nothing", "text": "one", "k": 3}""");
        var spans = await SpansAsync(server, trace, "POST /v1/search");
        var search = Find(spans, "retrieval nothing");
        search.Attributes["gen_ai.data_source.id"].Should().Be("nothing");
        search.Attributes["error.type"].Should().Be("index_not_found");
        search.HasFailed.Should().BeTrue();
        var root = Find(spans, "POST /v1/search");
        root.HasFailed.Should().BeFalse("what the client has asked wrongly is no error of the server");
        root.Attributes["lakehouse.error.code"].Should().Be("index_not_found");
    }

    [Fact]
    public async Task Texts_of_statements_are_sent_where_the_configuration_says_so()
    {
        await using var server = await OtlpServer.StartAsync();
        await using var host = await StartAsync(server, ("telemetry.texts", "true"));
        var trace = await SendAsync(host, "/v1/sql", """{"sql": "SELECT nothing"}""");
        var query = Find(await SpansAsync(server, trace, "POST /v1/sql"), "query");
        query.Attributes["db.query.text"].Should().Be("SELECT nothing");
        query.Attributes["error.type"].Should().Be("sql_error");
        query.HasFailed.Should().BeTrue();
    }

    [Fact]
    public async Task Metrics_and_logs_are_sent_with_the_headers_of_the_configuration()
    {
        await using var server = await OtlpServer.StartAsync();
        await using var host = await StartAsync(
            server, ("telemetry.secret_headers", "Authorization=Basic c2VjcmV0"), ("telemetry.metrics_every", "100ms"), ("query.slow_after", "1ms"),
            ("log.level", "warning"));
        await host.SqlAsync("SELECT count(*) FROM range(10000000)");

        // Each comes when it comes: other messages, and metrics before the request, may have been sent already.
        await Until.HoldsAsync(() => Records("/v1/logs").SelectMany(l => l.Messages(5)).Any(b => b.Text(1).StartsWith("The query ", StringComparison.Ordinal)));
        await Until.HoldsAsync(() => ((string[])["lakehouse.requests", "http.server.request.duration", "lakehouse.datasets"])
            .All(Records("/v1/metrics").Select(m => m.Text(1)).ToHashSet().Contains));
        server.Taken("/v1/logs").Concat(server.Taken("/v1/metrics")).Should().OnlyContain(t => t.Authorization == "Basic c2VjcmV0");

        IEnumerable<ProtobufMessage> Records(string path) =>
            server.Taken(path).SelectMany(t => t.Message.Messages(1)).SelectMany(r => r.Messages(2)).SelectMany(s => s.Messages(2));
    }

    [Fact]
    public async Task What_waits_is_sent_at_a_stop()
    {
        await using var server = await OtlpServer.StartAsync();
        string trace;
        await using (var host = await LakehouseHost.StartAsync(("telemetry.endpoint", server.Address), ("telemetry.batch_every", "1h")))
        {
            trace = await SendAsync(host, "/v1/sql", """{"sql": "SELECT 42"}""");
            server.Spans(trace).Should().BeEmpty();
        }

        // The host of a test is disposed of by the thread that runs it, perhaps a moment later.
        Find(await SpansAsync(server, trace, "POST /v1/sql"), "POST /v1/sql").Attributes["http.route"].Should().Be("/v1/sql");
    }

    [Fact]
    public async Task A_server_that_is_away_holds_nothing_up()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("telemetry.endpoint", "http://127.0.0.1:9"), ("telemetry.batch_every", "10ms"), ("telemetry.metrics_every", "100ms"), ("telemetry.timeout", "1s"));
        for (var i = 0; i < 20; i++)
        {
            (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]");
        }
    }

    [Fact]
    public async Task Prometheus_reads_the_metrics_with_an_administrators_token()
    {
        await using var world = await ProfileWorld.MakeAsync();
        (await ProfileWorld.SqlAsync(world.Clerk, "FROM nothing")).Status.Should().Be(400);
        (await world.Clerk.GetAsync("/metrics")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        using var anonymous = new HttpClient { BaseAddress = world.Host.Http.BaseAddress };
        (await anonymous.GetAsync("/metrics")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        var lines = (await world.Admin.GetStringAsync("/metrics")).Split('\n');
        lines.Should().Contain(l => l.StartsWith("lakehouse_datasets", StringComparison.Ordinal));
        lines.Should().Contain(l => l.StartsWith("lakehouse_requests_total{", StringComparison.Ordinal)
            && l.Contains("lakehouse_profile=\"clerk\"", StringComparison.Ordinal) && l.Contains("error_type=\"unknown_dataset\"", StringComparison.Ordinal));
        lines.Should().Contain(l => l.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)
            && l.Contains("http_route=\"/v1/sql/\"", StringComparison.Ordinal));
        lines.Should().Contain(l => l.StartsWith("dotnet_", StringComparison.Ordinal));
        lines.Should().NotContain(l => l.Contains("FROM nothing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_can_be_switched_off()
    {
        await using var host = await LakehouseHost.StartAsync(("telemetry.prometheus", "false"));
        (await host.Http.GetAsync("/metrics")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Ready_says_whether_the_store_and_the_engine_answer()
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"), ("telemetry.ready_for", "0s"));
        (await ReadyAsync(host)).Should().Be((200, """{"status":"ready","store":"ok","engine":"ok"}"""));

        Directory.Move(host.DataDirectory, host.DataDirectory + "-away");
        (await ReadyAsync(host)).Should().Be((503, """{"status":"not_ready","store":"folder_missing","engine":"ok"}"""));
        Directory.Move(host.DataDirectory + "-away", host.DataDirectory);
        (await ReadyAsync(host)).Should().Be((200, """{"status":"ready","store":"ok","engine":"ok"}"""));
    }

    [S3Fact]
    public async Task Ready_asks_a_bucket_in_S3()
    {
        await using var host = await LakehouseHost.StartAsync(S3Server.SettingsOf(await S3Server.CreateBucketAsync()));
        (await ReadyAsync(host)).Should().Be((200, """{"status":"ready","store":"ok","engine":"ok"}"""));
    }

    [S3Fact]
    public async Task Requests_to_a_bucket_are_counted()
    {
        await using var host = await LakehouseHost.StartAsync(S3Server.SettingsOf(await S3Server.CreateBucketAsync()));
        await host.IngestAsync("t", "a\n1\n");
        var lines = (await host.Http.GetStringAsync("/metrics")).Split('\n');
        lines.Should().Contain(l => l.StartsWith("http_client_request_duration_seconds_count{", StringComparison.Ordinal)
            && l.Contains("http_request_method=\"PUT\"", StringComparison.Ordinal)
            && l.Contains($"server_port=\"{new Uri(S3Server.Url!).Port}\"", StringComparison.Ordinal));
        lines.Should().NotContain(l => l.StartsWith("http_client_", StringComparison.Ordinal) && !l.Contains("request_duration", StringComparison.Ordinal));
    }

    private static Task<LakehouseHost> StartAsync(OtlpServer server, params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([("telemetry.endpoint", server.Address), ("telemetry.batch_every", "20ms"), .. settings]);

    /// <summary>Sends a request that begins a trace. Returns its id.</summary>
    private static async Task<string> SendAsync(LakehouseHost host, string path, string body)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        request.Headers.Add("X-Session-Id", "session-7");
        request.Headers.Add("X-User-Id", "ada");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        using var answer = await host.Http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return trace;
    }

    /// <summary>The spans of a trace when its root has come.</summary>
    private static async Task<IReadOnlyList<OtlpSpan>> SpansAsync(OtlpServer server, string trace, string root)
    {
        await Until.HoldsAsync(() => server.Spans(trace).Any(s => s.Name == root));
        return server.Spans(trace);
    }

    private static OtlpSpan Find(IReadOnlyList<OtlpSpan> spans, string name) =>
        spans.Should().ContainSingle(s => s.Name == name || (name.EndsWith(' ') && s.Name.StartsWith(name, StringComparison.Ordinal))).Which;

    private static async Task<(int Status, string Body)> ReadyAsync(LakehouseHost host)
    {
        using var answer = await host.Http.GetAsync("/ready");
        return ((int)answer.StatusCode, JsonSerializer.Serialize(await answer.Content.ReadFromJsonAsync<JsonElement>()));
    }
}
