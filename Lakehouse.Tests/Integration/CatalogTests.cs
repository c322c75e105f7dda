using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Ingest;
using Lakehouse.Ingest.Internal;
using Lakehouse.Ingest.Internal.Manifests;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lakehouse.Tests.Integration;

public sealed class CatalogTests : IAsyncLifetime
{
    private static readonly CatalogOptions Options = CatalogOptions.Read(new SettingsReader(new ConfigurationBuilder().Build()));

    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("catalog.max_objects", "3"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Registering_is_idempotent_by_name_and_fingerprint()
    {
        await PutAsync("raw/a");
        var first = await RegisterAsync(new { name = "d", schema_fingerprint = "f1", objects = new[] { "raw/a" }, row_count = 3 });
        var again = await RegisterAsync(
            new { name = "d", schema_fingerprint = "f1", objects = new object[] { new { key = "raw/a", row_count = 3 } }, row_count = 3 });
        first.Status.Should().Be(HttpStatusCode.OK);
        again.Body.GetProperty("dataset_id")
            .GetString()
            .Should()
            .Be(first.Body.GetProperty("dataset_id").GetString()).And
            .Be(DatasetId.For(DatasetName.Parse("d")).ToString());
        again.Body.GetProperty("version").GetInt64().Should().Be(1);

        var other = await RegisterAsync(new { name = "d", schema_fingerprint = "f2", objects = new[] { "raw/a" }, row_count = 3 });
        (other.Status, other.Body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/d")).GetProperty("schema_fingerprint").GetString().Should().Be("f1");

        await PutAsync("raw/b");
        var more = await RegisterAsync(new { name = "d", schema_fingerprint = "f1", objects = new[] { "raw/a", "raw/b" }, row_count = 6 });
        more.Body.GetProperty("version").GetInt64().Should().Be(2);
    }

    [Theory]
    [InlineData("""{"schema_fingerprint":"f","objects":[],"row_count":0}""", 400, "invalid_name")]
    [InlineData("""{"name":"","schema_fingerprint":"f"}""", 400, "invalid_name")]
    [InlineData("""{"name":"d","schema_fingerprint":""}""", 400, "invalid_fingerprint")]
    [InlineData("""{"name":"d"}""", 400, "invalid_fingerprint")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":["none"]}""", 400, "object_not_found")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":["../x"]}""", 400, "invalid_key")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":[7]}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","row_count":-1}""", 400, "invalid_row_count")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":["a","b","c","d"]}""", 400, "too_many_objects")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","columns":[{"name":"a","type":"X"},{"name":"a","type":"X"}]}""", 400, "invalid_columns")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","columns":[{"name":"a"}]}""", 400, "invalid_columns")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","columns":["a"]}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","columns":[{"name":"a","type":"X","nullable":true}]}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":[{"key":"a","size":1}]}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","objects":["\ud800"]}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","row_count":1.5}""", 400, "invalid_request")]
    [InlineData("""{"name":"d","schema_fingerprint":"f","row_counts":1}""", 400, "invalid_request")]
    [InlineData("[]", 400, "invalid_request")]
    [InlineData("{", 400, "invalid_request")]
    [InlineData("", 400, "invalid_request")]
    public async Task A_bad_registration_is_refused(string body, int status, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync("/v1/catalog/register", content);
        ((int)answer.StatusCode).Should().Be(status);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
    }

    [Theory]
    [InlineData("""{"objects":[{"key":"raw/a","row_count":-1}]}""", "invalid_row_count", "objects[0].row_count is -1")]
    [InlineData("""{"objects":["raw/a",{"key":"raw/a","sha256":"abc"}]}""", "invalid_sha256", "objects[1].sha256")]
    [InlineData("""{"objects":[{"key":"raw/a","sha256":"zz3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8"}]}""", "invalid_sha256", "64 digits")]
    public async Task A_registration_that_cannot_be_true_is_refused_and_nothing_is_registered(string members, string code, string detail)
    {
        await PutAsync("raw/a");
        using var content = new StringContent($"{{\"name\":\"d\",\"schema_fingerprint\":\"f\",{members[1..]}");
        using var answer = await _host.Http.PostAsync("/v1/catalog/register", content);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, "{0}", problem);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain(detail);
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task A_registration_is_taken_with_any_content_type(string? type)
    {
        using var content = new StringContent("""{"name":"d","schema_fingerprint":"f","columns":[{"name":"a","type":"BIGINT"}]}""", Encoding.UTF8);
        content.Headers.ContentType = type is null ? null : new(type);
        using var answer = await _host.Http.PostAsync("/v1/catalog/register", content);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("columns").GetRawText().Should().Be("""[{"name":"a","type":"BIGINT"}]""");
    }

    [Fact]
    public async Task A_registration_larger_than_the_bound_of_bodies_is_refused()
    {
        await using var host = await LakehouseHost.StartAsync(("server.max_body_bytes", "1KiB"));
        var json = """{"name":"d","schema_fingerprint":"f"}""";
        (await host.Http.PostAsync("/v1/catalog/register", new StringContent(json.PadRight(1_024)))).StatusCode.Should().Be(HttpStatusCode.OK);
        using var refused = await host.Http.PostAsync("/v1/catalog/register", new StringContent(json.PadRight(1_025)));
        refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Contain("server.max_body_bytes");
    }

    [Fact]
    public async Task A_registered_parquet_file_can_be_queried()
    {
        await _host.IngestAsync("source", "a,b\n1,x\n");
        var key = (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/source")).GetProperty("objects")[0].GetProperty("key").GetString()!;
        using (var put = new ByteArrayContent(await _host.Http.GetByteArrayAsync("/v1/storage/get/" + key)))
        {
            (await _host.Http.PutAsync("/v1/storage/put/raw/copy%5B1%5D.parquet", put)).EnsureSuccessStatusCode();
        }

        await RegisterAsync(new { name = "copy", schema_fingerprint = "f", objects = new[] { "raw/copy[1].parquet" }, row_count = 1 });
        (await _host.RowsAsync("FROM copy")).Should().Be("""[[1,"x"]]""");

        await RegisterAsync(new { name = "nothing", schema_fingerprint = "f", objects = Array.Empty<string>(), row_count = 0 });
        (await _host.RefusalAsync("FROM nothing")).Code.Should().Be("dataset_empty");
    }

    [Fact]
    public async Task Concurrent_commits_of_one_name_from_two_processes_are_linear()
    {
        using var other = NewCatalog();
        var mine = _host.Service<ICatalog>();
        var results = new ConcurrentBag<CommitResult>();
        var name = DatasetName.Parse("race");
        await PutAsync("raw/a");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                var commit = new DatasetCommit(
                    name, SchemaFingerprint.Parse("f"), [], [new OfferedFile(ObjectKey.Parse("raw/a"))], (worker * 100) + i, "register");
                results.Add(await (worker % 2 == 0 ? mine : other).CommitAsync(commit, default));
            }
        })));

        results.Should().OnlyContain(r => !r.IsUnchanged);
        results.Select(r => r.Manifest.Version).Order().Should().Equal(Enumerable.Range(1, 40).Select(i => (long)i));
        using var fresh = NewCatalog();
        await fresh.RefreshAsync(default);
        var newest = results.MaxBy(r => r.Manifest.Version)!.Manifest;
        fresh.Find(name)!.RowCount.Should().Be(newest.RowCount);
        fresh.Find(name)!.CreatedAt.Should().Be(newest.CreatedAt);
    }

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        string before;
        await using (var first = await LakehouseHost.StartInAsync(folder.Path))
        {
            await first.IngestAsync("a", "x,y\n1,2\n");
            await first.IngestAsync("b", "x\ntext\n");
            await first.IngestAsync("b", "x\nmore\n");
            before = await first.Http.GetStringAsync("/v1/catalog/list");
        }

        await using var second = await LakehouseHost.StartInAsync(folder.Path);
        (await second.Http.GetStringAsync("/v1/catalog/list")).Should().Be(before);
        (await second.RowsAsync("FROM b")).Should().Be("""[["more"]]""");
        Directory.GetDirectories(Path.Combine(folder.Path, "tmp")).Should().ContainSingle();
    }

    [Fact]
    public async Task A_drop_as_earlier_builds_wrote_it_is_read()
    {
        using var folder = new TemporaryFolder();
        await using var host = await LakehouseHost.StartInAsync(folder.Path);
        await host.IngestAsync("old", "x,y\n1,2\n");
        var manifests = Path.Combine(folder.Path, "objects", "_catalog", "manifests", "old");
        using (var database = DuckDbDatabase.OpenInMemory())
        using (var connection = database.Connect())
        {
            connection.Execute($"""
                COPY (SELECT * EXCLUDE (dropped) REPLACE (2::BIGINT AS version, '' AS schema_fingerprint, [] AS "columns", [] AS objects, 0::BIGINT AS row_count)
                      FROM '{manifests}/{1:D20}.parquet') TO '{manifests}/{2:D20}.parquet' (FORMAT parquet)
                """);
        }

        (await host.Http.PostAsync("/v1/catalog/refresh", null)).EnsureSuccessStatusCode();

        (await host.Http.GetAsync("/v1/catalog/manifest/old")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await host.RefusalAsync("FROM old")).Code.Should().Be("unknown_dataset");
        (await host.IngestAsync("old", "z\ntext\n")).Body.GetProperty("version").GetInt64().Should().Be(3, "another schema, after the drop");
    }

    [Fact]
    public async Task A_drop_keeps_what_the_dataset_was()
    {
        await _host.IngestAsync("brief", "x,y\n1,2\n");
        var catalog = _host.Service<ICatalog>();
        var before = catalog.Find(DatasetName.Parse("brief"))!;

        var dropped = await catalog.DropAsync(DatasetName.Parse("brief"), CancellationToken.None);

        dropped.Should().BeEquivalentTo(
            before with { Version = 2, Objects = [], RowCount = 0, UpdatedAt = dropped.UpdatedAt, IsDropped = true, MadeBy = "drop" });
        using var fresh = NewCatalog();
        await fresh.RefreshAsync(default);
        fresh.Find(DatasetName.Parse("brief")).Should().BeNull();
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_is_skipped_and_stops_nothing()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await LakehouseHost.StartInAsync(folder.Path))
        {
            await first.IngestAsync("good", "x\n1\n");
            await first.IngestAsync("damaged", "x\n1\n");
            await first.IngestAsync("damaged", "x\n2\n");
            await first.IngestAsync("gone", "x\n1\n");
        }

        string Path(string name, int version) => System.IO.Path.Combine(folder.Path, "objects", "_catalog", "manifests", name, $"{version:D20}.parquet");
        await File.WriteAllTextAsync(Path("damaged", 2), "this is no parquet");
        await File.WriteAllBytesAsync(Path("gone", 1), (await File.ReadAllBytesAsync(Path("gone", 1)))[..100]);
        File.Copy(Path("good", 1), Path("good", 7));
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder.Path, "objects", "_catalog", "manifests", "foreign.txt"), "?");

        await using var second = await LakehouseHost.StartInAsync(folder.Path);
        (await second.RowsAsync("FROM good")).Should().Be("[[1]]");
        (await second.RowsAsync("FROM damaged")).Should().Be("[[1]]");
        (await second.RefusalAsync("FROM gone")).Code.Should().Be("unknown_dataset");

        // The next version has a number that was not used before, not even by an unreadable manifest.
        (await second.IngestAsync("damaged", "x\n3\n")).Body.GetProperty("version").GetInt64().Should().Be(3);
        (await second.IngestAsync("gone", "x\n4\n")).Body.GetProperty("version").GetInt64().Should().Be(2);
        (await second.IngestAsync("good", "x\n5\n")).Body.GetProperty("version").GetInt64().Should().Be(8);
        (await second.RowsAsync("FROM damaged")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task Another_process_s_commit_is_seen_after_a_refresh()
    {
        using var folder = new TemporaryFolder();
        await using var writer = await LakehouseHost.StartInAsync(folder.Path);
        await using var reader = await LakehouseHost.StartInAsync(folder.Path, ("catalog.refresh_every", "100ms"));
        await writer.IngestAsync("t", "x\n1\n");
        await StorageEndpointTests.WaitForAsync(() => reader.SqlAsync("FROM t").Result.Status == HttpStatusCode.OK);
        await writer.IngestAsync("t", "x\n2\n");
        await StorageEndpointTests.WaitForAsync(() => reader.RowsAsync("FROM t").Result == "[[2]]");
    }

    /// <summary>
    /// The store fails at its first call, its second, and so on until an ingest goes through: after each, the dataset is either unchanged or the complete new
    /// version.
    /// </summary>
    /// <param name="isRecent">Whether the newest version is known for certain; otherwise the versions are listed after the commit.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_call_of_the_store_fails_no_manifest_names_what_is_missing(bool isRecent)
    {
        var store = new FailingStore(_host.Service<IObjectStore>());
        var scratch = _host.Service<IScratchSpace>();
        using var codec = new ManifestCodec();
        using var catalog = NewCatalog(store, codec, isRecent ? Options : Options with { GcGrace = TimeSpan.Zero });
        using var ingestor = new FileIngestor(
            store, scratch, catalog, _host.Service<IDatasetRows>(), _host.Service<IDataFiles>(), _host.Service<IngestOptions>());
        var request = new IngestRequest(DatasetName.Parse("t"), ReadOptions.Default);
        await ingestor.IngestAsync(request, OneFile.Of("a\n0\n"u8), null, default);

        var (failures, newest) = (0, 1L);
        for (var call = 1; ; call++)
        {
            store.FailOnly(call);
            try
            {
                var file = OneFile.Of(Encoding.UTF8.GetBytes($"a\n{call}\n"));
                var done = await ingestor.IngestAsync(request, file, null, default);
                done.Manifest.Version.Should().Be(newest + 1);
                break;
            }
            catch (LakehouseException fault) when (fault.Code == "disk_full")
            {
                failures++;
            }

            store.Mend();
            using var fresh = NewCatalog();
            await fresh.RefreshAsync(default);
            var seen = fresh.Find(request.Name)!;
            seen.Version.Should().BeInRange(newest, newest + 1, "call {0} failed", call);
            newest = seen.Version;
            foreach (var file in seen.Objects)
            {
                (await store.FindAsync(file.Key, default)).Should().NotBeNull();
            }
        }

        failures.Should().BeGreaterThan(2, "an ingest asks the store more than twice");
        newest.Should().Be(isRecent ? 1 : 2, "a call that comes after the commit fails the request, and yet the version is there");
    }

    private ManifestCatalog NewCatalog() => NewCatalog(_host.Service<IObjectStore>(), _host.Service<IManifestCodec>());

    private ManifestCatalog NewCatalog(IObjectStore store, IManifestCodec codec, CatalogOptions? options = null) => new(
        store,
        new ManifestFiles(store, codec, _host.Service<IJournal>(), NullLogger<ManifestFiles>.Instance),
        options ?? Options,
        TimeProvider.System,
        NullLogger<ManifestCatalog>.Instance);

    private async Task PutAsync(string key) =>
        (await _host.Http.PutAsync("/v1/storage/put/" + key, new ByteArrayContent([1]))).EnsureSuccessStatusCode();

    private async Task<(HttpStatusCode Status, JsonElement Body)> RegisterAsync(object body)
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/catalog/register", body);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
