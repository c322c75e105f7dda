using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Lakehouse.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>Retention, garbage collection and dropped datasets, on a folder.</summary>
public sealed class GarbageTests : IAsyncLifetime
{
    private static readonly CatalogOptions Options = new()
    {
        RefreshEvery = TimeSpan.FromSeconds(30),
        MaxObjects = 100,
        MaxListResults = 100,
        MaxReadVersions = 100,
        KeepRequests = 64,
        KeepVersions = 2,
        KeepFor = TimeSpan.Zero,
        GcEvery = TimeSpan.Zero,
        GcGrace = TimeSpan.FromHours(1),
        Publish = [],
    };

    private LakehouseHost _host = null!;

    private IObjectStore Store => _host.Service<IObjectStore>();

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("catalog.gc_every", "0s"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Versions_beyond_retention_go_with_the_files_that_only_they_name()
    {
        await IngestAsync(1, 2, 3, 4, 5);
        await _host.IngestAsync("other", "a\n1\n");
        await Store.PutIfAbsentAsync(ObjectKey.Parse("raw/mine"), new byte[1], default);
        await Store.PutIfAbsentAsync(ObjectKey.Parse("datasets/t/notes.txt"), new byte[1], default);
        await Store.PutIfAbsentAsync(ObjectKey.Parse($"datasets/older-service/{new string('0', 32)}.parquet"), new byte[1], default);
        var before = await KeysAsync();

        (await CollectAsync(TimeSpan.Zero)).Count.Should().Be(0, "everything is younger than the grace period");
        var dry = await CollectAsync(TimeSpan.FromHours(2), isDryRun: true);
        dry.Objects.Select(o => o.Reason).Should().BeEquivalentTo("expired", "expired", "expired", "unnamed", "unnamed", "unnamed");
        (await KeysAsync()).Should().Equal(before, "it only listed");

        var collected = await CollectAsync(TimeSpan.FromHours(2));
        collected.Objects.Select(o => o.Key).Should().Equal(dry.Objects.Select(o => o.Key));
        (collected.Count, collected.SizeBytes, collected.IsDryRun).Should().Be((6, dry.SizeBytes, false));
        (await KeysAsync()).Should().Equal(before.Except(dry.Objects.Select(o => o.Key.Value)));
        (await _host.RowsAsync("FROM t")).Should().Be("[[5]]");
        (await _host.RowsAsync("FROM other")).Should().Be("[[1]]");
        (await CollectAsync(TimeSpan.FromHours(3))).Count.Should().Be(0);

        await using var again = await LakehouseHost.StartInAsync(_host.DataDirectory);
        (await again.RowsAsync("FROM t")).Should().Be("[[5]]");
        (await again.IngestAsync("t", "a\n6\n")).Body.GetProperty("version").GetInt64().Should().Be(6);
    }

    [Fact]
    public async Task A_version_is_kept_for_a_time_after_a_newer_one_has_followed()
    {
        await IngestAsync(1, 2, 3, 4);
        var options = Options with { KeepRequests = 64, KeepVersions = 1, KeepFor = TimeSpan.FromDays(3) };
        (await CollectAsync(TimeSpan.FromDays(2), options: options)).Count.Should().Be(0);
        (await CollectAsync(TimeSpan.FromDays(4), options: options)).Count.Should().Be(6);
        (await CollectAsync(TimeSpan.FromDays(4), options: options with { KeepRequests = 64, KeepVersions = 1_000 })).Count.Should().Be(0);
    }

    /// <summary>The same content is ingested again: it must get a new key, because the file under the old key may be collected at any moment.</summary>
    [Fact]
    public async Task A_content_that_comes_back_gets_a_key_that_no_collection_has_in_view()
    {
        await IngestAsync(1, 2, 1);
        (await _host.IngestAsync("t", "a\n1\n")).Body.GetProperty("unchanged").GetBoolean().Should().BeTrue();
        var keys = (await KeysAsync()).Where(k => k.StartsWith("datasets/", StringComparison.Ordinal)).ToList();
        keys.Should().HaveCount(3).And.OnlyContain(k => DataFileKey.Is(ObjectKey.Parse(k)));
        keys.Select(k => k.Split('/')[3][..32]).Distinct().Should().HaveCount(2);

        (await CollectAsync(TimeSpan.FromHours(2), options: Options with { KeepRequests = 64, KeepVersions = 1 })).Count.Should().Be(4);
        (await _host.RowsAsync("FROM t")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_data_file_of_no_version_goes_after_the_grace_period()
    {
        await IngestAsync(1);
        var orphan = DataFileKey.New(DatasetName.Parse("gone"), SchemaFingerprint.Parse(new string('a', 64)), new string('b', 64));
        await Store.PutIfAbsentAsync(orphan, new byte[10], default);
        await File.WriteAllTextAsync(Path.Combine(Store.LocalFolder, "%thalf"), "of a write that was killed");
        var early = await CollectAsync(TimeSpan.FromMinutes(59));
        (early.Count, early.UnfinishedCount).Should().Be((0, 0));
        (await CollectAsync(TimeSpan.FromMinutes(61), isDryRun: true)).UnfinishedCount.Should().Be(1);
        (await CollectAsync(TimeSpan.FromMinutes(61))).Objects.Select(o => (o.Key, o.SizeBytes, o.Reason)).Should().Equal((orphan, 10, "unnamed"));
        (await Store.FindAsync(orphan, default)).Should().BeNull();
    }

    [Fact]
    public async Task In_a_bucket_without_a_manifest_nothing_is_garbage()
    {
        await IngestAsync(1);
        Directory.Delete(Path.Combine(_host.DataDirectory, "objects", "_catalog"), recursive: true);
        (await CollectAsync(TimeSpan.FromDays(9))).Count.Should().Be(0);
        (await KeysAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task While_a_kept_manifest_cannot_be_read_no_data_file_goes()
    {
        await IngestAsync(1, 2, 3, 4);
        await _host.IngestAsync("u", "a\n1\n");
        var damaged = ManifestKey.For(DatasetName.Parse("u"), 1);
        var path = Path.Combine(_host.DataDirectory, "objects", damaged.Value);
        await File.WriteAllBytesAsync(path, [1, 2, 3]);

        var held = await CollectAsync(TimeSpan.FromHours(2));
        held.Unreadable.Should().Equal(damaged);
        held.Objects.Should().HaveCount(2).And.OnlyContain(o => o.Reason == "expired");
        (await KeysAsync()).Where(k => k.StartsWith("datasets/t/", StringComparison.Ordinal)).Should().HaveCount(4);

        await _host.Http.DeleteAsync("/v1/catalog/dataset/u");
        (await CollectAsync(TimeSpan.FromMinutes(30))).Count.Should().Be(0, "the dropped version is kept for the grace period, too: queries may read it");
        (await CollectAsync(TimeSpan.FromHours(4))).Count.Should().BeGreaterThan(0);
    }

    /// <summary>When the newest version cannot be read, queries see the one before it, however old that is.</summary>
    [Fact]
    public async Task The_last_version_that_can_be_read_stays()
    {
        await IngestAsync(1, 2, 3, 4);
        await File.WriteAllBytesAsync(Path.Combine(_host.DataDirectory, "objects", ManifestKey.For(DatasetName.Parse("t"), 4).Value), [1, 2, 3]);
        var collected = await CollectAsync(TimeSpan.FromDays(9), options: Options with { KeepRequests = 64, KeepVersions = 1 });
        (collected.Count, collected.Unreadable.Count).Should().Be((0, 1));
        await using var again = await LakehouseHost.StartInAsync(_host.DataDirectory);
        (await again.RowsAsync("FROM t")).Should().Be("[[3]]");

        // A new version ends the problem.
        (await again.IngestAsync("t", "a\n5\n")).Body.GetProperty("version").GetInt64().Should().Be(5);
        collected = await CollectAsync(TimeSpan.FromDays(9), options: Options with { KeepRequests = 64, KeepVersions = 1 });
        (collected.Count, collected.Unreadable.Count).Should().Be((8, 0));
        (await again.RowsAsync("FROM t")).Should().Be("[[5]]");
    }

    [Fact]
    public async Task What_came_before_a_drop_is_not_kept_for_a_new_dataset_of_the_name()
    {
        await IngestAsync(1, 2);
        await _host.Http.DeleteAsync("/v1/catalog/dataset/t");
        await IngestAsync(3, 4);
        var options = Options with { KeepRequests = 64, KeepVersions = 10, KeepFor = TimeSpan.FromDays(30) };
        (await CollectAsync(TimeSpan.FromMinutes(30), options: options)).Count.Should().Be(0);
        (await CollectAsync(TimeSpan.FromHours(2), options: options)).Objects
            .Select(o => o.Reason)
            .Should()
            .BeEquivalentTo("dropped", "dropped", "unnamed", "unnamed");
        (await _host.RowsAsync("FROM t")).Should().Be("[[4]]");
        (await KeysAsync()).Should().HaveCount(5, "two versions with their files, and the one that dropped the dataset");
    }

    [Fact]
    public async Task A_dropped_dataset_is_gone_and_its_name_is_free()
    {
        await IngestAsync(1, 2);
        await using var other = await LakehouseHost.StartInAsync(_host.DataDirectory, ("catalog.refresh_every", "1h"));
        var answer = await _host.Http.DeleteFromJsonAsync<JsonElement>("/v1/catalog/dataset/t");
        (answer.GetProperty("name").GetString(), answer.GetProperty("version").GetInt64()).Should().Be(("t", 3));
        answer.GetProperty("dropped_at").GetDateTimeOffset().Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));

        (await _host.Http.DeleteAsync("/v1/catalog/dataset/t")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.GetAsync("/v1/catalog/manifest/t")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
        (await _host.RefusalAsync("FROM t")).Status.Should().Be(400);
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[]");

        (await other.RowsAsync("FROM t")).Should().Be("[[2]]");
        await other.Http.PostAsync("/v1/catalog/refresh", null);
        (await other.RefusalAsync("FROM t")).Status.Should().Be(400);
        await using (var third = await LakehouseHost.StartInAsync(_host.DataDirectory))
        {
            (await third.RefusalAsync("FROM t")).Status.Should().Be(400);
        }

        // The name can be used again, with another schema and another case.
        var (status, body) = await other.IngestAsync("t", "b,c\nx,y\n");
        (status, body.GetProperty("version").GetInt64()).Should().Be((HttpStatusCode.OK, 4));
        await _host.Http.PostAsync("/v1/catalog/refresh", null);
        (await _host.RowsAsync("FROM t")).Should().Be("""[["x","y"]]""");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/T")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await _host.Http.DeleteAsync("/v1/catalog/dataset/t");
        (await _host.IngestAsync("T", "a\n7\n")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT name, column_names FROM (SHOW ALL TABLES)")).Should().Be("""[["T",["a"]]]""");
        (await _host.RowsAsync("FROM t")).Should().Be("[[7]]");
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("""[["T"]]""");
        await _host.Http.DeleteAsync("/v1/catalog/dataset/T");

        // Only the version that marks the drop is left of each name, and version numbers continue from it.
        (await CollectAsync(TimeSpan.FromHours(2))).Objects.Should().OnlyContain(o => o.Reason == "dropped" || o.Reason == "unnamed");
        (await KeysAsync()).Should().Equal(ManifestKey.For(DatasetName.Parse("T"), 2).Value, ManifestKey.For(DatasetName.Parse("t"), 5).Value);
        await using var last = await LakehouseHost.StartInAsync(_host.DataDirectory);
        (await last.IngestAsync("t", "a\n8\n")).Body.GetProperty("version").GetInt64().Should().Be(6);
        (await last.RowsAsync("FROM t")).Should().Be("[[8]]");
    }

    /// <summary>
    /// A process that was suspended for days knows a version whose successors have been collected. Their numbers are free, but must not be used again.
    /// </summary>
    [Fact]
    public async Task A_process_that_has_slept_through_a_collection_commits_after_the_newest_version()
    {
        await IngestAsync(1);
        await _host.IngestAsync("known", "a\n1\n");
        var time = new ShiftedTime(TimeSpan.Zero);
        await using var asleep = await LakehouseHost.StartInAsync(_host.DataDirectory, time, ("catalog.refresh_every", "1h"), ("catalog.gc_every", "0s"));
        await IngestAsync(2, 3, 4, 5);
        await _host.IngestAsync("known", "a\n2\n");
        foreach (var value in (int[])[1, 2, 3])
        {
            await _host.IngestAsync("young", $"a\n{value}\n");
        }

        (await CollectAsync(TimeSpan.FromDays(9), options: Options with { KeepRequests = 64, KeepVersions = 1 })).Objects.Should().HaveCount(14);
        time.Ahead = TimeSpan.FromDays(9);

        // One ingest of new content, and one of the content that the process knows, whose file was removed.
        var (status, body) = await asleep.IngestAsync("t", "a\n6\n");
        (status, body.GetProperty("version").GetInt64()).Should().Be((HttpStatusCode.OK, 6));
        (status, body) = await asleep.IngestAsync("known", "a\n1\n");
        (status, body.GetProperty("version").GetInt64(), body.GetProperty("unchanged").GetBoolean()).Should().Be((HttpStatusCode.OK, 3, false));
        (status, body) = await asleep.IngestAsync("young", "a\n4\n");
        (status, body.GetProperty("version").GetInt64()).Should().Be((HttpStatusCode.OK, 4));
        await _host.Http.PostAsync("/v1/catalog/refresh", null);
        (await _host.RowsAsync("FROM t")).Should().Be("[[6]]");
        (await _host.RowsAsync("FROM young")).Should().Be("[[4]]");
        (await _host.RowsAsync("FROM known")).Should().Be("[[1]]");
        (await KeysAsync()).Where(k => k.StartsWith(ManifestKey.Prefix, StringComparison.Ordinal)).Should().HaveCount(6, "what it tried before is taken back");
        await RequireWholeAsync();
    }

    /// <summary>A foreign object among the manifests is not a version and must not stop commits.</summary>
    [Fact]
    public async Task A_foreign_object_beside_the_manifests_holds_up_no_commit()
    {
        await IngestAsync(1);
        await Store.PutIfAbsentAsync(ObjectKey.Parse(ManifestKey.PrefixOf(DatasetName.Parse("t")) + "notes.txt"), new byte[1], default);
        await IngestAsync(2);
        (await _host.RowsAsync("FROM t")).Should().Be("[[2]]");
    }

    /// <summary>A client can state a wrong hash when it registers a file. An ingest of content with that hash must still store its own bytes.</summary>
    [Fact]
    public async Task What_a_client_says_of_an_object_is_not_believed()
    {
        await IngestAsync(1, 2);
        var manifest = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/t");
        var (key, fingerprint) = (manifest.GetProperty("objects")[0].GetProperty("key").GetString(), manifest.GetProperty("schema_fingerprint").GetString());
        await _host.IngestAsync("other", "a\n3\n");
        var claimed = (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/other"))
            .GetProperty("objects")[0]
            .GetProperty("sha256")
            .GetString();
        using var registered = await _host.Http.PostAsJsonAsync(
            "/v1/catalog/register", new { name = "t", schema_fingerprint = fingerprint, row_count = 7, objects = new[] { new { key, sha256 = claimed } } });
        registered.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t")).Should().Be("[[2]]");
        await IngestAsync(3);
        (await _host.RowsAsync("FROM t")).Should().Be("[[3]]");
    }

    /// <summary>The store fails at the first call, at the second, and so on; each time, what remains is consistent.</summary>
    [Fact]
    public async Task A_collection_that_ends_early_leaves_no_manifest_that_names_a_missing_object()
    {
        var store = new FailingStore(Store);
        var failures = 0;
        for (var calls = 0; ; calls++)
        {
            await IngestAsync([.. Enumerable.Range(calls * 4, 4)]);
            store.FailAfter(calls);
            try
            {
                await CollectAsync(TimeSpan.FromHours(2), store: store);
                break;
            }
            catch (LakehouseException)
            {
                failures++;
            }

            store.Mend();
            await RequireWholeAsync();
        }

        failures.Should().BeGreaterThan(10);
        store.Mend();
        await CollectAsync(TimeSpan.FromHours(2));
        (await KeysAsync()).Should().HaveCount(4);
    }

    /// <summary>Two processes ingest the same contents again and again, and both collect constantly, with a grace period of a few seconds.</summary>
    [Fact]
    public async Task Collections_beside_ingests_and_queries_take_nothing_that_is_named()
    {
        (string, string)[] settings =
        [
            ("catalog.gc_grace", "4s"), ("catalog.gc_every", "200ms"), ("catalog.refresh_every", "200ms"),
            ("catalog.keep_versions", "1"), ("catalog.keep_for", "0s"),
        ];
        using var folder = new TemporaryFolder();
        await using var one = await LakehouseHost.StartInAsync(folder.Path, settings);
        await using var two = await LakehouseHost.StartInAsync(folder.Path, settings);
        await one.IngestAsync("t", "a\n0\n");
        await Until.HoldsAsync(() => two.SqlAsync("FROM t").Result.Status == HttpStatusCode.OK);
        var versions = new ConcurrentDictionary<long, string>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(12));
        var writers = new[] { one, two }.Select((host, which) => Task.Run(async () =>
        {
            for (var i = which; !stop.IsCancellationRequested; i++)
            {
                var (status, body) = await host.IngestAsync("t", $"a\n{i % 3}\n");
                status.Should().Be(HttpStatusCode.OK, "{0}", body);
                versions[body.GetProperty("version").GetInt64()] = $"[[{i % 3}]]";
            }
        }));
        var readers = new[] { one, two }.Select(host => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[1]]");
            }
        }));
        await Task.WhenAll(writers.Concat(readers));

        versions.Should().HaveCountGreaterThan(20);
        var left = await one.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=_catalog/manifests/");
        left.GetProperty("objects").GetArrayLength().Should().BeLessThan(versions.Count, "collections have run beside");
        await one.Http.PostAsync("/v1/catalog/refresh", null);
        (await one.RowsAsync("FROM t")).Should().Be(versions[versions.Keys.Max()]);
        var journal = await one.Http.GetFromJsonAsync<JsonElement>("/v1/journal");
        journal.GetProperty("entries")
            .EnumerateArray()
            .Select(e => e.GetProperty("code").GetString())
            .Should()
            .Contain("collected").And
            .NotContain("object_missing");
    }

    [Fact]
    public async Task The_endpoint_lists_removes_and_refuses_what_it_does_not_understand()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("catalog.gc_every", "0s"),
            ("catalog.gc_grace", "1s"),
            ("catalog.refresh_every", "100ms"),
            ("catalog.keep_versions", "1"),
            ("catalog.keep_for", "0s"),
            ("catalog.max_list_results", "3"));
        for (var i = 0; i < 4; i++)
        {
            await host.IngestAsync("t", $"a\n{i}\n");
        }

        await Until.HoldsAsync(() => PostAsync("?dry_run=true").Result.GetProperty("count").GetInt32() == 6);
        var dry = await PostAsync("?dry_run=true&limit=2");
        (dry.GetProperty("dry_run").GetBoolean(),
            dry.GetProperty("truncated").GetBoolean(),
            dry.GetProperty("objects").GetArrayLength()).Should().Be((true, true, 2));
        var real = await PostAsync(string.Empty);
        (real.GetProperty("dry_run").GetBoolean(),
            real.GetProperty("count").GetInt32(),
            real.GetProperty("objects").GetArrayLength()).Should().Be((false, 6, 3));
        real.GetProperty("bytes").GetInt64().Should().Be(dry.GetProperty("bytes").GetInt64()).And.BePositive();
        (await PostAsync(string.Empty)).GetProperty("count").GetInt32().Should().Be(0);
        (await PostAsync("?dry_run=perhaps")).GetProperty("code").GetString().Should().Be("invalid_dry_run");
        (await PostAsync("?limit=4")).GetProperty("code").GetString().Should().Be("invalid_limit");
        var entries = (await host.Http.GetFromJsonAsync<JsonElement>("/v1/journal")).GetProperty("entries").EnumerateArray().ToList();
        entries.Should().ContainSingle(e => e.GetProperty("code").GetString() == "collected");

        async Task<JsonElement> PostAsync(string query)
        {
            using var response = await host.Http.PostAsync("/v1/catalog/gc" + query, null);
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    [Fact]
    public async Task One_collection_at_a_time()
    {
        await IngestAsync(1);
        var codec = new HeldCodec(_host.Service<IManifestCodec>());
        using var collector = NewCollector(TimeProvider.System, Options, Store, codec);
        var first = collector.CollectAsync(isDryRun: false, 10, default);
        await codec.IsHeld.Task;
        var refused = await FluentActions.Awaiting(() => collector.CollectAsync(isDryRun: true, 10, default)).Should().ThrowAsync<LakehouseException>();
        refused.Which.Code.Should().Be("collection_running");
        codec.GoOn.SetResult();
        await first;
        await collector.CollectAsync(isDryRun: true, 10, default);
    }

    private async Task IngestAsync(params int[] values)
    {
        foreach (var value in values)
        {
            (await _host.IngestAsync("t", $"a\n{value}\n")).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    private async Task<List<string>> KeysAsync() =>
        [
            .. (await Store.ListAsync(string.Empty, string.Empty, 10_000, default)).Objects.Select(o => o.Key.Value).Where(
                k => !k.StartsWith("_journal/", StringComparison.Ordinal) && !k.StartsWith("_embed/", StringComparison.Ordinal))
        ];

    private async Task<Collection> CollectAsync(TimeSpan ahead, bool isDryRun = false, CatalogOptions? options = null, IObjectStore? store = null)
    {
        using var collector = NewCollector(new ShiftedTime(ahead), options ?? Options, store ?? Store);
        return await collector.CollectAsync(isDryRun, 1_000, default);
    }

    private GarbageCollector NewCollector(TimeProvider time, CatalogOptions options, IObjectStore store, IManifestCodec? codec = null) =>
        new(store, NewFiles(store, codec), options, time, _host.Service<IJournal>(), [], NullLogger<GarbageCollector>.Instance);

    private ManifestFiles NewFiles(IObjectStore store, IManifestCodec? codec = null) =>
        new(store, codec ?? _host.Service<IManifestCodec>(), _host.Service<IJournal>(), NullLogger<ManifestFiles>.Instance);

    private async Task RequireWholeAsync()
    {
        var files = NewFiles(Store);
        foreach (var (name, versions) in await files.ListAsync(ManifestKey.Prefix, default))
        {
            versions.Select(v => v.Version).Should().Equal(Enumerable.Range(0, versions.Count).Select(i => versions[0].Version + i), "the oldest go first");
            foreach (var version in versions)
            {
                foreach (var file in (await files.TryReadAsync(name, version.Version, default))!.Objects)
                {
                    (await Store.FindAsync(file.Key, default)).Should().NotBeNull();
                }
            }
        }
    }

    private sealed class HeldCodec(IManifestCodec inner) : IManifestCodec
    {
        public TaskCompletionSource IsHeld { get; } = new();

        public TaskCompletionSource GoOn { get; } = new();

        public byte[] Encode(Manifest manifest) => inner.Encode(manifest);

        public async Task<Manifest> DecodeAsync(string path, CancellationToken cancellationToken)
        {
            IsHeld.TrySetResult();
            await GoOn.Task;
            return await inner.DecodeAsync(path, cancellationToken);
        }
    }
}
