using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Access;

/// <summary>Ways around a guard that lie beside the statement: older versions, indexes that are behind, kinds that change, names that are tried.</summary>
public sealed class GuardCornerTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(("auth.token", ProfileWorld.Token), ("embed.provider", "hashing"), ("search.follow_every", "1h"));
        _host.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {ProfileWorld.Token}");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_item_that_was_made_of_a_hidden_row_is_not_found_though_its_id_is_seen()
    {
        await _host.IngestAsync("dup", "id,state,text\n1,CA,public one\n2,CA,public two\n1,NY,hiddendup text\n");
        await _host.IngestAsync("stale", "id,state,text\n1,NY,hiddenstale verdict text\n2,CA,public text\n");
        await ImportAsync("dup", ["state"]);
        await ImportAsync("stale", ["state"]);
        await _host.IngestAsync("stale", "id,state,text\n1,CA,cleaned text\n2,CA,public text\n");
        using var clerk = await ProfileAsync("clerk", new
        {
            actions = new[] { "read", "search" },
            datasets = new[] { "*" },
            indexes = new[] { "*" },
            guards = new { dup = new { rows = "state = 'CA'" }, stale = new { rows = "state = 'CA'" } },
        });
        foreach (var index in new[] { "dup", "stale" })
        {
            foreach (var mode in new[] { "vector", "keyword", "hybrid" })
            {
                var (status, body) = await ProfileWorld.SendAsync(
                    clerk, "POST", "/v1/search", $$"""{"index":"{{index}}_idx","text":"text two","mode":"{{mode}}","k":9,"include":["text","metadata"]}""");
                status.Should().Be(200, body);
                body.Should().NotContain("hidden").And.NotContain("NY").And.Contain("\"id\":\"2\"").And.NotContain("\"id\":\"1\"");
            }
        }
    }

    [Fact]
    public async Task Metadata_of_columns_that_are_gone_is_not_shown()
    {
        await _host.IngestAsync("renamed", "id,text,ssn\n1,word,secretnumber\n");
        await ImportAsync("renamed", ["ssn"]);
        await _host.Http.DeleteAsync("/v1/catalog/dataset/renamed");
        await _host.IngestAsync("renamed", "id,text,social\n1,word,secretnumber\n");
        using var clerk = await ProfileAsync("clerk", new
        {
            actions = new[] { "search" },
            datasets = new[] { "*" },
            indexes = new[] { "*" },
            guards = new { renamed = new { columns = new { social = "hide" } } },
        });
        var (status, body) = await ProfileWorld.SendAsync(clerk, "POST", "/v1/search", """{"index":"renamed_idx","text":"word"}""");
        (status, body.Contains("secretnumber", StringComparison.Ordinal)).Should().Be((200, false), body);
        (await ProfileWorld.SendAsync(clerk, "POST", "/v1/search", """{"index":"renamed_idx","text":"word","filter":{"ssn":"x"}}""")).Status.Should().Be(403);
    }

    [Fact]
    public async Task Neither_a_restore_nor_a_version_of_another_kind_brings_back_what_was_taken_away()
    {
        await _host.IngestAsync("secret", "id,word\n1,hiddenword\n");
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/w_live", new { sql = "SELECT id, word FROM secret" });
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/w_live", new { sql = "SELECT id FROM secret" });
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/derived/w_derived", new { sql = "SELECT id, word FROM secret" });
        await _host.Http.DeleteAsync("/v1/catalog/derived/w_derived");
        await _host.IngestAsync("vz", "id,word\n1,hiddenword\n");
        await _host.Http.DeleteAsync("/v1/catalog/dataset/vz");
        await _host.IngestAsync("open", "id\n1\n");
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/vz", new { sql = "FROM open" });
        using var writer = await ProfileAsync("writer", new
        {
            actions = new[] { "read", "write", "ingest" },
            datasets = new[] { "w_*", "open" },
            views = new[] { "w_*", "vz", "secret*" },
        });
        foreach (var path in new[] { "restore/w_live?version=1", "restore/w_derived?version=1", "restore/vz?version=1" })
        {
            (await ProfileWorld.SendAsync(writer, "POST", $"/v1/catalog/{path}")).Status.Should().Be(403, path);
        }

        (await ProfileWorld.SqlAsync(writer, "FROM \"vz@1\"")).Body.Should().Contain("unknown_dataset").And.NotContain("hiddenword");
        (await ProfileWorld.SqlAsync(writer, "FROM vz")).Body.Should().Contain("[[1]]");
        (await ProfileWorld.SqlAsync(writer, "SELECT count(*) FROM lakehouse.snapshots WHERE dataset = 'secret'")).Body.Should().Contain("[[0]]");
        (await ProfileWorld.SendAsync(writer, "GET", "/v1/catalog/history/vz")).Body.Should().NotContain("\"made_by\":\"ingest\"");

        // Its own dataset it can restore.
        await _host.IngestAsync("w_own", "id\n1\n");
        await _host.IngestAsync("w_own", "id\n2\n");
        (await ProfileWorld.SendAsync(writer, "POST", "/v1/catalog/restore/w_own?version=1")).Status.Should().Be(200);
    }

    [Fact]
    public async Task Data_files_of_older_versions_and_dropped_datasets_stay_closed()
    {
        var parquet = await _host.Http.GetByteArrayAsync($"/v1/sql?q={Uri.EscapeDataString("SELECT 1 AS id, 'hiddenword' AS word")}&format=parquet");
        foreach (var key in new[] { "exports/old.parquet", "exports/new.parquet", "exports/dropped.parquet" })
        {
            using var put = new ByteArrayContent(parquet);
            (await _host.Http.PutAsync($"/v1/storage/put/{key}", put)).EnsureSuccessStatusCode();
        }

        await RegisterAsync("reg", "exports/old.parquet");
        await RegisterAsync("reg", "exports/new.parquet");
        await RegisterAsync("gone", "exports/dropped.parquet");
        await _host.Http.DeleteAsync("/v1/catalog/dataset/gone");
        using var clerk = await ProfileAsync("clerk", new { actions = new[] { "read", "write" }, objects = new[] { "primary/exports/*" } });
        foreach (var key in new[] { "old", "new", "dropped" })
        {
            (await ProfileWorld.SendAsync(clerk, "GET", $"/v1/storage/get/exports/{key}.parquet")).Status.Should().Be(403, key);
            (await ProfileWorld.SendAsync(clerk, "DELETE", $"/v1/storage/delete/exports/{key}.parquet")).Status.Should().Be(403, key);
            (await ProfileWorld.SendAsync(clerk, "PUT", $"/v1/storage/put/exports/{key}.parquet", "x")).Status.Should().Be(403, key);
        }

        (await ProfileWorld.SendAsync(clerk, "PUT", "/v1/storage/put/exports/own.txt", "x")).Status.Should().Be(200);
        (await ProfileWorld.SendAsync(clerk, "GET", "/v1/storage/get/exports/own.txt")).Status.Should().Be(200);
    }

    [Fact]
    public async Task Names_that_are_hidden_are_not_told_by_lists_errors_or_hints()
    {
        await _host.IngestAsync("hiddendata", "id,word\n1,x\n");
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/hiddenview", new { sql = "FROM hiddendata" });
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/w_view", new { sql = "SELECT word AS hiddencolumn FROM hiddendata" });
        await ImportAsync("hiddendata", [], "word");
        (await _host.Http.PutAsJsonAsync("/v1/vectors/alias/hiddenalias", new { index = "hiddendata_idx" })).EnsureSuccessStatusCode();
        using var writer = await ProfileAsync("writer", new
        {
            actions = new[] { "read", "search", "write", "ingest" },
            datasets = new[] { "w_*" },
            views = new[] { "w_*", "hiddenvie" },
            indexes = new[] { "w_*" },
            objects = new[] { "primary/exports/*" },
        });
        foreach (var (method, path, body) in new (string, string, string?)[]
        {
            ("GET", "/v1/catalog/view/hiddenvie", null), ("GET", "/v1/catalog/view/w_view", null), ("GET", "/v1/catalog/views", null),
            ("GET", "/v1/catalog/list", null), ("GET", "/v1/vectors/index", null), ("GET", "/v1/vectors/alias", null),
            ("POST", "/v1/vectors/index", """{"name":"hiddendata_idy","dimension":3}"""),
            ("POST", "/v1/ingest/objects", """{"name":"w_x","prefix":"datasets/h"}"""), ("POST", "/v1/ingest/objects", """{"name":"w_x","prefix":"_"}"""),
            ("GET", "/v1/storage/list?prefix=_vectors/h&limit=1", null), ("GET", "/v1/storage/list?prefix=datasets/h&limit=1", null),
            ("POST", "/v1/sql", """{"sql":"FROM w_view"}"""), ("POST", "/v1/sql", """{"sql":"FROM hiddendat"}"""),
            ("POST", "/v1/sql", """{"sql":"FROM lakehouse.datasets"}"""), ("POST", "/v1/sql", """{"sql":"FROM lakehouse.columns"}"""),
            ("POST", "/v1/sql", """{"sql":"FROM lakehouse.indexes"}"""), ("POST", "/v1/sql", """{"sql":"SHOW ALL TABLES"}"""),
        })
        {
            var (_, answer) = await ProfileWorld.SendAsync(writer, method, path, body);
            answer.Replace("hiddenvie'", "", StringComparison.Ordinal).Replace("hiddendat'", "", StringComparison.Ordinal)
                .Replace("hiddendata_idy", "", StringComparison.Ordinal).Replace("\"dataset\":\"hiddendat\"", "", StringComparison.Ordinal)
                .Replace("datasets/h", "", StringComparison.Ordinal).Should().NotContain("hiddend").And.NotContain("hiddenv").And.NotContain("hiddena")
                .And.NotContain("hiddenc").And.NotContain("\"truncated\":true", "{0}", path);
        }

        (await ProfileWorld.SendAsync(writer, "GET", "/v1/embed/stats")).Status.Should().Be(403);
    }

    [Fact]
    public async Task A_view_of_a_profile_reads_datasets_alone()
    {
        await _host.IngestAsync("w_data", "id\n1\n");
        using var writer = await ProfileAsync("writer", new
        {
            actions = new[] { "read", "search", "write" },
            datasets = new[] { "w_*" },
            views = new[] { "w_*" },
            indexes = new[] { "w_*" },
        });
        foreach (var sql in new[]
        {
            "SELECT name FROM lakehouse.datasets", "FROM lakehouse.queries", "SELECT * FROM vector_search('w_idx', [1.0])", "SELECT embed('a')", "SELECT now()",
        })
        {
            var (status, body) = await ProfileWorld.SendAsync(writer, "PUT", "/v1/catalog/view/w_view", JsonSerializer.Serialize(new { sql }));
            status.Should().BeOneOf([400, 403], body);
        }

        (await ProfileWorld.SendAsync(writer, "PUT", "/v1/catalog/view/w_view", """{"sql":"SELECT max(id) AS id FROM w_data"}""")).Status.Should().Be(200);
        (await ProfileWorld.SqlAsync(writer, "FROM w_view")).Body.Should().Contain("[[1]]");
    }

    [Fact]
    public async Task A_row_filter_whose_types_are_not_those_of_the_file_fails_closed()
    {
        var sqlOfFile = Uri.EscapeDataString("SELECT 'hiddencode' AS code UNION ALL SELECT '5'");
        var parquet = await _host.Http.GetByteArrayAsync($"/v1/sql?q={sqlOfFile}&format=parquet");
        using var put = new ByteArrayContent(parquet);
        (await _host.Http.PutAsync("/v1/storage/put/exports/lie.parquet", put)).EnsureSuccessStatusCode();
        await RegisterAsync("lie", "exports/lie.parquet", ("code", "INTEGER"));
        var guards = new { lie = new { rows = "code = 5" } };
        using var clerk = await ProfileAsync("clerk", new { actions = new[] { "read" }, datasets = new[] { "*" }, guards });
        foreach (var sql in new[] { "SELECT count(*) FROM lie", "FROM lie", "SELECT max(code) FROM lie" })
        {
            (await ProfileWorld.SqlAsync(clerk, sql)).Body.Should().NotContain("hiddencode");
        }
    }

    [Fact]
    public async Task Jobs_of_a_dataset_that_is_seen_in_part_are_not_shown()
    {
        await _host.IngestAsync("people", "id,state\n1,CA\n2,NY\n");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest?name=people&mode=append") { Content = new StringContent("id,state\n3,NY\n") };
        request.Headers.TryAddWithoutValidation("Prefer", "respond-async");
        using var accepted = await _host.Http.SendAsync(request);
        var id = (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        using var clerk = await ProfileAsync("clerk", new
        {
            actions = new[] { "read", "ingest" },
            datasets = new[] { "people" },
            guards = new { people = new { rows = "state = 'CA'" } },
        });
        (await ProfileWorld.SendAsync(clerk, "GET", "/v1/ingest/jobs")).Body.Should().NotContain(id);
        (await ProfileWorld.SendAsync(clerk, "GET", $"/v1/ingest/jobs/{id}")).Status.Should().Be(404);
        (await ProfileWorld.SendAsync(clerk, "DELETE", $"/v1/ingest/jobs/{id}")).Status.Should().Be(404);
    }

    [Theory]
    [InlineData("""{"actions":["read"],"guards":{"people":{"rows":""}}}""", 400)]
    [InlineData("""{"actions":["read"],"guards":{"v_people":{"columns":{"id":"hide"}}}}""", 400)]
    [InlineData("""{"actions":["read"],"guards":{"people ":{"columns":{"id":"hide"}}}}""", 400)]
    [InlineData("""{"actions":["read"],"guards":{"peopl*":{"columns":{"idd":"hide"}}}}""", 400)]
    [InlineData("""{"actions":["read"],"guards":{"peopel":{"columns":{"id":"hide"}}}}""", 200)]
    [InlineData("""{"actions":["read"],"guards":{"people":{"rows":"/* ' */ id = profile('n') -- '"}},"attributes":{"n":"1"}}""", 200)]
    public async Task A_guard_that_would_guard_nothing_is_refused_or_doubted(string profile, int status)
    {
        await _host.IngestAsync("people", "id\n1\n");
        await ProfileWorld.PutAsync(_host.Http, "/v1/catalog/view/v_people", new { sql = "FROM people" });
        var (given, answer) = await ProfileWorld.SendAsync(_host.Http, "PUT", "/v1/profiles/p", profile);
        given.Should().Be(status, answer);
        answer.Contains("the nearest is 'people'", StringComparison.Ordinal).Should().Be(profile.Contains("peopel", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Searches_use_the_budgets_of_queries()
    {
        await _host.IngestAsync("docs", "id,text\n1,apple\n2,pear\n");
        await ImportAsync("docs", []);
        using var clerk = await ProfileAsync("clerk", new
        {
            actions = new[] { "read", "search" },
            datasets = new[] { "*" },
            indexes = new[] { "*" },
            budgets = new { embedded_texts_per_day = 3, rows_per_answer = 5, bytes_per_answer = 4000 },
        });
        (await ProfileWorld.SendAsync(clerk, "POST", "/v1/search", """{"index":"docs_idx","text":"apple","k":50}""")).Body.Should().Contain("rows_per_answer");
        (await ProfileWorld.SendAsync(clerk, "POST", "/v1/search", """{"index":"docs_idx","text":"apple","k":5}""")).Status.Should().Be(200);
        (await ProfileWorld.SendAsync(clerk, "POST", "/v1/embed", """{"texts":["a","b","c","d"]}""")).Status.Should().Be(429);
        var sql = Uri.EscapeDataString("SELECT repeat('x', 3000) AS x FROM range(4)");
        (await ProfileWorld.SendAsync(clerk, "GET", $"/v1/sql?q={sql}&format=ndjson")).Body.Length.Should().BeLessThan(5_000);
    }

    private async Task<HttpClient> ProfileAsync(string name, object profile)
    {
        await ProfileWorld.PutAsync(_host.Http, $"/v1/profiles/{name}", profile);
        return await ProfileWorld.ClientAsync(_host, name);
    }

    private async Task ImportAsync(string dataset, string[] metadata, string text = "text")
    {
        var (_, begun) = await _host.Http.PostAsync($"/v1/vectors/index/{dataset}_idx/import", new { dataset, id = "id", text, metadata, follow = false });
        begun.TryGetProperty("code", out var code).Should().BeFalse("{0}", code);
        await _host.Http.WaitForVersionAsync($"{dataset}_idx", 1);
    }

    private async Task RegisterAsync(string name, string key, params (string Name, string Type)[] columns)
    {
        var body = JsonSerializer.Serialize(new
        {
            name,
            schema_fingerprint = new string('a', 64),
            columns = columns.Select(c => new { name = c.Name, type = c.Type }),
            objects = new[] { new { key } },
        });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync("/v1/catalog/register", content);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
    }
}
