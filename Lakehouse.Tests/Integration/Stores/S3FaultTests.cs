using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Xunit.Abstractions;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>A lake in a bucket behind an unreliable network.</summary>
public sealed class S3FaultTests(ITestOutputHelper output)
{
    private const int FaultCount = 1_000;
    private const int Seed = 31;

    /// <summary>
    /// Objects, datasets and vectors are written, read and collected by several clients while connections to the server fail at random. Afterwards, another
    /// process reads everything that was acknowledged, without the proxy.
    /// </summary>
    [S3Fact]
    public async Task A_thousand_faults_lose_nothing_that_was_acknowledged_and_need_no_restart()
    {
        var bucket = await S3Server.CreateBucketAsync();
        await using var proxy = new FaultyProxy(S3Server.Url!, Seed);
        var objects = new ConcurrentDictionary<string, string>(StringComparer.Ordinal); // key -> SHA-256 of the last acknowledged content
        var doubtful = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal); // keys whose last put failed
        var versions = new ConcurrentDictionary<(string Dataset, long Version), string>();
        var ids = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        var outcomes = new ConcurrentDictionary<int, int>();
        (string, string)[] settings =
        [
            .. S3Server.SettingsOf(bucket, proxy.Url),
            ("storage.buckets.primary.timeout", "1s"), ("storage.buckets.primary.retries", "2"),
            ("storage.max_concurrent_puts", "16"), ("ingest.max_concurrent", "8"),
            ("catalog.keep_versions", "1"), ("catalog.keep_for", "0s"), ("catalog.gc_grace", "10s"), ("catalog.refresh_every", "1s"),
            ("catalog.gc_every", "500ms"),
        ];
        await using (var host = await LakehouseHost.StartAsync(settings))
        {
            (await host.Http.PostAsync("/v1/vectors/index", new { name = "v", dimension = 2 })).Status.Should().Be(HttpStatusCode.Created);
            proxy.FaultShare = 0.4;
            await Task.WhenAll(
                Enumerable.Range(0, 6).Select(worker => Task.Run(() => WorkAsync(host, worker, proxy, objects, doubtful, versions, ids, outcomes))));
            proxy.FaultShare = 0;

            // The same process sees its own write immediately.
            (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
            using var content = new ByteArrayContent([1]);
            (await host.Http.PutAsync("/v1/storage/put/after", content)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        output.WriteLine(
            $"seed {Seed}; faults: {string.Join(", ", proxy.Injected.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}"))}");
        output.WriteLine(
            $"answers: {string.Join(", ", outcomes.OrderBy(o => o.Key).Select(o => $"{o.Key}: {o.Value}"))}; acknowledged: {objects.Count} objects, "
            + $"{versions.Count} versions, {ids.Count} vectors");
        proxy.InjectedCount.Should().BeGreaterThanOrEqualTo(FaultCount);
        outcomes.Keys.Should().NotContain(status => status != 200 && status != 502 && status != 503 && status != 504);
        await CheckAsync(bucket, objects, doubtful, versions, ids);
    }

    private static async Task WorkAsync(
        LakehouseHost host,
        int worker,
        FaultyProxy proxy,
        ConcurrentDictionary<string, string> objects,
        ConcurrentDictionary<string, byte> doubtful,
        ConcurrentDictionary<(string Dataset, long Version), string> versions,
        ConcurrentDictionary<string, byte> ids,
        ConcurrentDictionary<int, int> outcomes)
    {
        var random = new Random(Seed + worker);
        for (var step = 0; proxy.InjectedCount < FaultCount; step++)
        {
            int status;
            switch (random.Next(4))
            {
                case 0:
                    var key = $"w{worker}/{random.Next(5)}";
                    var bytes = new byte[random.Next(10) == 0 ? 6_000_000 : random.Next(1, 50_000)];
                    random.NextBytes(bytes);
                    doubtful[key] = 0;
                    using (var content = new ByteArrayContent(bytes))
                    {
                        status = (int)(await host.Http.PutAsync($"/v1/storage/put/{key}", content)).StatusCode;
                    }

                    if (status == 200)
                    {
                        objects[key] = Convert.ToHexString(SHA256.HashData(bytes));
                        doubtful.TryRemove(key, out _);
                    }

                    break;
                case 1:
                    var value = $"{worker}-{step}";
                    var (ingested, manifest) = await host.IngestAsync($"d{worker}", $"v\n{value}\n");
                    status = (int)ingested;
                    if (status == 200)
                    {
                        versions[($"d{worker}", manifest.GetProperty("version").GetInt64())] = value;
                    }

                    break;
                case 2:
                    var id = $"{worker}-{step}";
                    status = (int)(
                        await host.Http.PostAsync("/v1/vectors/index/v/add", new { items = new[] { new { id, vector = new[] { step, 1 } } } })).Status;
                    if (status == 200)
                    {
                        ids[id] = 0;
                    }

                    break;
                default:
                    using (var read = await host.Http.GetAsync($"/v1/storage/list?prefix=w{worker}/"))
                    {
                        status = (int)read.StatusCode;
                    }

                    break;
            }

            outcomes.AddOrUpdate(status, 1, (_, count) => count + 1);
        }
    }

    private static async Task CheckAsync(
        string bucket,
        ConcurrentDictionary<string, string> objects,
        ConcurrentDictionary<string, byte> doubtful,
        ConcurrentDictionary<(string Dataset, long Version), string> versions,
        ConcurrentDictionary<string, byte> ids)
    {
        await using var other = await LakehouseHost.StartAsync(S3Server.SettingsOf(bucket));
        foreach (var (key, hash) in objects.Where(o => !doubtful.ContainsKey(o.Key)))
        {
            Convert.ToHexString(SHA256.HashData(await other.Http.GetByteArrayAsync($"/v1/storage/get/{key}"))).Should().Be(hash, "of {0}", key);
        }

        foreach (var ofDataset in versions.GroupBy(v => v.Key.Dataset))
        {
            var manifest = await other.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/manifest/{ofDataset.Key}");
            var newest = ofDataset.MaxBy(v => v.Key.Version);
            manifest.GetProperty("version").GetInt64().Should().BeGreaterThanOrEqualTo(newest.Key.Version);
            foreach (var data in manifest.GetProperty("objects").EnumerateArray())
            {
                using var head = new HttpRequestMessage(HttpMethod.Head, $"/v1/storage/get/{data.GetProperty("key").GetString()}");
                (await other.Http.SendAsync(head)).StatusCode.Should().Be(HttpStatusCode.OK, "a manifest names no missing object");
            }

            if (manifest.GetProperty("version").GetInt64() == newest.Key.Version)
            {
                (await other.RowsAsync($"SELECT v FROM {ofDataset.Key}")).Should().Be($"[[\"{newest.Value}\"]]");
            }
        }

        foreach (var part in ids.Keys.Chunk(1_000))
        {
            var (_, found) = await other.Http.PostAsync("/v1/vectors/index/v/get", new { ids = part });
            found.GetProperty("missing").GetArrayLength().Should().Be(0);
        }
    }
}
