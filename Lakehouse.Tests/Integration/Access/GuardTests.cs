using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Access;

/// <summary>Nothing that a profile tries shows it what is masked or hidden, and what it may ask is answered.</summary>
public sealed class GuardTests
{
    public static TheoryData<string> Isolations() => new() { "none", "process" };

    [Theory]
    [MemberData(nameof(Isolations))]
    public async Task No_statement_shows_a_masked_value_or_a_hidden_row(string isolation)
    {
        await using var world = await ProfileWorld.MakeAsync(("query.isolation", isolation));
        await MakeIndexesAsync(world);
        var lines = await File.ReadAllLinesAsync(Repository.File("Lakehouse.Tests", "TestData", "access", "attempts.sql"));
        var attempts = lines.Where(l => l.Length > 0 && !l.StartsWith("--", StringComparison.Ordinal)).Select(l => l.Split('\t', 2)).ToList();
        attempts.Count.Should().BeGreaterThan(150);
        var faults = new List<string>();
        foreach (var (expected, sql) in attempts.Select(a => (a[0], a[1])))
        {
            // The administrator's answer, plan and tag must not become the clerk's.
            await ProfileWorld.SqlAsync(world.Admin, sql);
            var (status, body) = await ProfileWorld.SqlAsync(world.Clerk, sql);
            var fault = ProfileWorld.FindSecret(body) is { } secret ? $"shows {secret}"
                : status >= 500 ? $"ends with {status}: {body}"
                : expected == "refused" ? (status is >= 400 ? null : $"is answered: {body}")
                : expected == "clean" ? null
                : status == 200 && RowsOf(body) == expected ? null : $"is not {expected}: {body}";
            if (fault is not null)
            {
                faults.Add($"{sql}: {fault}");
            }
        }

        faults.Should().BeEmpty();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("parquet")]
    [InlineData("arrow")]
    public async Task No_format_shows_it(string format)
    {
        await using var world = await ProfileWorld.MakeAsync();
        foreach (var sql in new[] { "FROM people", "FROM v_people", "FROM \"people@1\"", "SELECT list(people) FROM people" })
        {
            var (status, body) = await ProfileWorld.SendAsync(world.Clerk, "GET", $"/v1/sql?q={Uri.EscapeDataString(sql)}&format={format}&download=x");
            (status == 200 || format == "csv").Should().BeTrue(body);
            ProfileWorld.FindSecret(body).Should().BeNull(body);
        }

        var (pinned, rows) = await ProfileWorld.SendAsync(world.Clerk, "POST", "/v1/sql", """{"sql":"FROM people","at":{"people":1},"params":[]}""");
        (pinned, ProfileWorld.FindSecret(rows)).Should().Be((200, (string?)null));
    }

    [Fact]
    public async Task No_other_call_shows_it_or_changes_what_is_seen_in_part()
    {
        await using var world = await ProfileWorld.MakeAsync();
        await MakeIndexesAsync(world);
        var file = (await world.Host.RowsAsync("SELECT key FROM lakehouse.objects WHERE dataset = 'people'"))[3..^3];
        using (var parquet = await world.Admin.GetAsync($"/v1/storage/get/{file}"))
        {
            // Outside of what is reserved, and a data file all the same.
            using var copy = new ByteArrayContent(await parquet.Content.ReadAsByteArrayAsync());
            (await world.Admin.PutAsync("/v1/storage/put/exports/other.parquet", copy)).EnsureSuccessStatusCode();
        }

        await ProfileWorld.SendAsync(world.Admin, "POST", "/v1/sql", """{"sql":"FROM people -- ADMINQUERY","query_id":"admins-query"}""");
        var attempts = Attempts(file).ToList();
        attempts.Count.Should().BeGreaterThan(60);
        var faults = new List<string>();
        foreach (var (method, path, body, allowed) in attempts)
        {
            var (status, answer) = await ProfileWorld.SendAsync(world.Clerk, method, path, body);
            if (ProfileWorld.FindSecret(answer) is { } secret)
            {
                faults.Add($"{method} {path} {body} shows {secret}: {answer}");
            }
            else if (allowed ? status >= 400 : status < 400)
            {
                faults.Add($"{method} {path} {body} ends with {status}: {answer}");
            }
        }

        faults.Should().BeEmpty();
        (await world.Host.RowsAsync("SELECT count(*), count(DISTINCT ssn), count(notes) FROM people")).Should().Be("[[40,40,40]]");
        (await world.Host.RowsAsync("SELECT version FROM lakehouse.datasets WHERE name = 'people'")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_search_leaves_out_what_is_hidden()
    {
        await using var world = await ProfileWorld.MakeAsync();
        await MakeIndexesAsync(world);
        foreach (var mode in new[] { "vector", "keyword", "hybrid" })
        {
            var (status, body) = await ProfileWorld.SendAsync(
                world.Clerk, "POST", "/v1/search",
                $$"""
                {"index":"people_texts","text":"CA NY","k":40,"mode":"{{mode}}","columns":["ssn","name"],"facets":["state","ssn"],"include":["text","metadata"]}
                """);
            status.Should().Be(200, body);
            ProfileWorld.FindSecret(body).Should().BeNull();
            var results = JsonElement.Parse(body[body.IndexOf('{', StringComparison.Ordinal)..]).GetProperty("results").EnumerateArray().ToList();
            results.Should().NotBeEmpty().And.OnlyContain(r => int.Parse(r.GetProperty("id").GetString()!) % 2 == 1);
            results.Should().OnlyContain(r => r.GetProperty("metadata").GetRawText() == "{\"state\":\"CA\"}");
            results.Should().OnlyContain(r => r.GetProperty("columns").GetProperty("ssn").GetString()!.StartsWith("****"));
        }

        var narrowed = await world.Clerk.PostAsync("/v1/search", new { index = "people_texts", text = "CA", k = 40, where = "id < 6 OR true" });
        narrowed.Body.Ids().Should().HaveCount(20);
        var byMask = await world.Clerk.PostAsync("/v1/search", new { index = "people_texts", text = "CA", k = 40, where = "ssn = '****8001'" });
        byMask.Body.Ids().Should().Equal("1");
        var (refused, why) = await ProfileWorld.SendAsync(
            world.Clerk, "POST", "/v1/search", """{"index":"people_texts","text":"CA","filter":{"ssn":"701-31-8001"}}""");
        (refused, why.Contains("dataset_guarded", StringComparison.Ordinal)).Should().Be((403, true));
    }

    /// <summary>A condition that takes long on some values must not take long because of a hidden row.</summary>
    [Fact]
    public async Task Conditions_do_not_meet_hidden_rows()
    {
        await using var world = await ProfileWorld.MakeAsync(("query.isolation", "process"));
        foreach (var condition in new[]
        {
            "CASE WHEN state = 'NY' THEN error('met') ELSE 'x' END = 'x'", "CASE WHEN id % 2 = 0 THEN error('met') ELSE 'x' END = 'x'",
            "CASE WHEN pay >= 900000 THEN error('met') ELSE 'x' END = 'x'", "CASE WHEN state > 'CA' THEN CAST('met' AS INTEGER) ELSE 1 END = 1",
        })
        {
            foreach (var sql in new[]
            {
                $"SELECT count(*) FROM people WHERE {condition}", $"SELECT count(*) FROM v_people WHERE {condition}",
                $"SELECT count(*) FROM (SELECT * FROM people ORDER BY id) WHERE {condition}",
                $"SELECT count(*) FROM people p JOIN (SELECT id AS other FROM people) q ON p.id = q.other AND {condition}",
                $"SELECT count(*) FROM people GROUP BY state HAVING bool_and({condition})",
            })
            {
                var (status, body) = await ProfileWorld.SqlAsync(world.Clerk, sql);
                (status, RowsOf(body)).Should().Be((200, "[[20]]"), "{0} gave {1}", sql, body);
            }
        }
    }

    [Fact]
    public async Task A_column_that_comes_later_is_not_seen_where_others_are_hidden()
    {
        await using var world = await ProfileWorld.MakeAsync();
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/strict", new
        {
            actions = new[] { "read" },
            datasets = new[] { "*" },
            guards = new { open = new { columns = new { id = "clear" }, others = "hide" } },
        });
        using var strict = await ProfileWorld.ClientAsync(world.Host, "strict");
        (await ProfileWorld.SqlAsync(strict, "FROM open ORDER BY id")).Body.Should().Contain("[[1],[2]]");
        await world.Host.IngestAsync("open", "id,word,extra\n3,fig,darknote\n", "&mode=append&evolve=true");
        (await ProfileWorld.SqlAsync(strict, "FROM open ORDER BY id")).Body.Should().Contain("[[1],[2],[3]]");
        (await ProfileWorld.SqlAsync(world.Admin, "FROM open ORDER BY id")).Body.Should().Contain("darknote");
    }

    private static string RowsOf(string answer) =>
        answer.IndexOf('{', StringComparison.Ordinal) is var at and >= 0 && JsonElement.Parse(answer[at..]).TryGetProperty("rows", out var rows)
            ? rows.GetRawText()
            : "no rows";

    private static async Task MakeIndexesAsync(ProfileWorld world)
    {
        foreach (var (index, dataset, text, metadata) in new[]
        {
            ("people_texts", "people", "state", (string[])["ssn", "state"]), ("people_names", "people", "name", []), ("secret_texts", "secret", "word", []),
            ("people_of_secret", "secret", "word", []), ("open_texts", "open", "word", []),
        })
        {
            var (_, begun) = await world.Admin.PostAsync($"/v1/vectors/index/{index}/import", new { dataset, id = "id", text, metadata, follow = false });
            begun.TryGetProperty("code", out _).Should().BeFalse("{0}", begun);
            await world.Admin.WaitForVersionAsync(index, 1);
        }
    }

    /// <summary>Calls, and whether they are answered.</summary>
    private static IEnumerable<(string Method, string Path, string? Body, bool IsAllowed)> Attempts(string file)
    {
        const string header = "id,name,state,pay,born,ssn,notes,phone,email\n";
        foreach (var path in new[] { "manifest/people", "list", "view/v_people", "views" })
        {
            yield return ("GET", $"/v1/catalog/{path}", null, true);
        }

        foreach (var path in new[]
        {
            "manifest/secret", "manifest/nothing", "manifest/derived_people", "history/people", "history/secret", "view/hidden_view", "view/nothing", "derived",
            "derived/derived_people",
        })
        {
            yield return ("GET", $"/v1/catalog/{path}", null, false);
        }

        yield return ("POST", "/v1/catalog/restore/people?version=1", null, false);
        yield return ("POST", "/v1/catalog/gc?dry_run=true", null, false);
        yield return ("DELETE", "/v1/catalog/dataset/people", null, false);
        yield return ("DELETE", "/v1/catalog/dataset/secret", null, false);
        yield return ("DELETE", "/v1/catalog/view/hidden_view", null, false);
        yield return ("DELETE", "/v1/catalog/derived/derived_people", null, false);
        yield return ("PUT", "/v1/catalog/view/v_new", """{"sql":"FROM people"}""", false);
        yield return ("PUT", "/v1/catalog/view/v_new", """{"sql":"FROM secret"}""", false);
        yield return ("PUT", "/v1/catalog/view/other", """{"sql":"SELECT 1 AS x"}""", false);
        yield return ("PUT", "/v1/catalog/derived/mine_d", """{"sql":"FROM people"}""", false);
        yield return ("DELETE", "/v1/catalog/dataset/people/rows?where=ssn%20LIKE%20'7%25'", null, false);
        yield return ("DELETE", "/v1/catalog/dataset/PEOPLE/rows?where=false", null, false);
        yield return ("DELETE", "/v1/catalog/dataset/secret/rows?where=false", null, false);
        yield return ("POST", "/v1/sql", """{"sql":"SELECT 1 AS id","into":{"dataset":"people","mode":"replace"}}""", false);
        yield return ("POST", "/v1/sql", """{"sql":"SELECT 1 AS id","into":{"dataset":"secret","mode":"append"}}""", false);
        yield return ("POST", "/v1/sql", """{"sql":"FROM people","into":{"dataset":"mine_copy","mode":"replace"}}""", true);
        yield return ("POST", "/v1/sql", """{"sql":"FROM mine_copy"}""", true);
        yield return ("GET", "/v1/catalog/manifest/mine_copy", null, true);
        yield return ("DELETE", "/v1/catalog/dataset/mine_copy/rows?where=id%20%3C%205%20AND%20id%20IN%20(SELECT%20id%20FROM%20secret)", null, false);
        yield return ("DELETE", "/v1/catalog/dataset/mine_copy/rows?where=id%20IN%20(SELECT%20id%20FROM%20people%20WHERE%20ssn%20LIKE%20'7%25')", null, true);
        yield return ("GET", $"/v1/storage/get/{file}", null, false);
        yield return ("HEAD", $"/v1/storage/get/{file}", null, false);
        yield return ("GET", $"/v1/storage/get/{file}?bucket=primary", null, false);
        yield return ("GET", $"/v1/storage/get/{file.Replace("/", "%2F", StringComparison.Ordinal)}", null, false);
        yield return ("GET", $"/v1/storage/get/exports/../{file}", null, false);
        yield return ("GET", "/v1/storage/get/_access/mask-key", null, false);
        yield return ("GET", "/v1/storage/get/_access/profiles/clerk.json", null, false);
        yield return ("GET", "/v1/storage/get/other/x", null, false);
        yield return ("PUT", "/v1/storage/put/_access/profiles/clerk.json", "{}", false);
        yield return ("PUT", "/v1/storage/put/other/x", "{}", false);
        yield return ("DELETE", $"/v1/storage/delete/{file}", null, false);
        yield return ("DELETE", "/v1/storage/delete/_access/profiles/clerk.json", null, false);
        foreach (var query in new[] { "", "?prefix=datasets/", "?prefix=_access/", "?prefix=_", "?start_after=a&bucket=primary" })
        {
            yield return ("GET", $"/v1/storage/list{query}", null, true);
        }

        yield return ("POST", "/v1/ingest/objects", $$"""{"name":"mine_x","keys":["{{file}}"]}""", false);
        yield return ("POST", "/v1/ingest/objects", """{"name":"mine_x","prefix":"datasets/"}""", false);
        yield return ("POST", "/v1/ingest/objects", """{"name":"mine_x","prefix":"_access/"}""", false);
        yield return ("POST", "/v1/catalog/register", $$"""{"name":"mine_x","columns":[],"objects":[{"key":"{{file}}"}]}""", false);
        yield return ("POST", "/v1/ingest?name=people&mode=append", header + "99,x,CA,1,2000-01-01,x,x,x,x\n", false);
        yield return ("POST", "/v1/ingest?name=people&mode=upsert&key=id", header + "2,x,CA,1,2000-01-01,x,x,x,x\n", false);
        yield return ("POST", "/v1/ingest?name=People", "id\n1\n", false);
        yield return ("POST", "/v1/ingest?name=secret", "id\n1\n", false);
        yield return ("POST", "/v1/ingest?name=mine_y&format=csv", "id\n1\n", true);
        yield return ("GET", "/v1/ingest/jobs", null, true);
        yield return ("GET", "/v1/queries", null, true);
        yield return ("DELETE", "/v1/queries/admins-query", null, false);
        yield return ("GET", "/v1/journal", null, false);
        yield return ("GET", "/v1/profiles", null, false);
        yield return ("GET", "/v1/profiles/clerk", null, false);
        yield return ("PUT", "/v1/profiles/clerk", """{"actions":["admin"]}""", false);
        yield return ("POST", "/v1/profiles/clerk/tokens", "", false);
        yield return ("GET", "/v1/whoami", null, true);
        yield return ("GET", "/v1/vectors/index", null, true);
        yield return ("GET", "/v1/vectors/index/people_texts", null, true);
        yield return ("GET", "/v1/vectors/index/secret_texts", null, false);
        yield return ("GET", "/v1/vectors/alias", null, true);
        yield return ("PUT", "/v1/vectors/alias/mine_a", """{"index":"secret_texts"}""", false);
        yield return ("PUT", "/v1/vectors/alias/mine_a", """{"index":"people_of_secret"}""", true);
        yield return ("POST", "/v1/search", """{"index":"mine_a","text":"x"}""", false);
        foreach (var index in new[] { "people_texts", "people_names", "secret_texts", "people_of_secret", "mine_a" })
        {
            yield return ("POST", $"/v1/vectors/index/{index}/get", """{"ids":["1","2"],"include":["vector","text","metadata"]}""", false);
            yield return ("GET", $"/v1/vectors/index/{index}/items?include=text,metadata", null, false);
            yield return ("POST", $"/v1/vectors/index/{index}/search", """{"id":"1","k":5}""", false);
            yield return ("GET", $"/v1/vectors/index/{index}/import", null, false);
        }

        foreach (var index in new[] { "people_names", "secret_texts", "people_of_secret", "nothing" })
        {
            yield return ("POST", "/v1/search", $$"""{"index":"{{index}}","text":"Person","include":["text"]}""", false);
        }

        yield return ("POST", "/v1/search", """{"index":"people_texts","text":"CA","where":"1 = (SELECT count(*) FROM secret)"}""", false);
        yield return ("POST", "/v1/search", """{"index":"people_texts","text":"CA","columns":["notes"]}""", false);
        yield return ("POST", "/v1/search", """{"index":"people_texts","text":"CA","group_by":"ssn","facets":["name","pay"]}""", true);
        yield return ("POST", "/v1/vectors/index/mine_i/import", """{"dataset":"people","id":"id","text":"notes"}""", false);
        yield return ("POST", "/v1/vectors/index/mine_i/import", """{"dataset":"secret","id":"id","text":"word"}""", false);
        yield return ("DELETE", "/v1/vectors/index/people_texts/import", null, false);
        yield return ("POST", "/v1/embed", """{"texts":["a"]}""", true);
        yield return ("GET", "/v1/no-such-call", null, false);
    }
}
