using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration;

/// <summary>Clients that hold connections and leases without using them.</summary>
public sealed class StarvationTests
{
    private const string HalfOpen = "GET /health HTTP/1.1\r\nHost: localhost\r\n";

    private static readonly (string, string)[] Patient = [("server.header_timeout", "1h"), ("server.keep_alive", "1d"), ("server.min_request_rate", "0")];

    [Fact]
    public async Task Half_open_connections_beyond_the_bound_shut_nobody_out()
    {
        await using var host = await LakehouseHost.StartAsync([.. Patient, ("server.max_connections", "1024")]);
        var clients = new List<RawClient>();
        try
        {
            for (var i = 0; i < 1_100; i++)
            {
                clients.Add(await RawClient.SendAsync(host.Port, i % 2 == 0 ? HalfOpen : string.Empty));
            }

            (await host.Http.GetStringAsync("/health")).Should().Contain("\"status\":\"ok\"");
            (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]");

            // The oldest connections were closed; the youngest is served when it completes its request.
            (await clients[0].ReadToEndAsync()).Should().BeNullOrEmpty();
            (await clients[1].ReadToEndAsync()).Should().BeNullOrEmpty();
            await clients[1_098].SendAsync("Connection: close\r\n\r\n");
            (await clients[1_098].ReadToEndAsync()).Should().StartWith("HTTP/1.1 200 OK");
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task An_idle_connection_that_makes_way_is_closed_after_its_whole_answer()
    {
        await using var host = await LakehouseHost.StartAsync([.. Patient, ("server.max_connections", "1")]);
        using var idle = await RawClient.SendAsync(host.Port, HalfOpen + "\r\n");
        await idle.ReadUntilAsync("\"datasets\":0}");
        (await host.Http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
        var rest = await idle.ReadToEndAsync();
        rest.Should().NotBeNull("it was closed, not cut");
        rest!.TrimEnd('\r', '\n', '0').Should().BeEmpty();
    }

    [Fact]
    public async Task When_every_connection_is_busy_health_answers_and_the_rest_is_told_so()
    {
        await using var host = await LakehouseHost.StartAsync([.. Patient, ("server.max_connections", "3"), ("server.health_connections", "2")]);
        using var one = await PutSlowlyAsync(host, 1);
        using var two = await PutSlowlyAsync(host, 2);
        using var three = await PutSlowlyAsync(host, 3);
        for (var i = 0; i < 5; i++)
        {
            using var refused = await host.Http.GetAsync("/v1/catalog/list");
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
            refused.Headers.ConnectionClose.Should().BeTrue();
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("too_many_connections");
            (await host.Http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        // Silent clients cannot use up the reserve either.
        var silent = new List<RawClient>();
        for (var i = 0; i < 10; i++)
        {
            silent.Add(await RawClient.SendAsync(host.Port, HalfOpen));
        }

        using (var fresh = new HttpClient { BaseAddress = host.Http.BaseAddress })
        {
            (await fresh.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        silent.ForEach(c => c.Dispose());

        // Busy connections are kept, and one whose request has ended can be replaced.
        await two.SendAsync("b");
        (await two.ReadUntilAsync("\r\n")).Should().StartWith("HTTP/1.1 200 OK");
        await StorageEndpointTests.WaitForAsync(() => host.Http.GetAsync("/v1/catalog/list").Result.StatusCode == HttpStatusCode.OK);
        await one.SendAsync("b");
        (await one.ReadUntilAsync("\r\n")).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Theory]
    [InlineData("POST", "/v1/ingest?name=slow", "a,b\n")]
    [InlineData("PUT", "/v1/storage/put/slow", "half")]
    [InlineData("POST", "/v1/sql", "{\"sql\":")]
    [InlineData("POST", "/v1/embed", "{\"texts\":")]
    public async Task A_body_that_stalls_is_answered_408(string method, string path, string part)
    {
        await using var host = await LakehouseHost.StartAsync(("server.rate_grace", "2s"));
        using var client = await RawClient.SendAsync(host.Port, $"{Start(method, path, 1_000_000)}\r\n{part}");
        var answer = await client.ReadToEndAsync();
        answer.Should().StartWith("HTTP/1.1 408 ").And.Contain("Connection: close");
        answer.Should().Contain("\"code\":\"body_too_slow\"").And.Contain("server.min_request_rate");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
        (await host.Http.GetAsync("/v1/storage/get/slow")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_form_that_stalls_is_answered_408()
    {
        await using var host = await LakehouseHost.StartAsync(("server.rate_grace", "2s"));
        foreach (var part in new[] { "--b\r\nContent-Dis", "--b\r\nContent-Disposition: form-data; name=file\r\n\r\na,b\n" })
        {
            using var client = await RawClient.SendAsync(
                host.Port, $"{Start("POST", "/v1/ingest?name=slow", 1_000_000)}Content-Type: multipart/form-data; boundary=b\r\n\r\n{part}");
            (await client.ReadToEndAsync()).Should().StartWith("HTTP/1.1 408 ").And.Contain("\"code\":\"body_too_slow\"");
        }
    }

    /// <summary>A first megabyte keeps the average above the rate for minutes.</summary>
    [Fact]
    public async Task A_fast_beginning_does_not_pay_for_a_stall()
    {
        await using var host = await LakehouseHost.StartAsync(("server.rate_grace", "2s"), ("ingest.max_concurrent", "2"));
        var body = "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 250_000));
        var slow = new List<RawClient>();
        for (var i = 0; i < 2; i++)
        {
            slow.Add(await RawClient.SendAsync(host.Port, $"{Start("POST", $"/v1/ingest?name=slow{i}", 90_000_000)}\r\n{body}"));
        }

        foreach (var client in slow)
        {
            (await client.ReadToEndAsync()).Should().StartWith("HTTP/1.1 408 ");
            client.Dispose();
        }

        // Their leases were given back.
        (await host.IngestAsync("t", "a\n1\n")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ingests_wait_for_a_place_and_a_stalled_one_loses_its_own()
    {
        await using var host = await LakehouseHost.StartAsync(("ingest.max_concurrent", "1"), ("ingest.max_waiting", "2"), ("ingest.body_timeout", "2s"));
        using var stalled = await RawClient.SendAsync(host.Port, $"{Start("POST", "/v1/ingest?name=slow", 1_000)}\r\na,b\n1,2\n");
        var scratch = Directory.GetDirectories(Path.Combine(host.DataDirectory, "tmp"))[0];
        await Until.HoldsAsync(() => Directory.EnumerateDirectories(scratch).Any());

        // Two may wait; whichever comes third is refused at once.
        var three = Enumerable.Range(0, 3).Select(i => host.IngestAsync($"t{i}", "a\n1\n")).ToList();
        var first = await Task.WhenAny(three);
        var (status, refused) = await first;
        (status, refused.GetProperty("code").GetString()).Should().Be((HttpStatusCode.ServiceUnavailable, "too_many_ingests"));
        three.Remove(first);
        three.Should().OnlyContain(w => !w.IsCompleted);
        (await stalled.ReadToEndAsync()).Should().StartWith("HTTP/1.1 408 ").And.Contain("upload_stalled");
        (await Task.WhenAll(three)).Should().OnlyContain(w => w.Status == HttpStatusCode.OK);
        (await host.Http.GetAsync("/v1/catalog/manifest/slow")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_body_that_keeps_the_rate_is_taken_however_long_it_is()
    {
        await using var host = await LakehouseHost.StartAsync(("server.rate_grace", "2s"), ("server.min_request_rate", "1"));
        using var client = await RawClient.SendAsync(host.Port, $"{Start("PUT", "/v1/storage/put/steady", 40)}Connection: close\r\n\r\n");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 40; i++)
        {
            await pace.WaitForNextTickAsync();
            await client.SendAsync("x");
        }

        (await client.ReadToEndAsync()).Should().StartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task A_reader_that_stalls_is_cut_off_and_its_place_is_free()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("server.rate_grace", "2s"), ("query.max_running", "1"), ("query.max_waiting", "0"), ("query.timeout", "1h"));
        const string body = "{\"sql\":\"SELECT range AS n, repeat('x', 1000) AS t FROM range(10000000)\"}";
        using var reader = await RawClient.SendAsync(host.Port, $"{Start("POST", "/v1/sql", body.Length)}\r\n{body}", receiveBufferBytes: 8 * 1024);
        await reader.ReadUntilAsync("\"rows\":[");
        (await host.RefusalAsync("SELECT 1")).Status.Should().Be(503, "the reader holds the one place");
        await StorageEndpointTests.WaitForAsync(() => host.SqlAsync("SELECT 1").Result.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reader_that_is_slow_and_not_too_slow_gets_its_whole_answer()
    {
        await using var host = await LakehouseHost.StartAsync(("server.rate_grace", "2s"), ("server.min_response_rate", "64KiB"));
        const string body = "{\"sql\":\"SELECT range AS n, repeat('x', 1000) AS t FROM range(20000)\"}";
        using var reader = await RawClient.SendAsync(
            host.Port, $"{Start("POST", "/v1/sql", body.Length)}Connection: close\r\n\r\n{body}", receiveBufferBytes: 64 * 1024);
        (await reader.ReadToEndAsync(bytesPerSecond: 2 * 1024 * 1024)).Should().EndWith(
            "0\r\n\r\n", "twenty megabytes at two a second take ten, five times the grace");
    }

    /// <summary>The start of a request, after which more headers may follow.</summary>
    private static string Start(string method, string path, int length) => $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n";

    /// <summary>Returns when the server has begun to read the body.</summary>
    private static async Task<RawClient> PutSlowlyAsync(LakehouseHost host, int number)
    {
        var client = await RawClient.SendAsync(host.Port, $"{Start("PUT", $"/v1/storage/put/slow{number}", 2)}Expect: 100-continue\r\n\r\n");
        await client.ReadUntilAsync("100 Continue\r\n\r\n");
        await client.SendAsync("a");
        return client;
    }
}
