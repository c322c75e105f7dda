using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>The Model Context Protocol as the built program speaks it, to the official TypeScript client and to clients without a session.</summary>
public sealed class McpTests : IDisposable
{
    private const string People = "id,name,city,about\n1,Ada,Oslo,welds steel frames\n2,Ben,Bergen,drives a forklift\n3,Cy,Oslo,paints doors and walls\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [McpFact]
    public async Task An_agent_lists_describes_queries_and_searches_over_HTTP()
    {
        await using var server = await StartAsync("--auth.token", "secret");
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!, "secret");
        client.Hello.GetProperty("session").GetString().Should().NotBeNullOrEmpty();
        await ExploreAsync(client);
    }

    [McpFact]
    public async Task An_agent_does_the_same_over_the_input_and_output_of_a_program_that_opens_the_lake()
    {
        await using (await StartAsync())
        {
            // It has made the data.
        }

        await using var client = await McpClient.StartAsync("--storage.data_dir", _folder.File("data"));
        await ExploreAsync(client);
    }

    [McpFact]
    public async Task An_agent_with_a_profile_sees_its_part_and_its_tools()
    {
        await using var server = await StartAsync("--auth.token", "secret", "--mcp.write", "true");
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using var put = await server.Http.PutAsJsonAsync("/v1/profiles/agent", new
        {
            actions = new[] { "read" },
            datasets = new[] { "people" },
            guards = new { people = new { columns = new { name = "hash" }, rows = "city = 'Oslo'" } },
        });
        put.StatusCode.Should().Be(HttpStatusCode.OK, await put.Content.ReadAsStringAsync());
        using var made = await server.Http.PostAsync("/v1/profiles/agent/tokens", null);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!, token);
        var tools = (await client.AskAsync(new { op = "listTools" })).GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString());
        tools.Should().BeEquivalentTo("list_datasets", "describe_dataset", "query");
        var described = await client.CallAsync("describe_dataset", new { name = "people" });
        described.GetProperty("rows").ValueKind.Should().Be(JsonValueKind.Null);
        described.GetProperty("history").GetArrayLength().Should().Be(0);
        var rows = await client.CallAsync("query", new { sql = "SELECT DISTINCT city, length(name) FROM people" });
        rows.GetProperty("rows").GetRawText().Should().Be("[[\"Oslo\",32]]");
        (await client.FailAsync("ingest", new { name = "x", content = "a\n1\n" })).Should().StartWith("not_allowed");
        (await client.FailAsync("search", new { index = "people_texts", text = "x" })).Should().StartWith("not_allowed");
        (await client.FailAsync("describe_dataset", new { name = "nothing" })).Should().StartWith("dataset_not_found");
    }

    [McpFact]
    public async Task An_agent_does_the_same_over_a_program_that_speaks_to_a_server()
    {
        await using var server = await StartAsync("--auth.token", "secret");
        await using var client = await McpClient.StartAsync("--url", server.Http.BaseAddress!.ToString(), "--auth.token", "secret");
        await ExploreAsync(client);
    }

    [McpFact]
    public async Task What_is_wrong_with_a_call_is_told_with_what_would_be_right()
    {
        await using var server = await StartAsync();
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!);
        (await client.FailAsync("describe_dataset", new { name = "peple" })).Should().StartWith("dataset_not_found").And.Contain("'people'");
        (await client.FailAsync("query", new { sql = "SELECT * FROM peple" })).Should().StartWith("unknown_dataset").And.Contain("people")
            .And.Contain("list_datasets");
        (await client.FailAsync("query", new { sql = "SELECT cty FROM people" })).Should().StartWith("sql_error").And.Contain("city")
            .And.Contain("describe_dataset");
        (await client.FailAsync("query", new { sqll = "SELECT 1" })).Should().StartWith("invalid_request").And.Contain("\"sqll\"");
        (await client.FailAsync("query", new { sql = "SELECT 1", limits = 3 })).Should().Contain("the nearest is 'limit'");
        (await client.FailAsync("query", new { sql = "COPY people TO 'x.csv'" })).Should().StartWith("sql_forbidden");
        (await client.FailAsync("search", new { index = "peopl", text = "x" })).Should().StartWith("index_not_found").And.Contain("list_indexes");
        (await client.FailAsync("queri", new { sql = "SELECT 1" })).Should().StartWith("tool_not_found").And.Contain("'query'");
        (await client.FailAsync("drop", new { name = "people", confirm = "people" })).Should().StartWith("tool_off").And.Contain("mcp.delete");
        (await client.FailAsync("ingest", new { name = "x", content = "a\n1\n" })).Should().StartWith("tool_off").And.Contain("mcp.write");
        (await client.TryAskAsync(new { op = "readResource", uri = "lakehouse://datasets/peple" })).GetProperty("error").GetString()
            .Should().Contain("'people'");
        (await client.TryAskAsync(new { op = "getPrompt", name = "explore_dataset", args = new { } })).GetProperty("error").GetString()
            .Should().Contain("'name'");
    }

    [McpFact]
    public async Task Answers_are_cut_to_what_a_model_can_read_and_say_so()
    {
        await using var server = await StartAsync("--mcp.max_answer_bytes", "4KiB", "--mcp.max_text_chars", "20", "--mcp.max_rows", "100");
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!);
        var some = await client.CallAsync("query", new { sql = "SELECT range AS n FROM range(1000)", limit = 3 });
        (some.GetProperty("row_count").GetInt32(), some.GetProperty("truncated").GetBoolean()).Should().Be((3, true));
        some.GetProperty("notes")[0].GetString().Should().Contain("more than these 3 rows").And.Contain("100");
        var all = await client.CallAsync("query", new { sql = "SELECT range AS n FROM range(50)" });
        (all.GetProperty("row_count").GetInt32(), all.GetProperty("truncated").GetBoolean()).Should().Be((50, false));
        all.GetProperty("notes").GetArrayLength().Should().Be(0);
        var none = await client.CallAsync("query", new { sql = "SELECT 1 AS n WHERE false" });
        (none.GetProperty("row_count").GetInt32(), none.GetProperty("columns")[0].GetProperty("name").GetString()).Should().Be((0, "n"));
        var wide = await client.CallAsync("query", new { sql = "SELECT repeat('x', 19) AS a, a AS b, a AS c, range FROM range(1000000)", limit = 100_000 });
        wide.GetProperty("truncated").GetBoolean().Should().BeTrue();
        wide.GetProperty("notes")[0].GetString().Should().Contain("4096 bytes");
        wide.GetRawText().Length.Should().BeLessThan(10_000);
        wide.GetProperty("row_count").GetInt32().Should().BeInRange(30, 99);
        var values = await client.CallAsync("query", new { sql = "SELECT repeat('x', 100) AS a, 9007199254740993 AS b, 1.5 AS c, [1, 2] AS d, NULL AS e" });
        values.GetProperty("rows")[0].GetRawText().Should().Be("[\"xxxxxxxxxxxxxxxxxxxx... (100 characters in all)\",\"9007199254740993\",1.5,[1,2],null]");
        (await client.FailAsync("embed", new { texts = new[] { "a", "b", "c", "d", "e", "f", "g", "h" } })).Should().StartWith("answer_too_large");
    }

    [McpFact]
    public async Task A_call_tells_its_progress_and_can_be_cancelled()
    {
        await using var server = await StartAsync();
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!);
        const string slow = "SELECT count(*) AS n FROM range(10000000) a, range(1000) b WHERE hash(a.range * b.range) % 7 = 3";
        var cancelled = await client.TryAskAsync(
            new { op = "callTool", name = "query", args = new { sql = slow }, cancelAfterMs = 3_000, hasProgress = true });
        cancelled.GetProperty("error").GetString().Should().Contain("enough");
        await Until.HoldsAsync(async () => await server.RowsAsync("SELECT count(*) FROM lakehouse.queries WHERE state = 'abandoned'") == "[[1]]");

        var done = await client.AskAsync(new { op = "callTool", name = "query", args = new { sql = slow, timeout_ms = 2_500 }, hasProgress = true });
        done.GetProperty("content")[0].GetProperty("text").GetString().Should().StartWith("query_timeout");
        var progress = done.GetProperty("progress").EnumerateArray().Select(p => p.GetProperty("progress").GetDouble()).ToList();
        progress.Should().NotBeEmpty().And.BeInAscendingOrder();
        done.GetProperty("progress")[0].GetProperty("message").GetString().Should().StartWith("running for");
    }

    [McpFact]
    public async Task With_the_switches_an_agent_changes_the_lake()
    {
        await using var server = await StartAsync("--mcp.write", "true", "--mcp.delete", "true");
        await using var client = await McpClient.OpenAsync(server.Http.BaseAddress!);
        var tools = (await client.AskAsync(new { op = "listTools" })).GetProperty("tools").EnumerateArray().ToDictionary(
            t => t.GetProperty("name").GetString()!, t => t.GetProperty("annotations"));
        tools["ingest"].GetProperty("readOnlyHint").GetBoolean().Should().BeFalse();
        tools["drop"].GetProperty("destructiveHint").GetBoolean().Should().BeTrue();

        var comma = new Dictionary<string, string> { ["decimal"] = "," };
        var ingested = await client.CallAsync("ingest", new { name = "t", content = "id;v\n1;2,5\n", options = comma });
        ingested.GetProperty("columns")[1].GetProperty("type").GetString().Should().Be("DOUBLE");
        (await client.FailAsync("ingest", new { name = "t", content = "id\n1\n", options = new { delimeter = ";" } })).Should().Contain("'delimiter'");
        (await client.FailAsync("ingest", new { name = "t", content = "id,w\n1,2\n" })).Should().StartWith("schema_conflict").And.Contain("evolve=true");
        var rows = new[] { new { id = 1, v = 7.5 }, new { id = 2, v = 8.5 } };
        var upserted = await client.CallAsync("upsert", new { name = "t", key = new[] { "id" }, rows });
        (upserted.GetProperty("row_count").GetInt64(), upserted.GetProperty("replaced_rows").GetInt64()).Should().Be((2, 1));
        await client.CallAsync("create_view", new { name = "big", sql = "FROM t WHERE v > 8" });
        (await server.RowsAsync("FROM big")).Should().Be("[[2,8.5]]");
        (await client.CallAsync("delete", new { name = "t", where = "v > ?", @params = new[] { 8 } })).GetProperty("removed_rows").GetInt64().Should().Be(1);
        (await client.FailAsync("drop", new { name = "big", confirm = "t" })).Should().Contain("\"big\"");
        await client.CallAsync("drop", new { name = "big", confirm = "big" });
        await client.CallAsync("drop", new { name = "t", confirm = "t" });
        (await client.CallAsync("list_datasets", new { })).GetProperty("count").GetInt32().Should().Be(1, "people is left");
    }

    [Fact]
    public async Task A_client_without_a_session_is_answered_and_one_without_the_token_or_from_a_page_is_not()
    {
        await using var server = await StartAsync("--auth.token", "secret", "--mcp.max_sessions", "2");
        const string list = """{"jsonrpc":"2.0","id":7,"method":"tools/list"}""";
        var (status, _, answer) = await PostAsync(server, list);
        status.Should().Be(HttpStatusCode.OK, answer);
        var message = JsonDocument.Parse(answer.Split('\n').Single(l => l.StartsWith("data:", StringComparison.Ordinal))[5..]).RootElement;
        message.GetProperty("id").GetInt32().Should().Be(7);
        message.GetProperty("result").GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("name").GetString()).Should().Contain("query");
        const string call =
            """{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"query","arguments":{"sql":"SELECT count(*) AS n FROM people"}}}""";
        (await PostAsync(server, call)).Body.Should().Contain("\"rows\":[[3]]");

        (await PostAsync(server, list, token: null)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await PostAsync(server, list, origin: "http://evil.example")).Status.Should().Be(HttpStatusCode.Forbidden);
        (await PostAsync(server, list, accept: "application/json")).Status.Should().Be(HttpStatusCode.NotAcceptable);
        (await PostAsync(server, list, session: "nobody")).Status.Should().Be(HttpStatusCode.NotFound);
        (await PostAsync(server, "[1]")).Status.Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync(server, """{"a":1}""")).Status.Should().Be(HttpStatusCode.BadRequest);
        (await server.Http.GetAsync("/mcp")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        // The session that was idle for longest makes room.
        const string hello = """
            {"jsonrpc":"2.0","id":1,"method":"initialize",
             "params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
            """;
        var sessions = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            sessions.Add((await PostAsync(server, hello)).Session!);
        }

        (await PostAsync(server, list, session: sessions[0])).Status.Should().Be(HttpStatusCode.NotFound);
        (await PostAsync(server, list, session: sessions[2])).Body.Should().Contain("list_datasets");
        const string initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";
        (await PostAsync(server, initialized, session: sessions[2])).Status.Should().Be(HttpStatusCode.Accepted);
        using var end = new HttpRequestMessage(HttpMethod.Delete, "/mcp");
        end.Headers.Add("Mcp-Session-Id", sessions[2]);
        end.Headers.Authorization = new("Bearer", "secret");
        (await server.Http.SendAsync(end)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await PostAsync(server, list, session: sessions[2])).Status.Should().Be(HttpStatusCode.NotFound);
    }

    /// <summary>What an agent that has never seen the lake does.</summary>
    private static async Task ExploreAsync(McpClient client)
    {
        client.Hello.GetProperty("server").GetProperty("name").GetString().Should().Be("lakehouse");
        client.Hello.GetProperty("instructions").GetString().Should().Contain("list_datasets");
        var tools = (await client.AskAsync(new { op = "listTools" })).GetProperty("tools").EnumerateArray().ToList();
        tools.Select(t => t.GetProperty("name").GetString())
            .Should().Equal("list_datasets", "describe_dataset", "query", "search", "list_indexes", "embed", "recall", "remember");
        foreach (var tool in tools)
        {
            tool.GetProperty("description").GetString()!.Length.Should().BeGreaterThan(100);
            tool.GetProperty("inputSchema").GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
            tool.GetProperty("outputSchema").GetProperty("properties").EnumerateObject().Should().NotBeEmpty();
            tool.GetProperty("annotations").GetProperty("readOnlyHint").GetBoolean().Should().Be(
                tool.GetProperty("name").GetString() != "remember", "nothing else is on");
        }

        var list = await client.CallAsync("list_datasets", new { filter = "peo*" });
        list.GetProperty("datasets")[0].GetProperty("rows").GetInt64().Should().Be(3);
        (await client.CallAsync("list_datasets", new { filter = "peolpe" })).GetProperty("notes")[0].GetString().Should().Contain("'people'");
        var described = await client.CallAsync("describe_dataset", new { name = "PEOPLE", sample_rows = 1 });
        described.GetProperty("columns")[0].GetRawText().Should().Be("""{"name":"id","type":"BIGINT","min":"1","max":"3","null_count":0}""");
        described.GetProperty("sample").GetProperty("rows").GetArrayLength().Should().Be(1);
        described.GetProperty("indexes")[0].GetString().Should().Be("crew");
        const string cities = "SELECT city, count(*) AS n FROM people WHERE id < $1 GROUP BY city ORDER BY city";
        var answer = await client.CallAsync("query", new { sql = cities, @params = new[] { 4 } });
        answer.GetProperty("rows").GetRawText().Should().Be("""[["Bergen",1],["Oslo",2]]""");
        answer.GetProperty("datasets")[0].GetRawText().Should().Be("""{"name":"people","version":2}""");
        (await client.CallAsync("query", new { sql = "SELECT count(*) FROM people", at = new { people = 1 } })).GetProperty("rows").GetRawText()
            .Should().Be("[[1]]");
        (await client.CallAsync("list_indexes", new { })).GetProperty("indexes")[0].GetProperty("dataset").GetString().Should().Be("people");
        var found = await client.CallAsync("search", new { index = "crew", text = "forklift", k = 1, columns = new[] { "name" }, where = "city <> 'Oslo'" });
        found.GetProperty("results")[0].GetProperty("columns").GetProperty("name").GetString().Should().Be("Ben");
        found.GetProperty("dataset").GetProperty("version").GetInt64().Should().Be(2);
        (await client.CallAsync("embed", new { texts = new[] { "steel" } })).GetProperty("vectors")[0].GetArrayLength().Should().BeGreaterThan(10);

        var resources = (await client.AskAsync(new { op = "listResources" })).GetProperty("resources");
        resources[0].GetProperty("uri").GetString().Should().Be("lakehouse://datasets/people");
        var read = await client.AskAsync(new { op = "readResource", uri = "lakehouse://datasets/people" });
        read.GetProperty("contents")[0].GetProperty("text").GetString().Should().Contain("\"Ada\"");
        (await client.AskAsync(new { op = "listResourceTemplates" })).GetProperty("resourceTemplates").GetArrayLength().Should().Be(1);
        (await client.AskAsync(new { op = "listPrompts" })).GetProperty("prompts").GetArrayLength().Should().Be(2);
        var prompt = await client.AskAsync(new { op = "getPrompt", name = "explore_dataset", args = new { name = "people" } });
        prompt.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString().Should().Contain("\"people\"");
        var completed = await client.AskAsync(new
        {
            op = "complete",
            @params = new { @ref = new { type = "ref/prompt", name = "explore_dataset" }, argument = new { name = "name", value = "pe" } },
        });
        completed.GetProperty("completion").GetProperty("values")[0].GetString().Should().Be("people");

        (await client.CallAsync("recall", new { space = "agents", text = "workers" })).GetProperty("memories").GetArrayLength().Should().Be(0);
        var kept = await client.CallAsync("remember", new { space = "agents", task = "count people by city", steps = new[] { cities }, outcome = 1 });
        var recalled = await client.CallAsync("recall", new { space = "agents", text = "how many people by city" });
        var memory = recalled.GetProperty("memories")[0];
        memory.GetProperty("id").GetString().Should().Be(kept.GetProperty("id").GetString());
        memory.GetProperty("steps")[0].GetString().Should().Be(cities);
        (await client.FailAsync("remember", new { space = "agents", task = "x", outcome = 2 })).Should().StartWith("invalid_memory");
    }

    /// <summary>A server with a dataset of two versions and an index over it.</summary>
    [Fact]
    public async Task A_folder_that_a_server_has_open_is_refused_with_the_way_to_that_server()
    {
        await using var server = await StartAsync();
        var (code, _, error) = await LakehouseProcess.RunAsync(new Dictionary<string, string>(), "mcp", "--storage.data_dir", _folder.File("data"));
        code.Should().NotBe(0);
        error.Should().Contain("Another process has opened").And.Contain("--url");
    }

    private async Task<LakehouseProcess> StartAsync(params string[] settings)
    {
        var server = await LakehouseProcess.StartAsync(_folder.File("data"), settings);
        if (Array.IndexOf(settings, "--auth.token") is var at and >= 0)
        {
            server.Http.DefaultRequestHeaders.Authorization = new("Bearer", settings[at + 1]);
        }

        foreach (var content in (string[])[People[..(People.IndexOf("\n2", StringComparison.Ordinal) + 1)], People])
        {
            (await server.Http.PostAsync("/v1/ingest?name=people", new StringContent(content, Encoding.UTF8, "text/csv"))).EnsureSuccessStatusCode();
        }

        using var import = await server.Http.PostAsJsonAsync(
            "/v1/vectors/index/crew/import", new { dataset = "people", id = "id", text = "about", follow = true });
        import.EnsureSuccessStatusCode();
        await Until.HoldsAsync(async () =>
            (await server.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/crew/import")).GetProperty("state").GetString() == "done");
        server.Http.DefaultRequestHeaders.Authorization = null;
        return server;
    }

    private static async Task<(HttpStatusCode Status, string? Session, string Body)> PostAsync(
        LakehouseProcess server, string message, string? token = "secret", string? origin = null,
        string accept = "application/json, text/event-stream", string? session = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(message, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in ((string, string?)[])
            [("Authorization", token is null ? null : $"Bearer {token}"), ("Origin", origin), ("Mcp-Session-Id", session)])
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await server.Http.SendAsync(request);
        var begun = answer.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null;
        return (answer.StatusCode, begun, await answer.Content.ReadAsStringAsync());
    }
}
