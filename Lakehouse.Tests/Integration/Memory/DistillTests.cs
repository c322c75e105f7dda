using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Memory;

/// <summary>Playbooks: made of memories, checked against them, exported.</summary>
public sealed class DistillTests
{
    private static readonly (string Key, string Value)[] Hashing = [("embed.provider", "hashing"), ("memory.index_wait", "30s")];

    [Fact]
    public async Task Memories_become_playbooks_that_stand_in_their_sources()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        await RememberAsync(host, Some());
        var answer = await PostAsync(host, "s/distill", new { threshold = 0.7 });
        answer.GetProperty("dataset").GetString().Should().Be("playbooks_s");
        (answer.GetProperty("playbooks").GetInt32(), answer.GetProperty("memories").GetInt32(), answer.GetProperty("added").GetInt32()).Should().Be((3, 7, 7));
        answer.GetProperty("contradictory").GetInt32().Should().Be(1);

        (await host.RowsAsync("SELECT id, exemplar, steps, support, successes, success_rate, failures, failed_steps, sources FROM playbooks_s WHERE id = 'c1'"))
            .Should().Be("""[["c1","c2",["{\"sql\":\"SELECT count(*)\"}","\"answer\""],4,2,0.6666666666666666,["c3"],["\"guess\""],["c1","c2","c3","c4"]]]""");
        (await host.RowsAsync("SELECT contradiction FROM playbooks_s WHERE contradiction IS NOT NULL")).Should().Contain("m1 and m2 have the same steps");
        var check = await host.Http.GetFromJsonAsync<JsonElement>("/v1/memory/s/playbooks/check");
        check.GetProperty("faults").GetArrayLength().Should().Be(0, check.GetRawText());
        check.GetProperty("playbooks").GetInt32().Should().Be(3);
        (await host.RowsAsync(check.GetProperty("sql").GetString()!)).Should().Be("[]", "whoever reads both can prove it");
    }

    [Fact]
    public async Task A_check_finds_playbooks_that_say_more_than_their_sources()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        await RememberAsync(host, Some());
        await PostAsync(host, "s/distill", new { threshold = 0.7 });
        const string forged = """
            SELECT * REPLACE (CASE WHEN id = 'c1' THEN ['"invented"'] ELSE steps END AS steps, CASE WHEN id = 'b1' THEN ['b1', 'nobody', 'c1'] ELSE sources END AS
            sources) FROM playbooks_s
            """;
        using var made = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = forged, into = new { dataset = "playbooks_s", mode = "replace" } });
        made.StatusCode.Should().Be(HttpStatusCode.OK, await made.Content.ReadAsStringAsync());
        var faults = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/memory/s/playbooks/check")).GetProperty("faults").GetRawText();
        faults.Should().Contain("invented").And.Contain("nobody is no memory").And.Contain("c1 is in more than one playbook");
    }

    [Fact]
    public async Task What_is_added_is_compared_alone_and_gives_the_same_as_all_at_once()
    {
        await using var host = await LakehouseHost.StartAsync(Hashing);
        await RememberAsync(host, Some()[..4]);
        await PostAsync(host, "s/distill", new { threshold = 0.7 });
        await RememberAsync(host, Some()[4..]);
        (await PostAsync(host, "s/distill", new { threshold = 0.7 })).GetProperty("added").GetInt32().Should().Be(3);
        const string all = "SELECT * EXCLUDE (memory_version) FROM playbooks_s ORDER BY id";
        var stepwise = await host.RowsAsync(all);

        (await host.Http.DeleteAsync("/v1/catalog/dataset/playbooks_s")).EnsureSuccessStatusCode();
        (await PostAsync(host, "s/distill", new { threshold = 0.7 })).GetProperty("added").GetInt32().Should().Be(7);
        (await host.RowsAsync(all)).Should().Be(stepwise);

        var again = await PostAsync(host, "s/distill", new { threshold = 0.7 });
        again.GetProperty("added").GetInt32().Should().Be(0);
        (await host.RowsAsync(all)).Should().Be(stepwise);

        // Another threshold, a changed task and a forgotten one begin again.
        (await PostAsync(host, "s/distill", new { threshold = 0.99 })).GetProperty("added").GetInt32().Should().Be(7);
        await PostAsync(host, "s/forget", new { ids = new[] { "c1" } });
        (await PostAsync(host, "s/distill", new { threshold = 0.99 })).GetProperty("added").GetInt32().Should().Be(6);
        (await host.RowsAsync("SELECT count(*) FROM playbooks_s WHERE list_contains(sources, 'c1')")).Should().Be("[[0]]");
    }

    [Fact]
    public async Task A_chat_model_gives_titles_once_for_the_same_content()
    {
        await using var chat = await StandInChat.StartAsync();
        chat.Model = prompt => $"```json\n{{\"title\": \"T {(prompt.Contains("bread") ? "bread" : "other")}\", \"summary\": \"S\"}}\n```";
        await using var host = await LakehouseHost.StartAsync(
            [.. Hashing, ("memory.chat.url", chat.Url), ("memory.chat.model", "small"), ("memory.chat.api_key", "chatsecret")]);
        await RememberAsync(host, Some());
        await PostAsync(host, "s/distill", new { threshold = 0.7 });
        chat.Asked.Count.Should().Be(3);
        chat.Tokens.Should().OnlyContain(t => t == "Bearer chatsecret");
        chat.Asked.Should().OnlyContain(a => a.GetProperty("model").GetString() == "small" && a.GetProperty("temperature").GetInt32() == 0);
        (await host.RowsAsync("SELECT title, summary FROM playbooks_s WHERE id = 'b1'")).Should().Be("""[["T bread","S"]]""");

        await RememberAsync(host, [new { id = "z", task = "paint a door in red", outcome = 1, steps = new[] { "paint" } }]);
        await PostAsync(host, "s/distill", new { threshold = 0.7 });
        chat.Asked.Count.Should().Be(4, "only the new playbook is asked for");
        (await host.RowsAsync("SELECT count(title) FROM playbooks_s")).Should().Be("[[4]]");
    }

    [Fact]
    public async Task A_chat_model_that_fails_costs_the_titles_alone()
    {
        await using var chat = await StandInChat.StartAsync();
        chat.Instead = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using var host = await LakehouseHost.StartAsync([.. Hashing, ("memory.chat.url", chat.Url), ("memory.chat.model", "small")]);
        await RememberAsync(host, Some());
        var answer = await PostAsync(host, "s/distill", new { threshold = 0.7 });
        answer.GetProperty("notes")[0].GetString().Should().Contain("3 playbooks have no title").And.Contain("500");
        chat.Asked.Count.Should().Be(1, "a server that fails is not asked for each");
        chat.Instead = null;
        chat.Model = _ => "I cannot do that.";
        (await PostAsync(host, "s/distill", new { threshold = 0.7 })).GetProperty("notes")[0].GetString().Should().Contain("had none");
        chat.Model = _ => """{"title": "T", "summary": "S"}""";
        (await PostAsync(host, "s/distill", new { threshold = 0.7 })).GetProperty("notes").GetArrayLength().Should().Be(0);
        (await host.RowsAsync("SELECT count(title) FROM playbooks_s")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task An_export_divides_by_playbook_and_masks_what_is_masked()
    {
        await using var world = await ProfileWorld.MakeAsync(Hashing);
        var many = Enumerable.Range(0, 60).SelectMany(i => new object[]
        {
            new { id = $"{i}a", task = $"task{i} word{i} number{i}", outcome = 1, steps = new[] { "do" } },
            new { id = $"{i}b", task = $"task{i} word{i} number{i}", outcome = 0.9, steps = new[] { "do", "more" } },
            new { id = $"{i}c", task = $"task{i} word{i} number{i}", outcome = 0.1, steps = new[] { "fail" } },
        }).ToArray();
        await RememberAsync(world.Host, many, world.Admin);
        await PostAsync(world.Host, "s/distill", new { threshold = 0.9 }, world.Admin);
        var (train, test) = (await ExportAsync(world.Admin, "train"), await ExportAsync(world.Admin, "test"));
        train.Concat(test).Should().HaveCount(120, "failures are left out");
        test.Should().NotBeEmpty();
        train.Count.Should().BeGreaterThan(test.Count);
        train.Select(PlaybookOf).Intersect(test.Select(PlaybookOf)).Should().BeEmpty();
        var first = train[0].GetProperty("messages");
        (first[0].GetProperty("role").GetString(), first[1].GetProperty("role").GetString()).Should().Be(("user", "assistant"));
        first[1].GetProperty("content").GetString().Should().StartWith("[\"do\"");

        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/trainer", new
        {
            actions = new[] { "read", "search" },
            spaces = new[] { "s" },
            datasets = new[] { "memory_s", "playbooks_s" },
            guards = new { memory_s = new { columns = new { task = "hash" } } },
        });
        using var trainer = await ProfileWorld.ClientAsync(world.Host, "trainer");
        var masked = await ExportAsync(trainer, "train");
        masked.Should().HaveCount(train.Count);
        masked.Should().OnlyContain(l => l.GetProperty("messages")[0].GetProperty("content").GetString()!.Length == 32);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/other", new { actions = new[] { "read", "search" }, spaces = new[] { "o" } });
        using var other = await ProfileWorld.ClientAsync(world.Host, "other");
        (await other.GetAsync("/v1/memory/s/playbooks/export")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await trainer.PostAsJsonAsync("/v1/memory/s/distill", new { })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await trainer.GetAsync("/v1/memory/s/playbooks/check")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private static object[] Some() =>
    [
        new
        {
            id = "c1", task = "count the workers in each state", outcome = 0.8, steps = new object[] { new { sql = "SELECT count(*)" }, "answer" }, at = At(1),
        },
        new
        {
            id = "c2", task = "count the workers in each state now", outcome = 1, steps = new object[] { new { sql = "SELECT count(*)" }, "answer", "thanks" },
            at = At(2),
        },
        new { id = "b1", task = "bake bread with rye flour", outcome = 1, steps = new[] { "knead" }, at = At(3) },
        new { id = "m1", task = "repair the engine of truck seven", outcome = 1, steps = new[] { "oil" }, at = At(4) },
        new { id = "c3", task = "count the workers in every state", outcome = 0.1, steps = new[] { "guess", "answer" }, at = At(5) },
        new { id = "m2", task = "repair the engine of truck eight", outcome = 0, steps = new[] { "oil" }, at = At(6) },
        new { id = "c4", task = "count workers in each state", steps = new[] { "look" }, at = At(7) },
    ];

    private static string At(int day) => $"2026-01-{day:00}T00:00:00Z";

    private static string? PlaybookOf(JsonElement line) => line.GetProperty("metadata").GetProperty("playbook").GetString();

    private static async Task<List<JsonElement>> ExportAsync(HttpClient http, string split)
    {
        var text = await http.GetStringAsync($"/v1/memory/s/playbooks/export?split={split}&test_percent=20");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(Encoding.UTF8.GetBytes(l)))];
    }

    private static Task RememberAsync(LakehouseHost host, object[] memories, HttpClient? http = null) =>
        PostAsync(host, "s/remember", new { memories }, http);

    private static async Task<JsonElement> PostAsync(LakehouseHost host, string path, object body, HttpClient? http = null)
    {
        using var answer = await (http ?? host.Http).PostAsJsonAsync("/v1/memory/" + path, body);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, json.GetRawText());
        return json;
    }
}
