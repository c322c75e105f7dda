using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Search;

public sealed class ImportTests
{
    private static readonly object Import = new { dataset = "docs", id = "id", text = "body", metadata = new[] { "kind" } };

    [Fact]
    public async Task An_import_makes_the_index_and_says_what_it_did()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        await host.IngestAsync("docs", Csv((1, "alpha", "a"), (2, "beta", "b"), (3, "", "b"), (4, "gamma", "c")));

        var (status, begun) = await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        var done = await host.Http.WaitForVersionAsync("docs", 1);

        status.Should().Be(HttpStatusCode.Accepted);
        begun.GetProperty("target_version").GetInt64().Should().Be(1);
        Counts(done).Should().Be("rows 4, done 4, embedded 3, updated 0, unchanged 0, skipped 1, removed 0");
        ollama.Asked.Where(t => t != "dimension").Should().BeEquivalentTo("search_document: alpha", "search_document: beta", "search_document: gamma");
        var index = await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs");
        index.GetProperty("count").GetInt64().Should().Be(3);
        index.GetProperty("text_count").GetInt64().Should().Be(3);
        var origin = index.GetProperty("origin").GetProperty("embedding");
        origin.GetProperty("provider").GetString().Should().Be("ollama");
        origin.GetProperty("model").GetString().Should().Be("nomic-embed-text");
        origin.GetProperty("digest").GetString().Should().Be("0a109f422b47");
        origin.GetProperty("document_prefix").GetString().Should().Be("search_document: ");
        origin.GetProperty("dimension").GetInt32().Should().Be(8);
        var found = await host.Http.PostAsync("/v1/vectors/index/docs/search", new { id = "1", k = 1 });
        found.Body.GetProperty("dataset").GetRawText().Should().Be("""{"name":"docs","version":1}""");
        found.Body.GetProperty("results")[0].GetProperty("metadata").GetProperty("kind").GetString().Should().BeOneOf("b", "c");
    }

    [Fact]
    public async Task A_followed_dataset_is_brought_in_and_only_changed_rows_are_embedded()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("search.follow_every", "10ms"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a"), (2, "beta", "b"), (3, "gamma", "c"), (4, "delta", "d")));
        await host.Http.PostAsync(
            "/v1/vectors/index/docs/import", new { dataset = "docs", id = "id", text = "body", metadata = new[] { "kind" }, follow = true });
        await host.Http.WaitForVersionAsync("docs", 1);
        ollama.Asked.Clear();

        // Row 1 is unchanged, 2 has another text, 3 other metadata, 4 no text, and 5 is new.
        await host.IngestAsync("docs", Csv((1, "alpha", "a"), (2, "beta two", "b"), (3, "gamma", "cc"), (4, "", "d"), (5, "epsilon", "e")));
        var done = await host.Http.WaitForVersionAsync("docs", 2);

        Counts(done).Should().Be("rows 5, done 5, embedded 2, updated 1, unchanged 1, skipped 1, removed 1");
        ollama.Asked.Should().BeEquivalentTo("search_document: beta two", "search_document: epsilon");
        (await ItemsAsync(host)).Should().Equal("1 alpha a", "2 beta two b", "3 gamma cc", "5 epsilon e");
        (await host.Http.SearchAsync(new { index = "docs", text = "beta" })).GetProperty("dataset").GetProperty("version").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task Of_rows_that_were_added_alone_the_others_are_not_read_again()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("search.follow_every", "10ms"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a"), (2, "beta", "b"), (3, "gamma", "c")));
        await host.Http.PostAsync(
            "/v1/vectors/index/docs/import", new { dataset = "docs", id = "id", text = "body", metadata = new[] { "kind" }, follow = true });
        (await host.Http.WaitForVersionAsync("docs", 1)).GetProperty("added_only").GetBoolean().Should().BeFalse();

        // Row 2 comes again with another text, row 3 without one, and 4 is new.
        await host.IngestAsync("docs", Csv((2, "beta two", "b"), (3, "", "c"), (4, "delta", "d")), "&mode=append");
        var added = await host.Http.WaitForVersionAsync("docs", 2);
        var items = await ItemsAsync(host);
        await host.IngestAsync("docs", Csv((5, "epsilon", "e")), "&mode=append");
        var again = await host.Http.WaitForVersionAsync("docs", 3);

        // Rows that go, and columns that get wider, have all rows read.
        await host.Http.DeleteAsync("/v1/catalog/dataset/docs/rows?where=id%3D1");
        var removed = await host.Http.WaitForVersionAsync("docs", 4);
        await host.IngestAsync("docs", "id,body,kind,more\n6,zeta,f,1\n", "&mode=append&evolve=true");
        var wider = await host.Http.WaitForVersionAsync("docs", 5);
        await host.IngestAsync("docs", "id,body,kind,more\nx,eta,g,2\n", "&mode=append&evolve=true");
        var other = await host.Http.WaitForVersionAsync("docs", 6);

        Counts(added).Should().Be("rows 3, done 3, embedded 2, updated 0, unchanged 0, skipped 1, removed 1");
        added.GetProperty("added_only").GetBoolean().Should().BeTrue();
        items.Should().Equal("1 alpha a", "2 beta two b", "4 delta d");
        Counts(again).Should().Be("rows 1, done 1, embedded 1, updated 0, unchanged 0, skipped 0, removed 0");
        removed.GetProperty("added_only").GetBoolean().Should().BeFalse();
        removed.GetProperty("removed").GetInt64().Should().Be(1);
        wider.GetProperty("added_only").GetBoolean().Should().BeTrue("a new column changes no row that was there");
        other.GetProperty("added_only").GetBoolean().Should().BeFalse("the ids are texts now");
        (await ItemsAsync(host)).Should().Equal("2 beta two b", "4 delta d", "5 epsilon e", "6 zeta f", "x eta g");
    }

    [Fact]
    public async Task After_an_import_that_did_not_get_to_its_end_all_rows_are_compared()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(
            ollama,
            ("search.follow_every", "10ms"),
            ("search.retry_after", "10ms"),
            ("search.import_batch_rows", "1"),
            ("search.import_concurrency", "1"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));
        await host.Http.PostAsync(
            "/v1/vectors/index/docs/import", new { dataset = "docs", id = "id", text = "body", metadata = new[] { "kind" }, follow = true });
        await host.Http.WaitForVersionAsync("docs", 1);

        // One of two added rows gets in; then these rows go, and others are added to the version that the index held.
        ollama.Model = text => text.EndsWith("gamma", StringComparison.Ordinal)
            ? throw new InvalidOperationException("the runner has ended")
            : StandInOllama.Hashed(text, 8);
        await host.IngestAsync("docs", Csv((2, "beta", "b"), (3, "gamma", "c")), "&mode=append");
        await Until.HoldsAsync(() => ItemsAsync(host).Result.Contains("2 beta b"));
        (await host.Http.PostAsync("/v1/catalog/restore/docs?version=1", null)).EnsureSuccessStatusCode();
        await host.IngestAsync("docs", Csv((4, "delta", "d")), "&mode=append");
        await host.Http.WaitForVersionAsync("docs", 4);

        (await ItemsAsync(host)).Should().Equal("1 alpha a", "4 delta d");
    }

    [Fact]
    public async Task An_import_that_fails_goes_on_where_it_was_when_the_server_is_back()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(
            ollama,
            ("search.import_batch_rows", "10"),
            ("search.import_concurrency", "1"),
            ("search.retry_after", "10ms"),
            ("search.follow_every", "10ms"),
            ("embed.cache_size", "0"));
        await host.IngestAsync("docs", Csv([.. Enumerable.Range(0, 100).Select(i => (i, $"text number {i}", "k"))]));
        var calls = 0;
        ollama.Instead = null;
        ollama.Model = text => text == "dimension" || Interlocked.Increment(ref calls) <= 50
            ? StandInOllama.Hashed(text, 8)
            : throw new InvalidOperationException("the runner has ended");
        await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);

        var waiting = await host.Http.WaitForImportAsync("docs", s => s.GetProperty("state").GetString() == "waiting");
        waiting.GetProperty("error_code").GetString().Should().Be("embedder_failed");
        ollama.Model = text => StandInOllama.Hashed(text, 8);
        var done = await host.Http.WaitForVersionAsync("docs", 1);

        done.GetProperty("unchanged").GetInt64().Should().BeGreaterThanOrEqualTo(50);
        (done.GetProperty("unchanged").GetInt64() + done.GetProperty("embedded").GetInt64()).Should().Be(100);
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs")).GetProperty("count").GetInt64().Should().Be(100);
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on_by_itself_and_embeds_nothing_twice()
    {
        await using var ollama = await StandInOllama.StartAsync();
        using var folder = new TemporaryFolder();
        (string, string)[] settings =
        [
            .. SettingsOf(ollama), ("search.import_batch_rows", "10"), ("search.import_concurrency", "1"), ("embed.batch_size", "10"),
        ];
        var model = ollama.Model;
        ollama.Model = text =>
        {
            // From the fourth batch on nothing is answered.
            ollama.Instead = text.EndsWith("number 29", StringComparison.Ordinal)
                ? context => Task.Delay(Timeout.Infinite, context.RequestAborted)
                : ollama.Instead;
            return model(text);
        };
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            await host.IngestAsync("docs", Csv([.. Enumerable.Range(0, 100).Select(i => (i, $"text number {i}", "k"))]));
            await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
            await host.Http.WaitForImportAsync("docs", s => s.GetProperty("done").GetInt64() >= 30);
        }

        (ollama.Model, ollama.Instead) = (model, null);
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            await host.Http.WaitForVersionAsync("docs", 1);
            (await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs")).GetProperty("count").GetInt64().Should().Be(100);
        }

        ollama.Asked.Where(t => t != "dimension").Should().OnlyHaveUniqueItems().And.HaveCount(100);
    }

    [Fact]
    public async Task Of_rows_with_one_id_the_last_counts_and_a_row_without_an_id_is_an_error()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("docs", "id,body,kind\n1,first,a\n2,second,b\n1,third,c\n");
        await host.IngestAsync("holes", "id,body,kind\n1,first,a\n,second,b\n");

        await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        var done = await host.Http.WaitForVersionAsync("docs", 1);
        await host.Http.PostAsync("/v1/vectors/index/holes/import", new { dataset = "holes", id = "id", text = "body" });
        var failed = await host.Http.WaitForImportAsync("holes", s => s.GetProperty("state").GetString() == "failed");

        Counts(done).Should().Be("rows 3, done 3, embedded 2, updated 0, unchanged 0, skipped 1, removed 0");
        var items = await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs/items?include=text");
        items.GetProperty("items")[0].GetProperty("text").GetString().Should().Be("third");
        failed.GetProperty("error").GetString().Should().Contain("row 2 of the dataset 'holes' has no id");
    }

    [Fact]
    public async Task An_index_of_a_dataset_is_changed_by_its_import_alone_until_it_is_detached()
    {
        await using var host = await LakehouseHost.StartAsync(("embed.dimension", "16"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));
        await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        await host.Http.WaitForVersionAsync("docs", 1);
        var item = new { items = new[] { new { id = "x", vector = Enumerable.Repeat(1, 16) } } };

        var add = await host.Http.PostAsync("/v1/vectors/index/docs/add", item);
        var delete = await host.Http.PostAsync("/v1/vectors/index/docs/delete", new { ids = new[] { "1" } });
        var detached = await host.Http.DeleteAsync("/v1/vectors/index/docs/import");
        var after = await host.Http.PostAsync("/v1/vectors/index/docs/add", item);

        add.Status.Should().Be(HttpStatusCode.Conflict);
        add.Body.GetProperty("code").GetString().Should().Be("index_belongs_to_dataset");
        delete.Status.Should().Be(HttpStatusCode.Conflict);
        detached.StatusCode.Should().Be(HttpStatusCode.NoContent);
        after.Status.Should().Be(HttpStatusCode.OK);
        (await host.Http.GetAsync("/v1/vectors/index/docs/import")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var again = await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        again.Status.Should().Be(HttpStatusCode.Conflict);
        again.Body.GetProperty("code").GetString().Should().Be("index_not_empty");
    }

    [Fact]
    public async Task A_model_without_a_name_is_the_default_one()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));

        var import = await host.Http.PostAsync("/v1/vectors/index/docs/import", new { dataset = "docs", id = "id", text = "body", model = "" });
        import.Status.Should().Be(HttpStatusCode.Accepted);
        await host.Http.WaitForVersionAsync("docs", 1);
        var query = await host.Http.PostAsync("/v1/search", new { index = "docs", text = "alpha", model = "" });
        query.Status.Should().Be(HttpStatusCode.OK);
        query.Body.GetProperty("model").GetString().Should().Be("nomic-embed-text");
    }

    [Fact]
    public async Task Another_model_is_refused_for_imports_and_for_queries_by_text()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.models.other.dimension", "8"), ("embed.models.other.provider", "hashing"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));
        await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        await host.Http.WaitForVersionAsync("docs", 1);

        var import = await host.Http.PostAsync("/v1/vectors/index/docs/import", new { dataset = "docs", id = "id", text = "body", model = "other" });
        var query = await host.Http.PostAsync("/v1/search", new { index = "docs", text = "alpha", model = "other" });
        import.Status.Should().Be(HttpStatusCode.Conflict);
        import.Body.GetProperty("code").GetString().Should().Be("model_differs");
        query.Status.Should().Be(HttpStatusCode.Conflict);
        query.Body.GetProperty("code").GetString().Should().Be("model_differs");
    }

    [Fact]
    public async Task Another_build_of_the_model_is_noticed_after_a_restart()
    {
        await using var ollama = await StandInOllama.StartAsync();
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, SettingsOf(ollama)))
        {
            await host.IngestAsync("docs", Csv((1, "alpha", "a")));
            await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
            await host.Http.WaitForVersionAsync("docs", 1);
        }

        ollama.Pulled["nomic-embed-text:latest"] = "ffffffffffff";
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, SettingsOf(ollama)))
        {
            var (status, body) = await host.Http.PostAsync("/v1/search", new { index = "docs", text = "alpha" });
            status.Should().Be(HttpStatusCode.Conflict);
            body.GetProperty("code").GetString().Should().Be("model_changed");
            var (sqlStatus, sql) = await host.SqlAsync("SELECT * FROM vector_search('docs', 'alpha')");
            sqlStatus.Should().Be(HttpStatusCode.Conflict);
            sql.GetProperty("detail").GetString().Should().Contain("another build");
        }
    }

    [Theory]
    [InlineData("""{"dataset":"none","id":"id","text":"body"}""", 404, "no dataset 'none'")]
    [InlineData("""{"dataset":"docs","id":"nr","text":"body"}""", 400, "no column 'nr'; it has id, body, kind")]
    [InlineData("""{"dataset":"docs","id":"id","text":"txt"}""", 400, "no column 'txt'")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","metadata":["x"]}""", 400, "no column 'x'")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","metadata":["kind","id","kind"]}""", 400, "\"metadata\" has the column 'kind' twice")]
    [InlineData("""{"dataset":"docs","id":"id","vector":"body","metadata":["kind","kind"]}""", 400, "\"metadata\" has the column 'kind' twice")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","metadata":["knd"]}""", 400, "the nearest is 'kind'")]
    [InlineData("""{"dataset":"docs","id":"id"}""", 400, "neither \"text\"")]
    [InlineData("""{"dataset":"docs","text":"body"}""", 400, "has no \"id\"")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","vector":"kind","model":"m"}""", 400, "leave one of the two out")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","model":"nope"}""", 404, "no embedding model 'nope'")]
    [InlineData("""{"dataset":"docs","id":"id","txt":"body"}""", 400, "no member \"txt\"")]
    [InlineData("""{"dataset":"docs","id":"id","text":"body","follow":1}""", 400, "not true or false")]
    [InlineData("[]", 400, "not JSON")]
    public async Task Bad_imports_are_refused_and_make_no_index(string body, int status, string expected)
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));

        using var response = await host.Http.PostAsync("/v1/vectors/index/docs/import", new StringContent(body, Encoding.UTF8));

        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Contain(expected);
        (await host.Http.GetAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Vectors_of_a_dataset_can_be_followed_with_their_texts()
    {
        await using var host = await LakehouseHost.StartAsync(("search.follow_every", "10ms"));
        await host.Http.PostAsync("/v1/vectors/index", new { name = "v", dimension = 2 });
        await host.IngestAsync("docs", "id,v,body\n1,\"[1,0]\",red apple\n2,\"[0,1]\",green pear\n3,,blue\n");

        await host.Http.PostAsync("/v1/vectors/index/v/import", new { dataset = "docs", id = "id", vector = "v", text = "body", follow = true });
        var first = await host.Http.WaitForVersionAsync("v", 1);
        await host.IngestAsync("docs", "id,v,body\n1,\"[1,0]\",red apple\n2,\"[1,1]\",green pear\n");
        var second = await host.Http.WaitForVersionAsync("v", 2);

        Counts(first).Should().Be("rows 3, done 3, embedded 2, updated 0, unchanged 0, skipped 1, removed 0");
        Counts(second).Should().Be("rows 2, done 2, embedded 1, updated 0, unchanged 1, skipped 0, removed 0");
        (await host.Http.SearchAsync(new { index = "v", text = "pear", mode = "keyword" })).Ids().Should().Equal("2");
    }

    [Fact]
    public async Task A_deleted_index_ends_its_import()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("search.follow_every", "10ms"), ("search.retry_after", "10ms"));
        await host.IngestAsync("docs", Csv((1, "alpha", "a")));
        await host.Http.PostAsync("/v1/vectors/index", new { name = "docs", dimension = 8 });
        ollama.Model = text => text == "dimension" ? StandInOllama.Hashed(text, 8) : throw new InvalidOperationException();
        await host.Http.PostAsync("/v1/vectors/index/docs/import", Import);
        await host.Http.WaitForImportAsync("docs", s => s.GetProperty("state").GetString() == "waiting");

        (await host.Http.DeleteAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await host.Http.PostAsync("/v1/vectors/index", new { name = "docs", dimension = 8 });

        (await host.Http.GetAsync("/v1/vectors/index/docs/import")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await host.Http.PostAsync(
                "/v1/vectors/index/docs/add",
                new { items = new[] { new { id = "x", vector = Enumerable.Repeat(1, 8) } } })).Status.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>The items of the index: id, text and kind.</summary>
    private static async Task<IEnumerable<string>> ItemsAsync(LakehouseHost host)
    {
        var items = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs/items?include=metadata,text")).GetProperty("items");
        return items.EnumerateArray().Select(
            i => $"{i.GetProperty("id").GetString()} {i.GetProperty("text").GetString()} {i.GetProperty("metadata").GetProperty("kind").GetString()}");
    }

    private static string Counts(JsonElement s) =>
        string.Join(", ", new[] { "rows", "done", "embedded", "updated", "unchanged", "skipped", "removed" }.Select(n => $"{n} {s.GetProperty(n).GetInt64()}"));

    private static string Csv(params (int Id, string Body, string Kind)[] rows) =>
        "id,body,kind\n" + string.Concat(rows.Select(r => $"{r.Id},{r.Body},{r.Kind}\n"));

    private static Task<LakehouseHost> StartAsync(StandInOllama ollama, params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([.. SettingsOf(ollama), .. settings]);

    private static (string, string)[] SettingsOf(StandInOllama ollama) =>
        [("embed.provider", "ollama"), ("embed.url", ollama.Url), ("embed.default_model", "nomic-embed-text")];
}
