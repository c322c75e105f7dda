using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Host.Sample;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>A lake in a bucket of the real S3 server.</summary>
public sealed class S3LakeTests
{
    [S3Fact]
    public async Task Ingest_query_restart_and_a_second_process_work_on_the_bucket()
    {
        var settings = S3Server.SettingsOf(await S3Server.CreateBucketAsync());
        using var folder = new TemporaryFolder();
        const string sql = "SELECT state, count(*), sum(years_experience) FROM workers GROUP BY state ORDER BY state";
        string rows;
        await using (var first = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            (await first.IngestAsync("workers", Csv(5_000))).Status.Should().Be(HttpStatusCode.OK);
            rows = await first.RowsAsync(sql);
            await first.Http.PostAsync("/v1/vectors/index/workers/import", new { dataset = "workers", id = "worker_id", text = "resume_text" });
            await first.Http.WaitForVersionAsync("workers", 1);

            // Another process, with its own data folder. It has read the catalog at its start, and sees later commits after a refresh.
            await using var second = await LakehouseHost.StartAsync([.. settings, ("catalog.refresh_every", "1h")]);
            (await second.RowsAsync(sql)).Should().Be(rows);
            (await first.IngestAsync("workers", Csv(100))).Status.Should().Be(HttpStatusCode.OK);
            (await first.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[100]]");
            (await second.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[5000]]");
            (await second.Http.PostAsync("/v1/catalog/refresh", null)).StatusCode.Should().Be(HttpStatusCode.OK);
            (await second.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[100]]");
        }

        Directory.Delete(Path.Combine(folder.Path, "cache"), recursive: true);
        await using var again = await LakehouseHost.StartInAsync(folder.Path, settings);
        (await again.RowsAsync("SELECT count(*) FROM workers")).Should().Be("[[100]]");
        (await again.Http.SearchAsync(new { index = "workers", text = "welder", k = 3 })).Ids().Should().HaveCount(3);
    }

    [S3Fact]
    public async Task A_dataset_that_two_processes_ingest_at_once_loses_no_version_that_was_acknowledged()
    {
        var settings = S3Server.SettingsOf(await S3Server.CreateBucketAsync());
        await using var one = await LakehouseHost.StartAsync(settings);
        await using var two = await LakehouseHost.StartAsync(settings);

        var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<long, string>();
        await Task.WhenAll(new[] { one, two }.Select((host, which) => Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++)
            {
                var value = $"{which}-{i}";
                var (status, body) = await host.IngestAsync("t", $"v\n{value}\n");
                ((int)status).Should().BeOneOf(200, 409, 503);
                if (status == HttpStatusCode.OK)
                {
                    acknowledged.TryAdd(body.GetProperty("version").GetInt64(), value).Should().BeTrue("each version is one commit's");
                }
            }
        })));

        acknowledged.Should().HaveCountGreaterThan(15);
        await one.Http.PostAsync("/v1/catalog/refresh", null);
        var newest = acknowledged.Keys.Max();
        (await one.RowsAsync("SELECT v FROM t")).Should().Be($"[[\"{acknowledged[newest]}\"]]");
        var manifests = (await one.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=_catalog/manifests/t/")).GetProperty("objects").GetArrayLength();
        manifests.Should().Be((int)newest).And.Be(acknowledged.Count);
    }

    [S3Fact]
    public async Task Copies_are_bounded_survive_a_restart_and_damaged_ones_are_fetched_again()
    {
        var settings = S3Server.SettingsOf(await S3Server.CreateBucketAsync());
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            for (var i = 0; i < 5; i++)
            {
                await host.IngestAsync($"d{i}", $"v\n{string.Join('\n', Enumerable.Range(0, 20_000).Select(n => n * (i + 1)))}\n");
            }
        }

        var copies = Directory.EnumerateFiles(Path.Combine(folder.Path, "cache"), "*", SearchOption.AllDirectories).ToList();
        var data = copies.Where(f => new FileInfo(f).Length > 20_000).ToList();
        data.Should().HaveCount(5);
        var damaged = await File.ReadAllBytesAsync(data[0]);
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(data[0], damaged);
        await File.WriteAllBytesAsync(data[1], damaged[..1_000]);
        File.Delete(data[2]);

        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            for (var i = 0; i < 5; i++)
            {
                (await host.RowsAsync($"SELECT sum(v) FROM d{i}")).Should().Be($"[[{199_990_000L * (i + 1)}]]");
            }
        }

        // Room for two of the five: each query still finds what it needs.
        var room = new FileInfo(data[3]).Length * 5 / 2;
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, [.. settings, ("storage.cache_bytes", $"{room}")]))
        {
            for (var i = 0; i < 10; i++)
            {
                (await host.RowsAsync($"SELECT sum(v) FROM d{i % 5}")).Should().Be($"[[{199_990_000L * ((i % 5) + 1)}]]");
                Directory.EnumerateFiles(Path.Combine(folder.Path, "cache"), "*", SearchOption.AllDirectories)
                    .Sum(f => new FileInfo(f).Length)
                    .Should()
                    .BeLessThanOrEqualTo(room);
            }

            var before = Directory.EnumerateFiles(Path.Combine(folder.Path, "cache"), "*", SearchOption.AllDirectories).ToHashSet(StringComparer.Ordinal);
            (await host.RowsAsync("SHOW TABLES")).Should().Be("""[["d0"],["d1"],["d2"],["d3"],["d4"]]""");
            Directory.EnumerateFiles(Path.Combine(folder.Path, "cache"), "*", SearchOption.AllDirectories)
                .Should()
                .BeSubsetOf(before, "to list a lake fetches none of it");
            (await host.RowsAsync("SELECT column_name, column_type FROM (DESCRIBE d3)")).Should().Be("""[["v","BIGINT"]]""");

            var (status, body) = await host.SqlAsync("SELECT count(*) FROM d0, d1, d2");
            status.Should().Be(HttpStatusCode.InsufficientStorage);
            body.GetProperty("code").GetString().Should().Be("cache_full");
            (await host.RowsAsync("SELECT count(*) FROM d0")).Should().Be("[[20000]]");
        }
    }

    [S3Fact]
    public async Task A_data_file_that_is_damaged_in_the_bucket_is_said_and_not_read()
    {
        var bucket = await S3Server.CreateBucketAsync();
        var settings = S3Server.SettingsOf(bucket);
        await using (var host = await LakehouseHost.StartAsync(settings))
        {
            await host.IngestAsync("t", $"v\n{string.Join('\n', Enumerable.Range(0, 20_000))}\n");
        }

        using var client = S3Server.Connect();
        var key = (await client.ListObjectsV2Async(new Amazon.S3.Model.ListObjectsV2Request { BucketName = bucket, Prefix = "datasets/" })).S3Objects[0].Key;
        using (var response = await client.GetObjectAsync(bucket, key))
        using (var bytes = new MemoryStream())
        {
            await response.ResponseStream.CopyToAsync(bytes);
            bytes.GetBuffer()[100] ^= 1;
            bytes.Position = 0;
            await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = bucket, Key = key, InputStream = bytes, AutoCloseStream = false });
        }

        await using var other = await LakehouseHost.StartAsync(settings);
        var (status, body) = await other.SqlAsync("SELECT sum(v) FROM t");
        status.Should().Be(HttpStatusCode.InternalServerError);
        body.GetProperty("code").GetString().Should().Be("object_damaged");
    }

    [S3Fact]
    public async Task Other_buckets_are_reached_by_their_names()
    {
        var bucket = await S3Server.CreateBucketAsync();
        await using var host = await LakehouseHost.StartAsync(
            [.. S3Server.SettingsOf(bucket).Select(s => (s.Key.Replace("primary", "archive", StringComparison.Ordinal), s.Value))]);
        using var content = new ByteArrayContent(new byte[12 * 1024 * 1024]);
        (await host.Http.PutAsync("/v1/storage/put/_catalog/free?bucket=archive", content)).StatusCode.Should().Be(
                HttpStatusCode.OK, "only the primary bucket has reserved prefixes");
        (await host.Http.GetByteArrayAsync("/v1/storage/get/_catalog/free?bucket=archive")).Should().HaveCount(12 * 1024 * 1024);
        (await host.Http.GetAsync("/v1/storage/get/_catalog/free")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var range = new HttpRequestMessage(HttpMethod.Get, "/v1/storage/get/_catalog/free?bucket=archive") { Headers = { Range = new(5, 9) } };
        using var part = await host.Http.SendAsync(range);
        part.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync()).Should().HaveCount(5);
        (await host.Http.DeleteAsync("/v1/storage/delete/_catalog/free?bucket=archive")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await host.Http.GetAsync("/v1/storage/list?bucket=none")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static byte[] Csv(int rows)
    {
        using var csv = new MemoryStream();
        WorkersCsv.Write(csv, rows);
        return csv.ToArray();
    }
}
