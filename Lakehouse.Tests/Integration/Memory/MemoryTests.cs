using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Memory;

/// <summary>Remember, recall, feedback and forget, over HTTP.</summary>
public sealed class MemoryTests
{
    private static readonly (string Key, string Value)[] Hashing = [("embed.provider", "hashing"), ("memory.index_wait", "30s")];

    [Fact]
    public async Task What_was_remembered_is_recalled_at_once_and_joins_in_SQL()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        var (_, made) = await PostAsync(host, "crew/remember", new
        {
            task = "count the workers of each state",
            steps = new object[] { new { tool = "query", sql = "SELECT state, count(*) FROM workers GROUP BY state" }, "answered" },
            outcome = 0.9,
            tags = new[] { "sql", "count" },
            datasets = new[] { "workers@3" },
            parent = "p-1",
        });
        var id = made.GetProperty("ids")[0].GetString()!;
        made.GetProperty("dataset").GetString().Should().Be("memory_crew");
        await PostAsync(host, "crew/remember", new { task = "bake bread" });

        var answer = await RecallAsync(host, "crew", new { text = "how many workers has each state", k = 1 });
        var memory = answer.GetProperty("memories")[0];
        memory.GetProperty("id").GetString().Should().Be(id);
        memory.GetProperty("steps")[0].GetProperty("tool").GetString().Should().Be("query");
        memory.GetProperty("outcome").GetDouble().Should().Be(0.9);
        memory.GetProperty("tags").GetRawText().Should().Be("""["sql","count"]""");
        memory.GetProperty("datasets").GetRawText().Should().Be("""["workers@3"]""");
        memory.GetProperty("parent").GetString().Should().Be("p-1");
        memory.GetProperty("profile").GetString().Should().Be("administrator");
        answer.GetProperty("is_behind").GetBoolean().Should().BeFalse();
        var (parts, weights) = (memory.GetProperty("parts"), answer.GetProperty("weights"));
        var score = new[] { "similarity", "outcome", "recency" }.Sum(p => parts.GetProperty(p).GetDouble() * weights.GetProperty(p).GetDouble());
        memory.GetProperty("score").GetDouble().Should().BeApproximately(score, 1e-9);

        (await host.RowsAsync("SELECT task, outcome, steps->'$[0]'->>'tool' FROM memory_crew ORDER BY created_at")).Should().Be(
            """[["count the workers of each state",0.9,"query"],["bake bread",null,null]]""");
        var manifest = await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/memory_crew");
        var space = await host.Http.GetFromJsonAsync<JsonElement>("/v1/memory/crew");
        space.GetProperty("updated_at").GetDateTimeOffset().Should().Be(manifest.GetProperty("updated_at").GetDateTimeOffset());
        var spaces = await host.Http.GetFromJsonAsync<JsonElement>("/v1/memory");
        spaces.GetProperty("spaces")[0].GetProperty("memories").GetInt32().Should().Be(2);
    }

    [Fact]
    public async Task Outcome_and_age_change_the_order_as_their_weights_say()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        var old = DateTimeOffset.UtcNow.AddDays(-300).ToString("O");
        await PostAsync(host, "s/remember", new
        {
            memories = new object[]
            {
                new { id = "failed", task = "sort the invoices", outcome = 0.0 },
                new { id = "worked", task = "sort the invoices", outcome = 1.0 },
                new { id = "old", task = "sort the invoices", outcome = 1.0, at = old },
                new { id = "unknown", task = "sort the invoices" },
            },
        });
        (await IdsAsync(host, "s", new { text = "sort the invoices" })).Should().Equal("worked", "old", "unknown", "failed");
        (await IdsAsync(host, "s", new { text = "sort the invoices", weights = new { recency = 1 }, k = 4 })).Last().Should().Be("old");
        (await IdsAsync(host, "s", new { text = "sort the invoices", min_outcome = 0.5 })).Should().Equal("worked", "old");
        (await IdsAsync(host, "s", new { text = "sort the invoices", min_outcome = 0.5, max_age = "10d" })).Should().Equal("worked");
    }

    [Fact]
    public async Task Feedback_changes_the_outcome_and_forgetting_removes()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        await PostAsync(host, "s/remember", new { id = "a", task = "draw a map", steps = new[] { "x" }, tags = new[] { "t" } });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => PostAsync(host, "s/feedback", new { id = "a", outcome = 0.25, note = "slow" })));

        var memory = (await RecallAsync(host, "s", new { text = "draw a map", tags = new[] { "t" } })).GetProperty("memories")[0];
        (memory.GetProperty("outcome").GetDouble(), memory.GetProperty("feedbacks").GetInt32()).Should().Be((0.25, 4));
        memory.GetProperty("steps").GetRawText().Should().Be("[\"x\"]");
        (await host.RowsAsync("SELECT note, feedbacks, updated_at > created_at FROM memory_s")).Should().Be("""[["slow",4,true]]""");

        (await PostAsync(host, "s/forget", new { ids = new[] { "a", "b" } })).Body.GetProperty("forgotten").GetInt32().Should().Be(1);
        (await IdsAsync(host, "s", new { text = "draw a map" })).Should().BeEmpty();
        (await PostAsync(host, "s/feedback", new { id = "a", outcome = 1 })).Body.GetProperty("code").GetString().Should().Be("memory_not_found");
    }

    [Fact]
    public async Task What_was_forgotten_or_replaced_meanwhile_is_not_brought_back_by_feedback()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        for (var round = 0; round < 8; round++)
        {
            var (gone, kept) = ($"g{round}", $"k{round}");
            await PostAsync(host, "s/remember", new { memories = new[] { new { id = gone, task = "one" }, new { id = kept, task = "old" } } });
            var answers = await Task.WhenAll(
                PostAsync(host, "s/feedback", new { id = gone, outcome = 1 }),
                PostAsync(host, "s/forget", new { ids = new[] { gone } }),
                PostAsync(host, "s/feedback", new { id = kept, outcome = 1 }),
                PostAsync(host, "s/remember", new { id = kept, task = "new" }));
            answers[1].Body.GetProperty("forgotten").GetInt32().Should().Be(1);
            ((int)answers[0].Status).Should().BeOneOf(200, 404);
            (await host.RowsAsync($"SELECT id, task FROM memory_s WHERE id IN ('{gone}', '{kept}')")).Should().Be($"[[\"{kept}\",\"new\"]]");
        }
    }

    /// <summary>Others write to the dataset without a turn: this server by other paths, and other servers on the same bucket.</summary>
    [Fact]
    public async Task Feedback_does_not_undo_what_is_written_to_the_dataset_meanwhile()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        for (var round = 0; round < 8; round++)
        {
            var (gone, kept) = ($"g{round}", $"k{round}");
            await PostAsync(host, "s/remember", new { memories = new[] { new { id = gone, task = "one" }, new { id = kept, task = "old" } } });
            var rated = Task.WhenAll(
                PostAsync(host, "s/feedback", new { id = gone, outcome = 1 }), PostAsync(host, "s/feedback", new { id = kept, outcome = 1 }));
            using var removed = await host.Http.DeleteAsync($"/v1/catalog/dataset/memory_s/rows?where=id%3D'{gone}'");
            removed.StatusCode.Should().Be(HttpStatusCode.OK);
            var (status, _) = await host.IngestAsync(
                "memory_s", $"{{\"id\": \"{kept}\", \"task\": \"new\"}}\n", "&mode=upsert&key=id&format=ndjson");
            status.Should().Be(HttpStatusCode.OK);
            (await rated).Should().OnlyContain(r => r.Status == HttpStatusCode.OK || r.Status == HttpStatusCode.NotFound);
            (await host.RowsAsync($"SELECT id, task FROM memory_s WHERE id IN ('{gone}', '{kept}')")).Should().Be($"[[\"{kept}\",\"new\"]]");
        }
    }

    [Fact]
    public async Task Rows_of_others_that_lack_values_are_recalled_and_rated()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        await PostAsync(host, "s/remember", new { task = "draw a map" });
        (await host.IngestAsync("memory_s", "{\"id\": \"bare\", \"task\": \"draw a bare map\", \"steps\": \"no JSON\"}\n", "&mode=append&format=ndjson"))
            .Status.Should().Be(HttpStatusCode.OK);

        var memory = (await RecallAsync(host, "s", new { text = "draw a bare map", k = 1 })).GetProperty("memories")[0];
        memory.GetProperty("id").GetString().Should().Be("bare");
        memory.GetProperty("steps").GetString().Should().Be("no JSON");
        memory.GetProperty("feedbacks").GetInt32().Should().Be(0);
        memory.GetProperty("parts").GetProperty("recency").GetDouble().Should().Be(0);
        (await PostAsync(host, "s/feedback", new { id = "bare", outcome = 1 })).Status.Should().Be(HttpStatusCode.OK);
        (await host.RowsAsync("SELECT outcome, feedbacks, created_at FROM memory_s WHERE id = 'bare'")).Should().Be("[[1,1,null]]");
    }

    [Fact]
    public async Task Traces_of_other_programs_are_imported_whole_or_not_at_all()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        const string lines = """
            {"run": 7, "input": {"question": "how many trucks"}, "trace": [{"a": 1}], "ok": true, "labels": "fleet"}

            {"run": 8, "input": {"question": "how many boats"}, "trace": null, "ok": false, "labels": ["fleet", "sea"]}
            """;
        const string address = "s/import?task=input.question&steps=trace&outcome=ok&tags=labels&id=run";
        var (status, body) = await SendAsync(host, address, lines);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        body.GetProperty("remembered").GetInt32().Should().Be(2);
        (await host.RowsAsync("SELECT id, task, steps, outcome, tags FROM memory_s ORDER BY id")).Should().Be(
            """[["7","how many trucks","[{\"a\": 1}]",1,["fleet"]],["8","how many boats",null,0,["fleet","sea"]]]""");
        (await SendAsync(host, address, lines)).Status.Should().Be(HttpStatusCode.OK);
        (await host.RowsAsync("SELECT count(*) FROM memory_s")).Should().Be("[[2]]", "they have ids");

        foreach (var (wrong, reason) in ((string, string)[])
        [
            ("{\"input\": {}}", "has no task"), ("[1]", "not an object"), ("{", "not JSON"), ("{\"input\": {\"question\": 1}}", "is not a text"),
            ("{\"input\": {\"question\": \"x\"}, \"ok\": 7}", "from 0 to 1"), ("{\"run\": 7, \"input\": {\"question\": \"x\"}}", "the id '7'"),
            ($"{{\"input\": {{\"question\": \"{new string('x', 9000)}\"}}}}", "max_task_bytes"), (new string('[', 3000), "nested"),
            ("{\"input\": {\"question\": \"\\ud800\"}}", "not Unicode"),
        ])
        {
            var (refused, problem) = await SendAsync(host, address, lines + "\n" + wrong);
            refused.Should().Be(HttpStatusCode.UnprocessableEntity, wrong);
            problem.GetProperty("detail").GetString().Should().Contain("Line 4").And.Contain(reason);
        }

        (await host.RowsAsync("SELECT count(*) FROM memory_s")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_its_position_and_nothing_is_remembered()
    {
        await using var host = await LakehouseHost.StartAsync([.. Hashing, ("memory.max_tags", "2"), ("memory.max_steps_bytes", "16B")]);
        foreach (var (memory, reason) in ((object, string)[])
        [
            (new { task = " " }, "empty"), (new { task = new string('x', 9000) }, "max_task_bytes"), (new { task = "t", outcome = 1.5 }, "0 to 1"),
            (new { task = "t", steps = new[] { new string('x', 20) } }, "max_steps_bytes"), (new { task = "t", tags = new[] { "a", "b", "c" } }, "max_tags"),
            (new { task = "t", tags = new[] { "" } }, "empty"), (new { task = "t", id = "ok" }, "too"),
            (new { task = "t", at = DateTimeOffset.UtcNow.AddDays(2).ToString("O") }, "future"),
        ])
        {
            var (status, body) = await PostAsync(host, "s/remember", new { memories = new[] { new { task = "t", id = "ok" }, memory } });
            status.Should().Be(HttpStatusCode.BadRequest);
            body.GetProperty("detail").GetString().Should().Contain("memories[1]").And.Contain(reason);
        }

        (await PostAsync(host, "s/remember", new { task = "t", colour = 1 })).Body.GetProperty("detail").GetString().Should().Contain("colour");
        (await PostAsync(host, "s p/remember", new { task = "t" })).Body.GetProperty("code").GetString().Should().Be("invalid_name");
        (await PostAsync(host, "s/recall", new { text = "t", k = 1000 })).Body.GetProperty("code").GetString().Should().Be("invalid_recall");
        (await PostAsync(host, "s/recall", new { text = "t", weights = new { similarity = 0 } })).Body.GetProperty("code").GetString().Should().Be(
            "invalid_recall");
        (await host.RowsAsync("SHOW TABLES")).Should().Be("[]");
        (await IdsAsync(host, "s", new { text = "t" })).Should().BeEmpty("a space of nothing is empty");
        await host.IngestAsync("memory_s", "a\n1\n");
        (await PostAsync(host, "s/remember", new { task = "t" })).Body.GetProperty("code").GetString().Should().Be("space_taken");
        (await PostAsync(host, "s/recall", new { text = "t" })).Body.GetProperty("code").GetString().Should().Be("space_taken");
    }

    [Fact]
    public async Task A_space_and_a_profile_hold_no_more_than_their_bounds()
    {
        await using var world = await ProfileWorld.MakeAsync([.. Hashing, ("memory.max_memories", "4"), ("memory.max_per_profile", "2")]);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/agent", new { actions = new[] { "search", "ingest" }, spaces = new[] { "team*" } });
        using var agent = await ProfileWorld.ClientAsync(world.Host, "agent");
        for (var i = 0; i < 2; i++)
        {
            (await CallAsync(agent, "POST", "/v1/memory/team/remember", new { task = $"t {i}" })).Status.Should().Be(200);
        }

        var (status, body) = await CallAsync(agent, "POST", "/v1/memory/team/remember", new { task = "t 3" });
        status.Should().Be(409, body);
        body.Should().Contain("max_per_profile");
        for (var i = 0; i < 2; i++)
        {
            (await CallAsync(world.Admin, "POST", "/v1/memory/team/remember", new { task = $"u {i}" })).Status.Should().Be(200);
        }

        (await CallAsync(world.Admin, "POST", "/v1/memory/team/remember", new { task = "u 3" })).Body.Should().Contain("max_memories");
    }

    [Fact]
    public async Task Bounds_hold_when_many_remember_at_once_and_what_is_replaced_takes_no_room()
    {
        await using var host = await LakehouseHost.StartAsync([.. Hashing, ("memory.max_memories", "6"), ("memory.max_per_profile", "5")]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => PostAsync(host, "s/remember", new { id = $"{i}", task = $"t {i}" })));
        answers.Count(a => a.Status == HttpStatusCode.OK).Should().Be(5);
        answers.Where(a => a.Status != HttpStatusCode.OK).Should().OnlyContain(a => a.Body.GetProperty("code").GetString() == "space_full");
        (await host.RowsAsync("SELECT count(*) FROM memory_s")).Should().Be("[[5]]");

        var kept = JsonElement.Parse(await host.RowsAsync("SELECT min(id) FROM memory_s"))[0][0].GetString();
        (await PostAsync(host, "s/remember", new { id = kept, task = "again" })).Status.Should().Be(HttpStatusCode.OK);
        (await host.RowsAsync("SELECT count(*), count(*) FILTER (task = 'again') FROM memory_s")).Should().Be("[[5,1]]");
    }

    [Fact]
    public async Task A_profile_uses_its_spaces_and_no_other()
    {
        await using var world = await ProfileWorld.MakeAsync(Hashing);
        await CallAsync(world.Admin, "POST", "/v1/memory/team-a/remember", new { id = "a", task = "the plan of a" });
        await CallAsync(world.Admin, "POST", "/v1/memory/team-b/remember", new { id = "b", task = "the plan of b, SECRETB" });
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/agent", new { actions = new[] { "search", "ingest", "read" }, spaces = new[] { "team-a" } });
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/looker", new { actions = new[] { "search" }, spaces = new[] { "*" } });
        using var agent = await ProfileWorld.ClientAsync(world.Host, "agent");
        using var looker = await ProfileWorld.ClientAsync(world.Host, "looker");

        (await CallAsync(agent, "POST", "/v1/memory/team-a/recall", new { text = "plan" })).Body.Should().Contain("the plan of a");
        (await CallAsync(looker, "POST", "/v1/memory/team-b/recall", new { text = "plan" })).Body.Should().Contain("SECRETB");
        (await CallAsync(looker, "POST", "/v1/memory/team-b/remember", new { task = "x" })).Status.Should().Be(403);
        (await CallAsync(looker, "POST", "/v1/memory/team-b/forget", new { ids = new[] { "b" } })).Status.Should().Be(403);
        (await agent.GetStringAsync("/v1/memory")).Should().Contain("team-a").And.NotContain("team-b");
        foreach (var (call, body) in ((string, object)[])
        [
            ("recall", new { text = "plan" }), ("remember", new { task = "x" }), ("forget", new { ids = new[] { "b" } }),
            ("feedback", new { id = "b", outcome = 1 }),
        ])
        {
            foreach (var space in (string[])["team-b", "team-none"])
            {
                var (status, answer) = await CallAsync(agent, "POST", $"/v1/memory/{space}/{call}", body);
                status.Should().Be(403, "{0} of {1}", call, space);
                answer.Should().NotContain("SECRETB");
            }
        }

        // The dataset and the index behind it are others' too.
        (await ProfileWorld.SqlAsync(agent, "FROM \"memory_team-b\"")).Status.Should().Be(400);
        (await CallAsync(agent, "POST", "/v1/search", new { index = "memory_team-b", text = "plan" })).Status.Should().Be(403);
        (await ProfileWorld.SqlAsync(world.Admin, "SELECT profile FROM \"memory_team-a\"")).Status.Should().Be(200);
    }

    [Fact]
    public async Task An_embedder_that_is_away_loses_nothing()
    {
        await using var embedder = await StandInOllama.StartAsync();
        await using var host = await LakehouseHost.StartAsync(
            ("embed.provider", "ollama"), ("embed.url", embedder.Url), ("embed.default_model", "nomic-embed-text"), ("memory.index_wait", "30s"));
        embedder.Instead = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        (await PostAsync(host, "s/remember", new { id = "a", task = "draw a map" })).Status.Should().Be(HttpStatusCode.OK);
        ((int)(await PostAsync(host, "s/recall", new { text = "map" })).Status).Should().BeGreaterThanOrEqualTo(500);
        embedder.Instead = null;
        (await IdsAsync(host, "s", new { text = "draw a map" })).Should().Equal("a");
    }

    [Fact]
    public async Task Nine_of_ten_paraphrases_recall_the_right_task_among_the_first_three_of_ten_thousand()
    {
        await using var embedder = await StandInOllama.StartAsync();
        embedder.Model = Paraphrases.Embed;
        await using var host = await LakehouseHost.StartAsync(
            ("embed.provider", "ollama"), ("embed.url", embedder.Url), ("embed.default_model", "nomic-embed-text"), ("memory.index_wait", "60s"));
        var lines = string.Join('\n', Paraphrases.Tasks.Select((t, i) => JsonSerializer.Serialize(new { id = $"{i}", task = t, outcome = i % 2 })));
        var (status, body) = await SendAsync(host, "s/import", lines);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());

        var random = new Random(7);
        var right = 0;
        const int asked = 200;
        for (var i = 0; i < asked; i++)
        {
            var task = random.Next(Paraphrases.Tasks.Count);
            var found = await IdsAsync(host, "s", new { text = Paraphrases.Of(task, 1 + (i % 2)), k = 3 });
            right += found.Contains($"{task}") ? 1 : 0;
        }

        right.Should().BeGreaterThanOrEqualTo(asked * 9 / 10);
    }

    private static Task<(int Status, string Body)> CallAsync(HttpClient http, string method, string path, object body) =>
        ProfileWorld.SendAsync(http, method, path, JsonSerializer.Serialize(body));

    private static async Task<JsonElement> RecallAsync(LakehouseHost host, string space, object request)
    {
        var (status, body) = await PostAsync(host, $"{space}/recall", request);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private static async Task<List<string?>> IdsAsync(LakehouseHost host, string space, object request) =>
        [.. (await RecallAsync(host, space, request)).GetProperty("memories").EnumerateArray().Select(m => m.GetProperty("id").GetString())];

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(LakehouseHost host, string path, object body)
    {
        using var answer = await host.Http.PostAsJsonAsync("/v1/memory/" + path, body);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(LakehouseHost host, string path, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var answer = await host.Http.PostAsync("/v1/memory/" + path, content);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
