using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>A process that only reads, beside one that writes.</summary>
public sealed class ReaderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LakehouseHost _writer = null!;
    private LakehouseHost _reader = null!;

    private string Objects => Path.Combine(_folder.Path, "writer", "objects");

    public async Task InitializeAsync()
    {
        _writer = await LakehouseHost.StartInAsync(Path.Combine(_folder.Path, "writer"), ("auth.token", "secret"));
        _reader = await OpenReaderAsync();
        foreach (var host in (LakehouseHost[])[_writer, _reader])
        {
            host.Http.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        }

        await _writer.IngestAsync("parts", "id,name\n1,bolt\n2,nut\n");
        await PostAsync(_writer, "/v1/vectors/index", """{"name":"docs","dimension":2,"distance":"l2"}""");
        await PostAsync(_writer, "/v1/vectors/index/docs/add", """{"items":[{"id":"a","vector":[1,0]}]}""");
    }

    public async Task DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("POST", "/v1/ingest?name=x")]
    [InlineData("POST", "/v1/ingest/preview")]
    [InlineData("PUT", "/v1/storage/put/x")]
    [InlineData("DELETE", "/v1/storage/delete/x")]
    [InlineData("POST", "/v1/catalog/register")]
    [InlineData("DELETE", "/v1/catalog/dataset/parts")]
    [InlineData("POST", "/v1/catalog/restore/parts?version=1")]
    [InlineData("POST", "/v1/catalog/gc")]
    [InlineData("PUT", "/v1/catalog/publish/parts")]
    [InlineData("POST", "/v1/vectors/index", """{"name":"other","dimension":2}""")]
    [InlineData("DELETE", "/v1/vectors/index/docs")]
    [InlineData("POST", "/v1/vectors/index/docs/add", """{"items":[{"id":"b","vector":[1,0]}]}""")]
    [InlineData("POST", "/v1/vectors/index/docs/delete", """{"ids":["a"]}""")]
    [InlineData("POST", "/v1/vectors/index/docs/import", """{"dataset":"parts","id":"id","text":"name"}""")]
    [InlineData("PUT", "/v1/vectors/alias/live", """{"index":"docs"}""")]
    [InlineData("DELETE", "/v1/vectors/alias/live")]
    [InlineData("POST", "/v1/sql", """{"sql":"SELECT 1 AS a","into":{"dataset":"x"}}""")]
    [InlineData("PUT", "/v1/profiles/x", "{}")]
    [InlineData("POST", "/v1/memory/space/remember", """{"memories":[{"task":"t","approach":"a","outcome":"success"}]}""")]
    public async Task What_would_change_something_is_refused(string method, string path, string body = "")
    {
        var before = Snapshot();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = method == "DELETE" ? null : new StringContent(body, null, "application/json");
        using var answer = await _reader.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be("reader_only");
        problem.GetProperty("detail").GetString().Should().Contain("http://writer:3110");
        Snapshot().Should().Equal(before);
    }

    [Fact]
    public async Task It_reads_and_searches_what_the_writer_has_and_leaves_the_bucket_as_it_is()
    {
        var before = Snapshot();
        (await _reader.RowsAsync("FROM parts ORDER BY id")).Should().Be("[[1,\"bolt\"],[2,\"nut\"]]");
        (await PostAsync(_reader, "/v1/vectors/index/docs/search", """{"vector":[1,0]}""")).Body.GetProperty("results").GetArrayLength().Should().Be(1);
        (await PostAsync(_reader, "/v1/embed", """{"texts":["a"]}""")).Status.Should().Be(HttpStatusCode.OK);
        foreach (var path in (string[])["catalog/list", "catalog/history/parts", "vectors/index", "journal", "queries", "memory", "whoami"])
        {
            (await _reader.Http.GetAsync("/v1/" + path)).StatusCode.Should().Be(HttpStatusCode.OK, path);
        }

        (await PostAsync(_reader, "/v1/catalog/refresh", string.Empty)).Status.Should().Be(HttpStatusCode.OK);
        await _reader.DisposeAsync();
        Snapshot().Should().Equal(before);
        _reader = await OpenReaderAsync();
    }

    [Fact]
    public async Task A_name_that_is_new_is_known_at_once()
    {
        await _writer.IngestAsync("new_parts", "id\n1\n");
        (await _reader.RowsAsync("FROM new_parts")).Should().Be("[[1]]");
        await _writer.IngestAsync("newer_parts", "id\n1\n");
        (await _reader.Http.GetAsync("/v1/catalog/manifest/newer_parts")).StatusCode.Should().Be(HttpStatusCode.OK);

        await PostAsync(_writer, "/v1/vectors/index", """{"name":"fresh","dimension":2}""");
        (await _reader.Http.GetAsync("/v1/vectors/index/fresh")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var put = await _writer.Http.PutAsJsonAsync("/v1/vectors/alias/live", new { index = "docs" });
        (await _reader.Http.GetAsync("/v1/vectors/index/live")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _reader.Http.GetAsync("/v1/vectors/index/nowhere")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_names_the_version_that_a_write_has_made_reads_it()
    {
        for (var i = 0; i < 10; i++)
        {
            var (_, version) = await _writer.IngestAsync("parts", $"id,name\n{i},x\n");
            var (status, rows) = await PostAsync(
                _reader, "/v1/sql", JsonSerializer.Serialize(new { sql = "SELECT max(id) FROM parts", at = new { parts = version.GetProperty("version") } }));
            (status, rows.GetProperty("rows")[0][0].GetInt64()).Should().Be((HttpStatusCode.OK, i));

            var added = (await PostAsync(_writer, "/v1/vectors/index/docs/add", $$"""{"items":[{"id":"n{{i}}","vector":[{{i}},7]}]}""")).Body;
            var sequence = added.GetProperty("sequence").GetInt64();
            using var answer = await _reader.Http.PostAsync(
                "/v1/vectors/index/docs/search", new StringContent($$"""{"vector":[{{i}},7],"k":1,"at":{{sequence}}}""", null, "application/json"));
            var found = await answer.Content.ReadFromJsonAsync<JsonElement>();
            found.GetProperty("results")[0].GetProperty("id").GetString().Should().Be($"n{i}");
            answer.Headers.GetValues("X-Lakehouse-Indexes").Should().Equal($"docs@{sequence}");
        }

        var late = await PostAsync(_reader, "/v1/vectors/index/docs/search", """{"vector":[1,0],"at":1000000}""");
        (late.Status, late.Body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.ServiceUnavailable, "index_behind"));
        var none = await PostAsync(_reader, "/v1/vectors/index/docs/search", """{"vector":[1,0],"at":-1}""");
        (none.Status, none.Body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.BadRequest, "invalid_query"));
    }

    [Fact]
    public async Task A_change_that_does_not_come_is_waited_for_as_long_as_the_settings_say()
    {
        await using var patient = await OpenReaderAsync(("vector.max_follow_wait", "11s"), ("storage.data_dir", Path.Combine(_folder.Path, "patient")));
        patient.Http.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        var late = await PostAsync(patient, "/v1/vectors/index/docs/search", """{"vector":[1,0],"at":1000000}""");
        (late.Status, late.Body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.ServiceUnavailable, "index_behind"));
    }

    [Fact]
    public async Task The_number_of_a_change_is_not_taken_for_that_of_an_earlier_index_of_the_name()
    {
        for (var i = 0; i < 3; i++)
        {
            await PostAsync(_writer, "/v1/vectors/index/docs/add", $$"""{"items":[{"id":"old{{i}}","vector":[0,1]}]}""");
        }

        (await SearchAsync("docs", 4)).Should().Be(("docs@4", "old0"));
        (await _writer.Http.DeleteAsync("/v1/vectors/index/docs")).EnsureSuccessStatusCode();
        await PostAsync(_writer, "/v1/vectors/index", """{"name":"docs","dimension":2,"distance":"l2"}""");
        await PostAsync(_writer, "/v1/vectors/index/docs/add", """{"items":[{"id":"new","vector":[0,1]}]}""");
        (await SearchAsync("docs", 1)).Should().Be(("docs@1", "new"));

        (await _writer.Http.DeleteAsync("/v1/vectors/index/docs")).EnsureSuccessStatusCode();
        (await PostAsync(_reader, "/v1/vectors/index/docs/search", """{"vector":[1,0],"at":1}""")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Answers_name_the_index_and_not_the_alias()
    {
        using var put = await _writer.Http.PutAsJsonAsync("/v1/vectors/alias/live", new { index = "docs" });
        (await SearchAsync("live", 1)).Should().Be(("docs@1", "a"));
        await PostAsync(_writer, "/v1/vectors/index/docs/add", """{"items":[{"id":"b","vector":[0,1]}]}""");
        (await SearchAsync("live", 2)).Should().Be(("docs@2", "b"));
        using var got = await _reader.Http.PostAsync(
            "/v1/vectors/index/live/get", new StringContent("""{"ids":["b"]}""", null, "application/json"));
        got.Headers.GetValues("X-Lakehouse-Indexes").Should().Equal("docs@2");
        using var listed = await _reader.Http.GetAsync("/v1/vectors/index/live/items");
        listed.Headers.GetValues("X-Lakehouse-Indexes").Should().Equal("docs@2");
    }

    [Fact]
    public async Task Tables_that_the_writer_publishes_are_there_at_once_as_far_as_they_are()
    {
        const string table = "/iceberg/v1/namespaces/lake/tables/parts";
        (await _reader.Http.GetAsync(table)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _writer.Http.PutAsync("/v1/catalog/publish/parts", null)).EnsureSuccessStatusCode();
        (await TableAsync("/v1/catalog/publish/parts")).Should().Be((1, 1));
        (await CurrentSnapshotAsync(table)).Should().Be(1);

        await _writer.IngestAsync("parts", "id,name\n3,pin\n");
        (await _writer.Http.GetAsync("/v1/catalog/publish/parts?wait=true")).EnsureSuccessStatusCode();
        (await TableAsync("/v1/catalog/publish/parts?wait=true")).Should().Be((2, 2));
        (await CurrentSnapshotAsync(table)).Should().Be(2);
    }

    [Fact]
    public async Task A_table_that_no_writer_has_brought_up_to_date_is_read_as_it_was()
    {
        const string table = "/iceberg/v1/namespaces/lake/tables/parts";
        (await _writer.Http.PutAsync("/v1/catalog/publish/parts", null)).EnsureSuccessStatusCode();
        await _writer.IngestAsync("parts", "id,name\n3,pin\n");
        (await _writer.Http.GetAsync("/v1/catalog/publish/parts?wait=true")).EnsureSuccessStatusCode();
        await _writer.DisposeAsync();

        // As if the writer had been killed between the manifest and the metadata.
        var metadata = Path.Combine(Objects, "datasets", "parts", "metadata");
        File.Delete(Path.Combine(metadata, "v2.metadata.json"));
        await File.WriteAllTextAsync(Path.Combine(metadata, "version-hint.text"), "1");
        (await CurrentSnapshotAsync(table)).Should().Be(1);
        (await TableAsync("/v1/catalog/publish/parts")).Should().Be((2, 1));
        _writer = await LakehouseHost.StartInAsync(Path.Combine(_folder.Path, "writer"), ("auth.token", "secret"));
    }

    [Fact]
    public async Task A_reader_makes_no_folder_for_a_bucket()
    {
        var nowhere = Path.Combine(_folder.Path, "nowhere");
        var (exitCode, _, error) = await LakehouseProcess.RunAsync(
            new Dictionary<string, string>(),
            "serve", "--server.bind", "127.0.0.1:0", "--lake.mode", "reader", "--storage.data_dir", Path.Combine(_folder.Path, "lost"),
            "--storage.buckets.primary.folder", nowhere);
        exitCode.Should().NotBe(0);
        error.Should().Contain(nowhere).And.Contain("start the writer first");
        Directory.Exists(nowhere).Should().BeFalse();
    }

    /// <summary>Searches in the reader for the vector (0, 1). Returns the version of the answer and the nearest id.</summary>
    private async Task<(string Version, string Id)> SearchAsync(string index, long at)
    {
        using var answer = await _reader.Http.PostAsync(
            $"/v1/vectors/index/{index}/search", new StringContent($$"""{"vector":[0,1],"k":1,"at":{{at}}}""", null, "application/json"));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToString());
        return (answer.Headers.GetValues("X-Lakehouse-Indexes").Single(), body.GetProperty("results")[0].GetProperty("id").GetString()!);
    }

    private async Task<(long Version, long Published)> TableAsync(string path)
    {
        using var answer = await _reader.Http.GetAsync(path);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToString());
        return (body.GetProperty("version").GetInt64(), body.GetProperty("published_version").GetInt64());
    }

    private async Task<long> CurrentSnapshotAsync(string table)
    {
        using var answer = await _reader.Http.GetAsync(table);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToString());
        return body.GetProperty("metadata").GetProperty("current-snapshot-id").GetInt64();
    }

    private async Task<LakehouseHost> OpenReaderAsync(params (string Key, string Value)[] settings) => await LakehouseHost.StartInAsync(
        Path.Combine(_folder.Path, "reader"),
        [
            ("lake.mode", "reader"), ("lake.writer_url", "http://writer:3110"), ("storage.buckets.primary.folder", Objects), ("auth.token", "secret"),
            ("vector.max_follow_wait", "500ms"), ("audit.enabled", "true"), ("embed.cache_persist", "true"), .. settings
        ]);

    /// <summary>Every file of the bucket, with its time.</summary>
    private List<(string Path, DateTime Written)> Snapshot() =>
        [.. Directory.EnumerateFileSystemEntries(Objects, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(f => !f.Contains("_journal", StringComparison.Ordinal))
            .Select(f => (f, File.GetLastWriteTimeUtc(f)))];

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(LakehouseHost host, string path, string body)
    {
        using var answer = await host.Http.PostAsync(path, new StringContent(body, null, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}
