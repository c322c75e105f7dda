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
    [InlineData("POST", "/v1/ingest?name=t&mode=append", "'mode'; it takes name, delimiter, header.")]
    [InlineData("POST", "/v1/ingest?name=t&delimeter=tab", "; the nearest is 'delimiter'.")]
    [InlineData("POST", "/v1/ingest?name=t&name=u", "'name' 2 times")]
    [InlineData("GET", "/v1/catalog/list?limit=3", "it takes none.")]
    [InlineData("GET", "/v1/storage/list?prefx=a", "; the nearest is 'prefix'.")]
    [InlineData("DELETE", "/v1/storage/delete/a?force=1", "'force'; it takes only bucket.")]
    [InlineData("POST", "/v1/catalog/gc?dryrun=true", "; the nearest is 'dry_run'.")]
    [InlineData("GET", "/v1/journal?after=2026-01-01", "it takes since, limit.")]
    [InlineData("POST", "/v1/sql?format=csv", "it takes none.")]
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
    [InlineData("/v1/sql", """{"sql":"SELECT 1","params":[1]}""", "no member \"params\"; there are sql")]
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
    [InlineData("/v1/catalog/gc", """{"dry_run":true}""", "/v1/catalog/gc?dry_run=true")]
    public async Task What_would_be_ignored_or_is_no_text_is_refused(string path, string body, string detail)
    {
        using var created = await _host.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "x", dimension = 1 });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync(path, content);

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
