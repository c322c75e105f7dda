using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration;

/// <summary>Members of bodies and query parameters that an endpoint does not know are refused, not ignored.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync();
        await _host.IngestAsync("t", "a\n1\n2\n3\n4\n5\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("POST", "/v1/ingest?name=t&upsert=id", "'upsert'; it takes name, mode, key, evolve, sort_by, format, ")]
    [InlineData("POST", "/v1/ingest?name=t&delimeter=tab", "; the nearest is 'delimiter'.")]
    [InlineData("POST", "/v1/ingest?name=t&name=u", "'name' 2 times")]
    [InlineData("GET", "/v1/catalog/list?limit=3", "it takes none.")]
    [InlineData("GET", "/v1/storage/list?prefx=a", "; the nearest is 'prefix'.")]
    [InlineData("DELETE", "/v1/storage/delete/a?force=1", "'force'; it takes only bucket.")]
    [InlineData("POST", "/v1/catalog/gc?dryrun=true", "; the nearest is 'dry_run'.")]
    [InlineData("GET", "/v1/journal?after=2026-01-01", "it takes since, limit.")]
    [InlineData("POST", "/v1/sql?formt=csv", "the nearest is 'format'")]
    [InlineData("GET", "/v1/vectors/index/x/items?after=a", "it takes start_after, limit, include.")]
    public async Task A_parameter_that_is_not_known_is_refused(string method, string path, string detail)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("a\n9\n") };
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be("invalid_request");
        problem.GetProperty("detail").GetString().Should().Contain(detail);
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[5]]", "nothing was done");
    }

    [Theory]
    [InlineData("/v1/sql", """{"sql":"SELECT 1","parms":[1]}""", "no member \"parms\"; there are sql")]
    [InlineData("/v1/sql", """{"sq":"SELECT 1"}""", "has no \"sql\"")]
    [InlineData("/v1/catalog/register", """{"name":"x","schema_fingerprint":"f","objects":[],"rows":1}""", "; the nearest is 'row_count'.|no member \"rows\"")]
    [InlineData("/v1/vectors/index", """{"name":"x","dimensions":3}""", "; the nearest is 'dimension'.")]
    [InlineData("/v1/vectors/index/x/delete", """{"ids":["a"],"force":true}""", "no member \"force\"; there are ids")]
    [InlineData("/v1/vectors/index/x/get", """{"ids":["a"],"includes":[]}""", "; the nearest is 'include'.")]
    [InlineData("/v1/vectors/index/x/search", """{"vector":[1],"filters":{}}""", "; the nearest is 'filter'.")]
    [InlineData("/v1/search", """{"index":"x","text":"y","colums":[]}""", "; the nearest is 'columns'.")]
    [InlineData("/v1/embed", """{"texts":["a"],"modle":"b"}""", "; the nearest is 'model'.")]
    public async Task A_member_that_is_not_known_is_refused(string path, string body, string details)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync(path, content);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        details.Split('|').Should().Contain(detail => problem.GetProperty("detail").GetString()!.Contains(detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/sql", """{"sql":"SELECT 1","sql":"SELECT 2"}""", "\"sql\" twice")]
    [InlineData("/v1/sql", """{"sql":"SELECT 1","SQL":"SELECT 2"}""", "\"SQL\" twice")]
    [InlineData("/v1/sql", """{"sq":"SELECT 1"}""", "a member \"sq\", which is not known")]
    [InlineData("/v1/catalog/register", """{"name":"x","name":"y","schema_fingerprint":"f","objects":[]}""", "\"name\" twice")]
    [InlineData("/v1/vectors/index", """{"name":"x","dimension":3,"dimension":4}""", "\"dimension\" twice")]
    [InlineData("/v1/vectors/index/x/add", """{"items":[],"items":[]}""", "\"items\" twice")]
    [InlineData("/v1/vectors/index/x/add", """{"items":[{"id":"a","vector":[1],"vector":[2]}]}""", "\"vector\" twice")]
    [InlineData("/v1/vectors/index/x/search", """{"vector":[1],"k":1,"k":2}""", "\"k\" twice")]
    [InlineData("/v1/vectors/index/x/delete", """{"ids":["y"],"ids":["z"]}""", "\"ids\" twice")]
    [InlineData("/v1/embed", """{"texts":["a"],"texts":["b"]}""", "\"texts\" twice")]
    [InlineData("/v1/sql", """{"\ud800":1}""", "not valid Unicode")]
    [InlineData("/v1/search", """{"\ud800":1,"index":"x","text":"y"}""", "not valid Unicode")]
    [InlineData("/v1/embed", """{"texts":["a"],"\ud800":1}""", "not valid Unicode")]
    [InlineData("/v1/vectors/index/x/add", """{"\ud800":1}""", "not valid Unicode")]
    [InlineData("/v1/vectors/index/x/add", """{"items":[{"\ud800":1}]}""", "not valid Unicode")]
    [InlineData("/v1/vectors/index/x/search", """{"\ud800":1}""", "not valid Unicode")]
    public async Task What_would_be_ignored_or_is_no_text_is_refused(string path, string body, string detail)
    {
        using var created = await _host.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "x", dimension = 1 });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync(path, content);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, "{0}", problem);
        problem.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Theory]
    [InlineData("POST", "/v1/catalog/gc", "/v1/catalog/gc?dry_run=VALUE")]
    [InlineData("POST", "/v1/catalog/refresh", "none is read here")]
    [InlineData("GET", "/v1/catalog/list", "none is read here")]
    [InlineData("GET", "/v1/catalog/manifest/t", "none is read here")]
    [InlineData("DELETE", "/v1/catalog/dataset/t", "none is read here")]
    [InlineData("GET", "/v1/storage/get/a", "/v1/storage/get/a?bucket=VALUE")]
    [InlineData("DELETE", "/v1/storage/delete/a", "none is read here")]
    [InlineData("GET", "/v1/journal", "none is read here")]
    [InlineData("DELETE", "/v1/vectors/index/x", "none is read here")]
    [InlineData("DELETE", "/v1/vectors/index/x/import", "none is read here")]
    [InlineData("DELETE", "/v1/vectors/alias/x", "none is read here")]
    [InlineData("GET", "/v1/embed/stats", "none is read here")]
    public async Task A_body_that_no_one_reads_is_refused(string method, string path, string detail)
    {
        foreach (var isChunked in (bool[])[false, true])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}") };
            request.Headers.TransferEncodingChunked = isChunked;
            using var answer = await _host.Http.SendAsync(request);

            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, "{0}", problem);
            problem.GetProperty("code").GetString().Should().Be("invalid_request");
            problem.GetProperty("detail").GetString().Should().Contain(detail);
        }

        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[5]]", "nothing was done");
    }

    [Fact]
    public async Task An_empty_body_is_none_and_a_large_one_is_refused_before_it_is_sent()
    {
        foreach (var none in (string[])["Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
        {
            using var empty = await RawClient.SendAsync(_host.Port, $"POST /v1/catalog/refresh HTTP/1.1\r\nHost: localhost\r\n{none}");
            (await empty.ReadUntilAsync("count")).Should().StartWith("HTTP/1.1 200 ");
        }

        using var large = await RawClient.SendAsync(
            _host.Port, "POST /v1/catalog/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");
        (await large.ReadUntilAsync("trace_id")).Should().StartWith("HTTP/1.1 400 ").And.Contain("none is read here");
    }

    [Theory]
    [InlineData("/v1/storage/list?prefix=%FF", 400, "not UTF-8")]
    [InlineData("/v1/storage/list?start_after=a%ED%A0%80", 400, "not UTF-8")]
    [InlineData("/v1/storage/list?bucket=%C3", 400, "not UTF-8")]
    [InlineData("/v1/storage/list?%FF=1", 400, "not UTF-8")]
    [InlineData("/v1/storage/list?prefix=50%", 400, "two hex digits")]
    [InlineData("/v1/storage/list?prefix=%zz", 400, "two hex digits")]
    [InlineData("/v1/storage/list?prefix=a%00", 400, "prefix holds the control character U+0000")]
    [InlineData("/v1/storage/list?start_after=%00", 400, "start_after holds the control character U+0000")]
    [InlineData("/v1/storage/list?bucket=%00", 404, "no bucket")]
    [InlineData("/v1/storage/get/a%FF", 400, "not UTF-8")]
    [InlineData("/v1/catalog/manifest/a%FF", 400, "name is refused")]
    [InlineData("/v1/vectors/index/a%C3", 400, "name is refused")]
    [InlineData("/v1/vectors/index/x/items?start_after=%FF", 400, "not UTF-8")]
    [InlineData("/v1/vectors/index/x/items?include=%00", 400, "include has")]
    [InlineData("/v1/journal?since=%00", 400, "since is")]
    [InlineData("/v1/models/%FF", 404, "%FF")]
    [InlineData("/nope/%FF", 404, "nothing at")]
    public async Task What_an_address_cannot_say_is_refused_and_never_replaced(string path, int status, string detail)
    {
        using var client = await RawClient.SendAsync(_host.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var answer = await client.ReadToEndAsync();

        answer.Should().StartWith($"HTTP/1.1 {status} ").And.Contain(detail).And.NotContain("\uFFFD");
    }

    /// <summary>The server's HTTP parser refuses these itself, without a body.</summary>
    [Theory]
    [InlineData("/v1/storage/get/a%00")]
    [InlineData("/v1/catalog/manifest/a%00")]
    [InlineData("/v1/vectors/index/a%00")]
    [InlineData("/nope/%00")]
    public async Task A_nul_in_a_path_is_refused(string path)
    {
        using var client = await RawClient.SendAsync(_host.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await client.ReadToEndAsync()).Should().StartWith("HTTP/1.1 400 ");
    }

    [Fact]
    public async Task Texts_in_a_query_are_decoded_once()
    {
        foreach (var key in (string[])["%FF", "50% é", "a+b"])
        {
            (await _host.Http.PutAsync("/v1/storage/put/" + Uri.EscapeDataString(key), new ByteArrayContent([1]))).EnsureSuccessStatusCode();
            var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=" + Uri.EscapeDataString(key));
            list.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("key").GetString()).Should().Equal(key);
        }
    }

    [Theory]
    [InlineData("PUT", "alias/y", """{"indx":"x"}""", "a member \"indx\", which is not known")]
    [InlineData("PUT", "alias/y", """{"index":"x","indexx":"z"}""", "the nearest is 'index'")]
    [InlineData("POST", "index/x/add", """{"items":[{"id":"a","vectr":[1]}]}""", "no member \"vectr\"; there are id, vector, metadata, text; the nearest is 'vector'")]
    [InlineData("POST", "index/x/search", """{"vector":[1],"filter":{"a":{"exist":true}}}""", "the nearest is 'exists'")]
    [InlineData("POST", "index/x/search", """{"vector":[1],"include":["vectors"]}""", "the nearest is 'vector'")]
    [InlineData("POST", "index/x/get", """{"ids":["a"],"include":["txt"]}""", "the nearest is 'text'")]
    [InlineData("POST", "index/x/delete", """{"id":["a"]}""", "a member \"id\", which is not known")]
    public async Task A_misspelt_name_is_answered_with_the_nearest_one_there_is(string method, string path, string body, string detail)
    {
        using var created = await _host.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "x", dimension = 1 });
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/vectors/" + path) { Content = new StringContent(body) };
        using var answer = await _host.Http.SendAsync(request);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, "{0}", problem);
        problem.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Fact]
    public async Task A_range_outside_the_object_is_a_problem_document()
    {
        (await _host.Http.PutAsync("/v1/storage/put/a", new ByteArrayContent([1, 2, 3]))).EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/storage/get/a") { Headers = { Range = new(99, null) } };
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestedRangeNotSatisfiable);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("range_not_satisfiable");
    }

    [Fact]
    public async Task Names_of_parameters_and_of_sql_s_member_may_have_any_case()
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql", new Dictionary<string, string> { ["SQL"] = "SELECT 42" });
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.Http.GetAsync("/v1/storage/list?Prefix=a")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Health_minds_no_parameter() => (await _host.Http.GetAsync("/health?probe=1")).StatusCode.Should().Be(HttpStatusCode.OK);

    [Fact]
    public async Task Of_many_large_bodies_at_once_some_are_taken_and_the_rest_are_told_why()
    {
        await using var host = await LakehouseHost.StartAsync(("server.request_memory", "8MiB"), ("embed.max_body_bytes", "8MiB"));
        var body = $$"""{"texts":["{{new string('x', 3_000_000)}}"]}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await host.Http.PostAsync("/v1/embed", content);
            return (Status: (int)answer.StatusCode, Code: (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }));

        answers.Select(a => $"{a.Status} {a.Code}").Distinct().Should().BeSubsetOf(["503 request_memory_full", "400 text_too_long"]);
        answers.Should().Contain(a => a.Code == "text_too_long", "one at least was read whole");
        using var last = new StringContent("""{"texts":["a"]}""", Encoding.UTF8, "application/json");
        (await host.Http.PostAsync("/v1/embed", last)).StatusCode.Should().Be(HttpStatusCode.OK, "all of it was given back");
    }
}
