using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Access;
using Lakehouse.Access.Internal.Profiles;
using Lakehouse.Core.Access;
using Lakehouse.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Tests.Integration.Access;

public sealed class ProfileTests
{
    private static readonly object Reader = new { actions = new[] { "read" }, datasets = new[] { "t" } };

    [Fact]
    public async Task Without_profiles_nothing_changes_and_the_first_needs_a_token_of_the_server()
    {
        await using var open = await LakehouseHost.StartAsync();
        var me = await open.Http.GetFromJsonAsync<JsonElement>("/v1/whoami");
        (me.GetProperty("profile").GetString(), me.GetProperty("administrator").GetBoolean()).Should().Be(("administrator", true));
        using var refused = await open.Http.PutAsJsonAsync("/v1/profiles/reader", Reader);
        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("auth_token_needed");
        (await open.Http.GetAsync("/v1/catalog/list")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tokens_are_rotated_end_and_are_kept_as_hashes()
    {
        using var folder = new TemporaryFolder();
        var time = new ShiftedTime(TimeSpan.Zero);
        await using var host = await StartAsync(folder.Path, time);
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/reader", Reader);
        var (first, firstId) = await MakeTokenAsync(host, "reader");
        var (second, _) = await MakeTokenAsync(host, "reader", new { expires_in = "1h" });
        (await StatusAsync(host, first), await StatusAsync(host, second)).Should().Be((200, 200));
        foreach (var wrong in new[] { first[..^1], first + "x", first.ToUpperInvariant(), "lh_", $"lh_{firstId}_", $"lh_{firstId}", "x" + first })
        {
            (await StatusAsync(host, wrong)).Should().Be(401, "{0} is no token", wrong);
        }

        // A profile that is put again keeps them.
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/reader", Reader);
        (await StatusAsync(host, first)).Should().Be(200);
        time.Ahead += TimeSpan.FromMinutes(61);
        (await StatusAsync(host, first), await StatusAsync(host, second)).Should().Be((200, 401));
        (await host.Http.DeleteAsync($"/v1/profiles/reader/tokens/{firstId}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await StatusAsync(host, first)).Should().Be(401);
        (await host.Http.DeleteAsync($"/v1/profiles/reader/tokens/{firstId}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var files = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(f => Path.GetFileName(f) is not ("lock" or "lake.lock" or "node.lock")))
        {
            (await ReadAsync(file)).Should().NotContain(first[^43..]).And.NotContain(second[^43..]);
        }

        (await host.Http.PostAsJsonAsync("/v1/profiles/reader/tokens", new { expires_in = "1 week" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await host.Http.PostAsJsonAsync("/v1/profiles/reader/tokens", new { expires_at = "2001-01-01" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await host.Http.PostAsync("/v1/profiles/nobody/tokens", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Profiles_are_there_after_a_restart_and_are_taken_over_from_other_servers()
    {
        using var folder = new TemporaryFolder();
        string token;
        await using (var host = await StartAsync(folder.Path))
        {
            await host.IngestAsync("t", "id\n1\n");
            await ProfileWorld.PutAsync(host.Http, "/v1/profiles/reader", Reader);
            (token, _) = await MakeTokenAsync(host, "reader");
        }

        await using var first = await StartAsync(folder.Path);
        await using var second = await StartAsync(folder.Path);
        (await StatusAsync(first, token), await StatusAsync(second, token)).Should().Be((200, 200));
        await ProfileWorld.PutAsync(first.Http, "/v1/profiles/reader", new { actions = new[] { "search" } });
        (await StatusAsync(first, token)).Should().Be(403);
        await Until.HoldsAsync(async () => await StatusAsync(second, token) == 403);
        (await first.Http.DeleteAsync("/v1/profiles/reader")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await StatusAsync(first, token)).Should().Be(401);
        await Until.HoldsAsync(async () => await StatusAsync(second, token) == 401);
    }

    [Fact]
    public async Task Of_two_servers_that_change_a_profile_at_once_neither_loses_what_the_other_writes()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(folder.Path);
        await using var second = await StartAsync(folder.Path);
        await ProfileWorld.PutAsync(first.Http, "/v1/profiles/reader", Reader);
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => MakeTokenAsync(i % 2 == 0 ? first : second, "reader")));
        await ProfileWorld.PutAsync(second.Http, "/v1/profiles/reader", new { actions = new[] { "read" } });
        foreach (var host in new[] { first, second })
        {
            foreach (var (token, _) in made)
            {
                await Until.HoldsAsync(async () => await StatusAsync(host, token) == 200);
            }
        }

        var kept = Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories).Where(f => f.Contains("profiles", StringComparison.Ordinal));
        kept.Should().HaveCountLessThan(5);
        (await first.Http.DeleteAsync("/v1/profiles/reader")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await first.Http.DeleteAsync("/v1/profiles/reader")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await Until.HoldsAsync(async () => await StatusAsync(second, made[0].Token) == 401);

        // Made again, it has no tokens of before.
        await ProfileWorld.PutAsync(first.Http, "/v1/profiles/reader", Reader);
        (await StatusAsync(first, made[0].Token)).Should().Be(401);
    }

    [S3Fact]
    public async Task Profiles_and_guards_are_the_same_in_S3()
    {
        var bucket = await S3Server.CreateBucketAsync();
        using var folders = new TemporaryFolder();
        var settings = S3Server.SettingsOf(bucket);
        await using var first = await StartAsync(folders.File("first"), settings: settings);
        await using var second = await StartAsync(folders.File("second"), settings: settings);
        await first.IngestAsync("t", "id,word\n1,hidden\n2,seen\n");
        await ProfileWorld.PutAsync(first.Http, "/v1/profiles/reader", new
        {
            actions = new[] { "read" },
            datasets = new[] { "t" },
            guards = new { t = new { columns = new { word = "hash" }, rows = "id = 2" } },
        });
        var (token, _) = await MakeTokenAsync(first, "reader");
        using var client = Client(first, token);
        var here = await ProfileWorld.SqlAsync(client, "FROM t");
        here.Status.Should().Be(200);
        here.Body.Should().NotContain("hidden").And.Contain("[[2,");
        await Until.HoldsAsync(async () => await StatusAsync(second, token) == 200);
        await second.Http.PostAsync("/v1/catalog/refresh", null);
        using var other = Client(second, token);
        var there = await ProfileWorld.SqlAsync(other, "FROM t");
        RowsOf(there.Body).Should().Be(RowsOf(here.Body));

        static string RowsOf(string body) => body[body.IndexOf("\"rows\"", StringComparison.Ordinal)..];
    }

    [Fact]
    public async Task Files_of_a_folder_are_profiles_and_a_broken_one_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var profiles = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path, settings: ("access.folder", profiles.Path));
        await host.IngestAsync("t", "id\n1\n");
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/maker", Reader);
        using var made = await host.Http.PostAsync("/v1/profiles/maker/tokens", null);
        var record = await made.Content.ReadFromJsonAsync<JsonElement>();
        var token = record.GetProperty("token").GetString()!;
        await host.Http.DeleteAsync("/v1/profiles/maker");
        var kept = record.EnumerateObject().Where(m => m.Name != "token").ToDictionary(m => m.Name, m => m.Value);
        var path = Path.Combine(profiles.Path, "filed.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new { actions = new[] { "read" }, datasets = new[] { "t" }, tokens = new[] { kept } }));
        await Until.HoldsAsync(async () => await StatusAsync(host, token) == 200);
        await File.WriteAllTextAsync(path, "{\"actions\":[\"read\"");
        await Until.HoldsAsync(async () => (await host.Http.GetStringAsync("/v1/journal")).Contains("profile_unreadable", StringComparison.Ordinal));
        (await StatusAsync(host, token)).Should().Be(200);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new { actions = new[] { "raed" }, tokens = new[] { kept } }));
        await Until.HoldsAsync(async () =>
            (await host.Http.GetStringAsync("/v1/journal")).Contains("profile_refused", StringComparison.Ordinal));
        (await StatusAsync(host, token)).Should().Be(200);
        using var put = await host.Http.PutAsJsonAsync("/v1/profiles/filed", Reader);
        (await put.Content.ReadAsStringAsync()).Should().Contain("profile_configured");
        File.Delete(path);
        await Until.HoldsAsync(async () => await StatusAsync(host, token) == 401);
    }

    [Fact]
    public async Task Tables_of_the_configuration_are_profiles()
    {
        using var folder = new TemporaryFolder();
        var (record, token) = TokenRecord.Make(DateTimeOffset.UtcNow, null);
        var config = folder.File("lake.toml");
        await File.WriteAllTextAsync(config, $$$"""
            [profiles.filed]
            actions = ["read"]
            datasets = ["t"]
            attributes = {n = 2}
            budgets = {rows_per_answer = 5}
            guards.t = {rows = "id = profile('n')", columns = {word = "null"}}

            [[profiles.filed.tokens]]
            id = "{{{record.Id}}}"
            salt = "{{{record.Salt}}}"
            hash = "{{{record.Hash}}}"
            created_at = "2026-11-23T00:00:00Z"
            """);
        await using var server = await LakehouseProcess.StartAsync(folder.File("data"), "--config", config, "--auth.token", ProfileWorld.Token);
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ProfileWorld.Token);
        using var csv = new StringContent("id,word\n1,a\n2,b\n");
        (await server.Http.PostAsync("/v1/ingest?name=t&format=csv", csv)).EnsureSuccessStatusCode();
        using var client = new HttpClient { BaseAddress = server.Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await ProfileWorld.SqlAsync(client, "FROM t")).Body.Should().Contain("\"rows\":[[2,null]]");
        (await server.Http.GetStringAsync("/v1/profiles/filed")).Should().Contain("\"source\":\"configured\"").And.Contain("\"rows_per_answer\":5");
        await File.WriteAllTextAsync(config, "[profiles.filed]\nactions = [\"raed\"]\n");
        var (code, _, error) = await LakehouseProcess.RunAsync(
            new Dictionary<string, string>(), "serve", "--config", config, "--storage.data_dir", folder.File("other"));
        code.Should().Be(1);
        error.Should().Contain("[profiles.filed]").And.Contain("'read'");
    }

    [Theory]
    [InlineData("""{}""", "actions")]
    [InlineData("""{"actions":["raed"]}""", "read")]
    [InlineData("""{"actions":["read"],"dataset":["t"]}""", "datasets")]
    [InlineData("""{"actions":["read"],"datasets":[""]}""", "empty")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"columns":{"idd":"hash"}}}}""", "'id'")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"columns":{"id":"hsah"}}}}""", "hash")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"columns":{"id":"hash","ID":"null"}}}}""", "twice")]
    [InlineData("""{"actions":["read"],"guards":{"t":{},"T":{}}}""", "upper and lower")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"columns":{"id":"bucket:0"}}}}""", "bucket:10")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"others":"last4"}}}""", "others")]
    [InlineData("""{"actions":["read"],"guards":{"t":{"rows":"state = profile('state')"}}}""", "attributes")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"rows":"nosuch = 1"}}}""", "nosuch")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"rows":"id = 1) OR (true"}}}""", "single")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"rows":"id IN (SELECT id FROM u)"}}}""", "does not fit")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"rows":"random() < 0.5"}}}""", "does not fit")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"columns":{"id":{"sql":"(SELECT 1)"}}}}}""", "does not fit")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"columns":{"id":{"sql":"getenv('HOME')"}}}}}""", "getenv")]
    [InlineData("""{"actions":["read"],"datasets":["t"],"guards":{"t":{"others":"hide"}}}""", "None of its columns")]
    [InlineData("""{"actions":["admin"],"guards":{"t":{}}}""", "admin")]
    [InlineData("""{"actions":["read"],"budgets":{"requests_per_minute":0}}""", "requests_per_minute")]
    [InlineData("""{"actions":["read"],"budgets":{"requests_per_hour":5}}""", "requests_per_minute")]
    public async Task A_profile_that_cannot_be_meant_is_refused_with_what_would_be_right(string profile, string hint)
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        await host.IngestAsync("t", "id,state\n1,CA\n");
        await host.IngestAsync("u", "id\n1\n");
        var (status, answer) = await ProfileWorld.SendAsync(host.Http, "PUT", "/v1/profiles/p", profile);
        status.Should().Be(400, answer);
        answer.Should().Contain(hint);
        (await host.Http.GetAsync("/v1/profiles/p")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_call_that_does_not_say_what_it_needs_is_the_administrators()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        var open = host.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<RequiredAccess>() is null)
            .Select(e => e.RoutePattern.RawText)
            .Distinct()
            .Order(StringComparer.Ordinal);
        open.Should().Equal("/health", "/ready", "/v1/catalog/derived", "/v1/catalog/derived/{name}", "/v1/journal");
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/all", new
        {
            actions = new[] { "read", "search", "ingest", "write" },
            datasets = new[] { "*" },
            views = new[] { "*" },
            indexes = new[] { "*" },
            objects = new[] { "*" },
        });
        using var all = await ProfileWorld.ClientAsync(host, "all");
        foreach (var path in new[] { "/v1/catalog/derived", "/v1/journal", "/v1/profiles" })
        {
            (await all.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        }

        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/chief", new { actions = new[] { "admin" } });
        using var chief = await ProfileWorld.ClientAsync(host, "chief");
        foreach (var path in new[] { "/v1/catalog/derived", "/v1/journal", "/v1/profiles", "/v1/catalog/list" })
        {
            (await chief.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Each_action_opens_its_calls_alone()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path);
        await host.IngestAsync("t", "id\n1\n");
        var calls = new (string Action, string Method, string Path, string? Body)[]
        {
            ("read", "POST", "/v1/sql", """{"sql":"FROM t"}"""), ("read", "GET", "/v1/catalog/list", null), ("read", "GET", "/v1/storage/list", null),
            ("search", "POST", "/v1/embed", """{"texts":["a"]}"""), ("search", "GET", "/v1/vectors/index", null),
            ("ingest", "POST", "/v1/ingest?name=t&format=csv", "id\n2\n"), ("write", "DELETE", "/v1/catalog/dataset/t/rows?where=id=7", null),
            ("write", "PUT", "/v1/storage/put/x", "x"),
        };
        foreach (var action in new[] { "read", "search", "ingest", "write" })
        {
            await ProfileWorld.PutAsync(host.Http, $"/v1/profiles/{action}", new
            {
                actions = new[] { action },
                datasets = new[] { "*" },
                views = new[] { "*" },
                indexes = new[] { "*" },
                objects = new[] { "*" },
            });
            using var client = await ProfileWorld.ClientAsync(host, action);
            foreach (var (needed, method, path, body) in calls)
            {
                var (status, answer) = await ProfileWorld.SendAsync(client, method, path, body);
                (status < 400).Should().Be(needed == action, "{0} {1} with {2} gave {3}", method, path, action, answer);
            }
        }
    }

    [Fact]
    public async Task Budgets_are_counted_refused_and_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        var time = new ShiftedTime(TimeSpan.Zero);
        string token;
        await using (var host = await StartAsync(folder.Path, time))
        {
            await host.IngestAsync("t", "id\n1\n2\n3\n");
            await ProfileWorld.PutAsync(host.Http, "/v1/profiles/reader", new
            {
                actions = new[] { "read", "search" },
                datasets = new[] { "t" },
                budgets = new { rows_per_day = 7, bytes_per_answer = 2000, rows_per_answer = 5, embedded_texts_per_day = 3, requests_per_minute = 1000 },
            });
            (token, _) = await MakeTokenAsync(host, "reader");
            using var client = Client(host, token);
            (await ProfileWorld.SqlAsync(client, "FROM t")).Status.Should().Be(200);
            (await ProfileWorld.SqlAsync(client, "FROM range(6)")).Body.Should().Contain("\"truncated\":true");
            (await ProfileWorld.SqlAsync(client, "SELECT repeat('x', 1900)")).Status.Should().Be(429, "nine rows were used");
        }

        await using (var host = await StartAsync(folder.Path, time))
        {
            using var client = Client(host, token);
            using var request = new StringContent("""{"sql":"FROM t"}""");
            using var spent = await client.PostAsync("/v1/sql", request);
            spent.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
            spent.Headers.RetryAfter!.Delta!.Value.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThanOrEqualTo(TimeSpan.FromDays(1));
            (await spent.Content.ReadAsStringAsync()).Should().Contain("budget_spent").And.Contain("\"budget\":\"rows_per_day\"");
            var me = await client.GetFromJsonAsync<JsonElement>("/v1/whoami");
            me.GetProperty("budgets").EnumerateArray().Single(b => b.GetProperty("budget").GetString() == "rows_per_day").GetProperty("used").GetInt64()
                .Should().Be(8);
            (await client.PostAsync("/v1/embed", new { texts = new[] { "a", "b" } })).Status.Should().Be(HttpStatusCode.OK);
            (await client.PostAsync("/v1/embed", new { texts = new[] { "a", "b" } })).Status.Should().Be(HttpStatusCode.TooManyRequests);
            (await client.PostAsync("/v1/embed", new { texts = new[] { "a" } })).Status.Should().Be(HttpStatusCode.OK);
            (await client.PostAsync("/v1/embed", new { texts = new[] { "a" } })).Status.Should().Be(HttpStatusCode.TooManyRequests);
            time.Ahead += TimeSpan.FromDays(1);
            (await ProfileWorld.SqlAsync(client, "FROM t")).Status.Should().Be(200);
            (await ProfileWorld.SqlAsync(client, "SELECT repeat('x', 2100)")).Status.Should().NotBe(200);
        }
    }

    [Fact]
    public async Task Requests_of_a_minute_and_queries_at_once_are_bounded()
    {
        using var folder = new TemporaryFolder();
        await using var host = await StartAsync(folder.Path, new ShiftedTime(TimeSpan.Zero));
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/few", new { actions = new[] { "read" }, budgets = new { requests_per_minute = 5 } });
        using var few = await ProfileWorld.ClientAsync(host, "few");
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            statuses.Add((int)(await few.GetAsync("/v1/catalog/list")).StatusCode);
        }

        (await few.GetStringAsync("/v1/whoami")).Should().Contain("requests_per_minute", "it can be asked when nothing is left");

        // A minute may have ended in between.
        statuses.Count(s => s == 200).Should().BeInRange(5, 10);
        statuses.Count(s => s == 429).Should().BeGreaterThanOrEqualTo(2);
        await ProfileWorld.PutAsync(host.Http, "/v1/profiles/one", new { actions = new[] { "read" }, budgets = new { running_queries = 1 } });
        using var one = await ProfileWorld.ClientAsync(host, "one");
        var slow = ProfileWorld.SendAsync(one, "POST", "/v1/sql", """{"sql":"SELECT count(*) FROM range(100000000000)","query_id":"slow"}""");
        await Until.HoldsAsync(async () => (await one.GetStringAsync("/v1/queries")).Contains("slow", StringComparison.Ordinal));
        (await ProfileWorld.SqlAsync(one, "SELECT 1")).Body.Should().Contain("running_queries");
        (await host.Http.DeleteAsync("/v1/queries/slow")).EnsureSuccessStatusCode();
        (await slow).Status.Should().Be(499);
        (await ProfileWorld.SqlAsync(one, "SELECT 1")).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_trusted_proxy_says_for_whom_it_speaks_and_nobody_else_does()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await StartAsync(folder.Path))
        {
            await ProfileWorld.PutAsync(host.Http, "/v1/profiles/alice", new { actions = new[] { "read" }, users = new[] { "alice@example.org" } });
            (await AskAsync(host, ("X-Forwarded-User", "alice@example.org"))).Should().Be((401, null));
        }

        await using var behind = await StartAsync(
            folder.Path, null, ("auth.trusted_proxies", "127.0.0.1,10.0.0.0/8"), ("auth.allowed_ips", "127.0.0.1,192.0.2.0/24"));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"))).Should().Be((200, "alice"));
        (await AskAsync(behind, ("X-Forwarded-User", "bob@example.org"))).Should().Be((401, null));
        (await AskAsync(behind)).Should().Be((401, null));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"), ("Authorization", "Bearer wrong"))).Should().Be((401, null));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"), ("X-Forwarded-For", "192.0.2.7"))).Should().Be((200, "alice"));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"), ("X-Forwarded-For", "198.51.100.1, 192.0.2.7, 10.1.1.1"))).Should()
            .Be((200, "alice"));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"), ("X-Forwarded-For", "192.0.2.7, 198.51.100.1"))).Should().Be((403, null));
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"), ("X-Forwarded-For", "nonsense"))).Should().Be((403, null));
        await ProfileWorld.PutAsync(behind.Http, "/v1/profiles/alice", new { actions = new[] { "read" } });
        (await AskAsync(behind, ("X-Forwarded-User", "alice@example.org"))).Should().Be((401, null));
    }

    [Fact]
    public async Task A_thousand_profiles_cost_a_request_microseconds()
    {
        using var folder = new TemporaryFolder();
        using var profiles = new TemporaryFolder();
        await using (var host = await StartAsync(folder.Path))
        {
            await ProfileWorld.PutAsync(host.Http, "/v1/profiles/maker", Reader);
        }

        var tokens = new List<string>();
        await using (var host = await StartAsync(folder.Path))
        {
            for (var i = 0; i < 20; i++)
            {
                using var made = await host.Http.PostAsync("/v1/profiles/maker/tokens", null);
                var record = await made.Content.ReadFromJsonAsync<JsonElement>();
                tokens.Add(record.GetProperty("token").GetString()!);
                var kept = record.EnumerateObject().Where(m => m.Name != "token").ToDictionary(m => m.Name, m => m.Value);
                for (var j = 0; j < 50; j++)
                {
                    // 50 profiles for each token; the one that comes first has it.
                    var profile = new { actions = new[] { "read" }, datasets = new[] { "t" }, tokens = j == 0 ? [kept] : Array.Empty<object>() };
                    await File.WriteAllTextAsync(Path.Combine(profiles.Path, $"p{i}-{j}.json"), JsonSerializer.Serialize(profile));
                }
            }

            (await host.Http.DeleteAsync("/v1/profiles/maker")).EnsureSuccessStatusCode();
        }

        await using var all = await StartAsync(folder.Path, settings: ("access.folder", profiles.Path));
        var known = all.Service<IProfiles>();
        tokens.Select(t => known.FindByToken(t)!.Name).Should().OnlyHaveUniqueItems().And.HaveCount(20);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < 10_000; i++)
            {
                known.FindByToken(tokens[i % tokens.Count]).Should();
            }

            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(started).Ticks / 10_000));
        }

        best.Should().BeLessThan(TimeSpan.FromMicroseconds(20));
    }

    private static Task<LakehouseHost> StartAsync(string folder, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        (string, string)[] all = [("auth.token", ProfileWorld.Token), ("access.refresh", "100ms"), ("embed.provider", "hashing"), .. settings];
        return SignInAsync(time is null ? LakehouseHost.StartInAsync(folder, all) : LakehouseHost.StartInAsync(folder, time, all));
    }

    private static async Task<LakehouseHost> SignInAsync(Task<LakehouseHost> starting)
    {
        var host = await starting;
        host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ProfileWorld.Token);
        return host;
    }

    private static async Task<(string Token, string Id)> MakeTokenAsync(LakehouseHost host, string profile, object? body = null)
    {
        var path = $"/v1/profiles/{profile}/tokens";
        using var made = await (body is null ? host.Http.PostAsync(path, null) : host.Http.PostAsJsonAsync(path, body));
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.GetProperty("token").GetString()!, answer.GetProperty("id").GetString()!);
    }

    private static HttpClient Client(LakehouseHost host, string token)
    {
        var http = new HttpClient { BaseAddress = host.Http.BaseAddress };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return http;
    }

    private static async Task<int> StatusAsync(LakehouseHost host, string token)
    {
        using var client = Client(host, token);
        using var answer = await client.GetAsync("/v1/catalog/list");
        return (int)answer.StatusCode;
    }

    private static async Task<(int Status, string? Profile)> AskAsync(LakehouseHost host, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        var (status, body) = await ProfileWorld.SendAsync(client, "GET", "/v1/whoami", null, headers);
        return (status, status == 200 ? JsonElement.Parse(body[body.IndexOf('{', StringComparison.Ordinal)..]).GetProperty("profile").GetString() : null);
    }

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
