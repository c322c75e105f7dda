using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Jobs;

/// <summary>Ingests of objects that are in a bucket.</summary>
public sealed class ObjectIngestTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(("ingest.max_objects", "3"));
        await PutAsync("landing/b.csv", "a,b\n3,z\n");
        await PutAsync("landing/a.csv", "a,b\n1,x\n2,y\n");
        await PutAsync("other/c.ndjson", "{\"a\":4,\"b\":\"w\"}\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_objects_of_a_prefix_come_in_the_order_of_their_keys_and_keys_in_their_own()
    {
        var (status, body) = await IngestAsync(new { name = "t", prefix = "landing/" });
        (status, body.GetProperty("row_count").GetInt64()).Should().Be((HttpStatusCode.OK, 3));
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"x"],[2,"y"],[3,"z"]]""");
        await IngestAsync(new { name = "t", keys = new[] { "landing/b.csv", "landing/a.csv" } });
        (await _host.RowsAsync("FROM t")).Should().Be("""[[3,"z"],[1,"x"],[2,"y"]]""");
        await IngestAsync(new { name = "t", keys = new[] { "other/c.ndjson" }, mode = "upsert", key = "a" });
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[4]]");
        await IngestAsync(new { name = "typed", prefix = "landing/b", types = new { a = "SMALLINT" }, header = true });
        (await _host.RowsAsync("SELECT typeof(a) FROM typed")).Should().Be("""[["SMALLINT"]]""");
    }

    [Fact]
    public async Task A_parquet_object_is_taken_as_it_is()
    {
        var parquet = await _host.Http.GetByteArrayAsync("/v1/sql?format=parquet&q=SELECT+i%3A%3AINTEGER+AS+i+FROM+range(1000)+r(i)");
        using var put = await _host.Http.PutAsync("/v1/storage/put/raw/p.parquet", new ByteArrayContent(parquet));
        put.EnsureSuccessStatusCode();
        var (_, body) = await IngestAsync(new { name = "p", keys = new[] { "raw/p.parquet" } });
        var key = body.GetProperty("manifest").GetProperty("objects")[0].GetProperty("key").GetString();
        (await _host.Http.GetByteArrayAsync($"/v1/storage/get/{key}")).Should().Equal(parquet);
        (await _host.Http.DeleteAsync("/v1/storage/delete/raw/p.parquet")).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT count(*), typeof(max(i)) FROM p")).Should().Be("""[[1000,"INTEGER"]]""", "what was ingested is the dataset's own");
    }

    [Fact]
    public async Task Nobody_has_to_wait_for_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest/objects")
        {
            Content = JsonContent.Create(new { name = "t", prefix = "landing/" }),
        };
        request.Headers.Add("Prefer", "respond-async");
        using var response = await _host.Http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var events = await _host.Http.GetStringAsync(response.Headers.Location + "/events");
        events.Should().Contain("event: end").And.Contain("\"state\":\"done\"").And.Contain("\"bytes_total\":20");
    }

    /// <summary>Another program writes into the folder: what it has written so far is not the file.</summary>
    [Fact]
    public async Task A_file_that_is_being_written_is_not_taken()
    {
        var path = Path.Combine(_host.DataDirectory, "objects", "landing", "grows.csv");
        var row = string.Concat(Enumerable.Repeat("1,some text that takes some room\n", 30_000));
        await File.WriteAllTextAsync(path, "a,b\n" + row);
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                File.AppendAllText(path, "1,more\n");
            }
        });
        writer.Start();
        var (refused, taken) = (0, 0);
        try
        {
            var size = new FileInfo(path).Length;
            await StorageEndpointTests.WaitForAsync(() => new FileInfo(path).Length > size);
            await Until.HoldsAsync(async () =>
            {
                // On a busy machine the writer may have paused for as long as the file was read: then it is the file that it was.
                var (status, body) = await IngestAsync(new { name = "grows", keys = new[] { "landing/grows.csv" } });
                var isRefused = status == HttpStatusCode.Conflict && body.GetProperty("code").GetString() == "object_changed";
                (isRefused || status == HttpStatusCode.OK).Should().BeTrue(body.ToString());
                (refused, taken) = isRefused ? (refused + 1, taken) : (refused, taken + 1);
                return refused == 5;
            });
        }
        finally
        {
            await stop.CancelAsync();
            writer.Join();
        }

        // A refusal registers nothing.
        using var known = await _host.Http.GetAsync("/v1/catalog/manifest/grows");
        var version = known.IsSuccessStatusCode ? (await known.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetInt32() : 0;
        version.Should().Be(taken);
    }

    [Fact]
    public async Task What_would_be_one_too_many_is_not_accepted()
    {
        await using var host = await LakehouseHost.StartAsync(("ingest.max_concurrent", "1"), ("ingest.max_waiting", "1"), ("ingest.max_wait", "200ms"));
        using (var put = await host.Http.PutAsync("/v1/storage/put/landing/a.csv", new StringContent("a\n1\n")))
        {
            put.EnsureSuccessStatusCode();
        }

        var slow = new StalledContent("a\n1\n"u8.ToArray());
        var running = host.Http.PostAsync("/v1/ingest?name=slow", slow);
        await StorageEndpointTests.WaitForAsync(() =>
            host.Http.GetFromJsonAsync<JsonElement>("/v1/ingest/jobs").Result.GetProperty("jobs").GetArrayLength() == 1);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest/objects")
        {
            Content = JsonContent.Create(new { name = "t", prefix = "landing/" }),
        };
        request.Headers.Add("Prefer", "respond-async");
        using var response = await host.Http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        slow.End();
        (await running).EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData("""{"name":"t"}""", 400, "invalid_request")]
    [InlineData("""{"name":"t","keys":["landing/a.csv"],"prefix":"x"}""", 400, "invalid_request")]
    [InlineData("""{"name":"t","keys":[]}""", 400, "invalid_request")]
    [InlineData("""{"name":"t","prefix":""}""", 400, "invalid_request")]
    [InlineData("""{"keys":["landing/a.csv"]}""", 400, "invalid_name")]
    [InlineData("""{"name":"t","keys":["landing/nope.csv"]}""", 400, "object_not_found")]
    [InlineData("""{"name":"t","prefix":"nope/"}""", 400, "object_not_found")]
    [InlineData("""{"name":"t","keys":["../etc/passwd"]}""", 400, "invalid_key")]
    [InlineData("""{"name":"t","keys":["a","b","c","d"]}""", 400, "too_many_objects")]
    [InlineData("""{"name":"t","prefix":"landing/","bucket":"nope"}""", 404, "bucket_not_found")]
    [InlineData("""{"name":"t","prefix":"landing/","delimeter":";"}""", 400, "invalid_request")]
    [InlineData("""{"name":"t","keys":["landing/a.csv","other/c.ndjson"]}""", 422, "formats_differ")]
    public async Task Bad_requests_are_refused(string body, int status, string code)
    {
        using var response = await _host.Http.PostAsync("/v1/ingest/objects", new StringContent(body, Encoding.UTF8, "application/json"));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode, problem.GetProperty("code").GetString()).Should().Be((status, code), "{0}", problem);
        (await _host.SqlAsync("FROM t")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    private async Task PutAsync(string key, string content) =>
        (await _host.Http.PutAsync("/v1/storage/put/" + key, new StringContent(content))).EnsureSuccessStatusCode();

    private async Task<(HttpStatusCode Status, JsonElement Body)> IngestAsync(object body)
    {
        using var response = await _host.Http.PostAsJsonAsync("/v1/ingest/objects", body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
