using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stores;

public sealed class StorageEndpointTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("storage.max_put_bytes", "1MiB"), ("storage.max_list_results", "3"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("plain.txt", "plain.txt")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%2Bb", "a+b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%A9/%F0%9F%98%80", "é/😀")]
    [InlineData("x%3Fy%23z", "x?y#z")]
    [InlineData("a%5Cb", "a\\b")]
    public async Task Keys_round_trip_exactly(string encoded, string key)
    {
        var put = await RawAsync("PUT", "/v1/storage/put/" + encoded, "hello");
        put.Status.Should().Be(200, put.Body);
        JsonDocument.Parse(put.Body).RootElement.GetProperty("key").GetString().Should().Be(key);
        (await RawAsync("GET", "/v1/storage/get/" + encoded)).Body.Should().Be("hello");
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list");
        list.GetProperty("objects")[0].GetProperty("key").GetString().Should().Be(key);
        (await RawAsync("DELETE", "/v1/storage/delete/" + encoded)).Status.Should().Be(204);
        (await RawAsync("GET", "/v1/storage/get/" + encoded)).Status.Should().Be(404);
        (await RawAsync("DELETE", "/v1/storage/delete/" + encoded)).Status.Should().Be(204);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../../etc/passwd")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("a%2F..%2Fb")]
    [InlineData("./a")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("/etc/passwd")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("a%zz")]
    [InlineData("a%2")]
    [InlineData("a%FF")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    public async Task No_key_leaves_the_root(string encoded)
    {
        foreach (var (method, verb) in new[] { ("PUT", "put"), ("GET", "get"), ("DELETE", "delete") })
        {
            var answer = await RawAsync(method, $"/v1/storage/{verb}/{encoded}", method == "PUT" ? "x" : null);
            answer.Status.Should().BeOneOf([400, 404, 405], "{0} {1}", method, encoded);
            answer.Body.Should().NotContain("root:");
        }

        Directory.EnumerateFiles(Path.Combine(_host.DataDirectory, "objects"), "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Reserved_prefixes_are_readable_and_not_writable()
    {
        await _host.IngestAsync("d", "a,b\n1,2\n");
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=datasets/");
        var key = list.GetProperty("objects")[0].GetProperty("key").GetString()!;

        (await _host.Http.GetByteArrayAsync("/v1/storage/get/" + key)).Take(4).Should().Equal("PAR1"u8.ToArray());
        foreach (var reserved in new[] { key, "datasets/x", "_catalog/x", "_vectors/x", "_journal/x", "_catalog%2Fx" })
        {
            (await RawAsync("PUT", "/v1/storage/put/" + reserved, "x")).Status.Should().Be(403);
            (await RawAsync("DELETE", "/v1/storage/delete/" + reserved)).Status.Should().Be(403);
        }

        (await RawAsync("PUT", "/v1/storage/put/datasets", "x")).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_body_over_the_bound_is_refused_before_it_is_read_and_leaves_nothing()
    {
        (await PutAsync("exact", new byte[1 << 20])).StatusCode.Should().Be(HttpStatusCode.OK);
        using var declared = await PutAsync("declared", new byte[(1 << 20) + 1]);
        declared.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await declared.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("object_too_large");

        using var chunked = new HttpRequestMessage(
            HttpMethod.Put, "/v1/storage/put/chunked")
        { Content = new StreamContent(new MemoryStream(new byte[(1 << 20) + 1])) };
        chunked.Headers.TransferEncodingChunked = true;
        (await _host.Http.SendAsync(chunked)).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);

        // The answer arrives before any byte of the body is sent.
        using var socket = await ConnectAsync();
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("PUT /v1/storage/put/early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"));
        var first = new byte[12];
        await socket.GetStream().ReadExactlyAsync(first);
        Encoding.ASCII.GetString(first).Should().Be("HTTP/1.1 413");

        Files().Should().ContainSingle().Which.Should().EndWith("exact%o");
    }

    [Theory]
    [InlineData("If-Match: \"abc\"", "unsupported_header", "header If-Match")]
    [InlineData("If-None-Match: *", "unsupported_header", "header If-None-Match")]
    [InlineData("If-Unmodified-Since: Sat, 29 Oct 2022 19:43:31 GMT", "unsupported_header", "header If-Unmodified-Since")]
    [InlineData("Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==", "unsupported_header", "header Content-MD5")]
    [InlineData("Repr-Digest: sha-256=:AAAA:", "unsupported_header", "header Repr-Digest")]
    [InlineData("Content-Range: bytes 0-4/10", "unsupported_header", "header Content-Range")]
    [InlineData("Content-Encoding: gzip", "unsupported_encoding", "'gzip'")]
    [InlineData("Content-Encoding: identity\r\nContent-Encoding: br", "unsupported_encoding", "'identity,br'")]
    public async Task A_header_that_a_put_does_not_obey_is_refused_before_the_body_is_sent(string header, string code, string detail)
    {
        (await PutAsync("kept", "old"u8.ToArray())).EnsureSuccessStatusCode();
        using var client = await RawClient.SendAsync(
            _host.Port, $"PUT /v1/storage/put/kept HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n{header}\r\n\r\n");
        var answer = await client.ReadUntilAsync("trace_id");

        answer.Should().StartWith("HTTP/1.1 400 ").And.Contain($"\"code\":\"{code}\"").And.Contain(detail);
        (await _host.Http.GetStringAsync("/v1/storage/get/kept")).Should().Be("old");
    }

    [Fact]
    public async Task A_delete_on_a_condition_is_refused_and_deletes_nothing()
    {
        (await PutAsync("kept", [1])).EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/storage/delete/kept");
        request.Headers.TryAddWithoutValidation("If-Match", "\"abc\"");
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("unsupported_header");
        (await _host.Http.GetAsync("/v1/storage/get/kept")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_fifth_put_is_refused_at_once_and_the_four_go_on()
    {
        var open = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            var socket = await ConnectAsync();
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"PUT /v1/storage/put/slow{i} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na"));
            open.Add(socket);
        }

        await WaitForAsync(() => Files().Count == 4);
        using var fifth = await PutAsync("fifth", [1]);
        fifth.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        fifth.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        foreach (var socket in open)
        {
            await socket.GetStream().WriteAsync("b"u8.ToArray());
            var status = new byte[12];
            await socket.GetStream().ReadExactlyAsync(status);
            Encoding.ASCII.GetString(status).Should().Be("HTTP/1.1 200");
            socket.Dispose();
        }

        (await PutAsync("fifth", [1])).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        using (var socket = await ConnectAsync())
        {
            await socket.GetStream().WriteAsync("PUT /v1/storage/put/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray());
            await WaitForAsync(() => Files().Count == 1);
        }

        await WaitForAsync(() => Files().Count == 0);
        (await _host.Http.GetAsync("/v1/storage/get/broken")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Ranges_etags_and_head_work()
    {
        (await PutAsync("r", "0123456789"u8.ToArray())).EnsureSuccessStatusCode();
        using var head = await _host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/storage/get/r"));
        head.Content.Headers.ContentLength.Should().Be(10);
        var etag = head.Headers.ETag!;

        (string, int, string?)[] cases =
        [
            ("bytes=2-4", 206, "234"), ("bytes=7-", 206, "789"), ("bytes=-3", 206, "789"), ("bytes=0-99", 206, "0123456789"),
            ("bytes=10-", 416, null), ("nonsense", 200, "0123456789"), ("BYTES=2-4", 206, "234"),
            ("lines=0-5", 200, "0123456789"), ("lines=99-", 200, "0123456789"),
        ];
        foreach (var (range, status, body) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/storage/get/r");
            request.Headers.TryAddWithoutValidation("Range", range);
            using var answer = await _host.Http.SendAsync(request);
            ((int)answer.StatusCode).Should().Be(status, range);
            if (body is not null)
            {
                (await answer.Content.ReadAsStringAsync()).Should().Be(body);
            }
        }

        using var same = new HttpRequestMessage(HttpMethod.Get, "/v1/storage/get/r");
        same.Headers.IfNoneMatch.Add(etag);
        (await _host.Http.SendAsync(same)).StatusCode.Should().Be(HttpStatusCode.NotModified);

        (await PutAsync("r", "9876543210"u8.ToArray())).EnsureSuccessStatusCode();
        using var changed = new HttpRequestMessage(HttpMethod.Get, "/v1/storage/get/r");
        changed.Headers.IfNoneMatch.Add(etag);
        (await _host.Http.SendAsync(changed)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Listing_pages_up_to_the_bound()
    {
        for (var i = 0; i < 5; i++)
        {
            (await PutAsync($"p/{i}", [1])).EnsureSuccessStatusCode();
        }

        var first = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=p/");
        first.GetProperty("truncated").GetBoolean().Should().BeTrue();
        first.GetProperty("objects").GetArrayLength().Should().Be(3);
        var rest = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=p/&start_after=p/2");
        rest.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("key").GetString()).Should().Equal("p/3", "p/4");
        rest.GetProperty("truncated").GetBoolean().Should().BeFalse();
        foreach (var limit in new[] { "0", "4", "-1", "x" })
        {
            (await _host.Http.GetAsync($"/v1/storage/list?limit={limit}")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("GET", "/nope", 404, "no_such_path")]
    [InlineData("POST", "/health", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/storage/get/absent", 404, "object_not_found")]
    [InlineData("GET", "/v1/catalog/manifest/absent", 404, "dataset_not_found")]
    [InlineData("GET", "/v1/catalog/manifest/a%20b", 400, "invalid_name")]
    public async Task Every_refusal_is_a_problem_document(string method, string path, int status, string code)
    {
        using var answer = await _host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("trace_id").GetString().Should().NotBeNullOrEmpty();
    }

    internal static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; i < 6_000; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        throw new TimeoutException("the condition did not come true");
    }

    private List<string> Files() => [.. Directory.EnumerateFiles(Path.Combine(_host.DataDirectory, "objects"), "*", SearchOption.AllDirectories)];

    private async Task<HttpResponseMessage> PutAsync(string key, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await _host.Http.PutAsync("/v1/storage/put/" + key, body);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _host.Port);
        return socket;
    }

    /// <summary>Sends a request with its path unchanged: HttpClient would resolve dot segments and decode it.</summary>
    private async Task<(int Status, string Body)> RawAsync(string method, string target, string? body = null)
    {
        using var socket = await ConnectAsync();
        var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {body?.Length ?? 0}\r\n\r\n{body}"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var split = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var content = answer[(split + 4)..];
        if (answer[..split].Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            content = string.Concat(content.Split("\r\n").Where((_, i) => i % 2 == 1));
        }

        return (int.Parse(answer.AsSpan(9, 3)), content);
    }
}
