using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration;

/// <summary>How the server treats requests by the headers that browsers set.</summary>
public sealed class BrowserGateTests
{
    private const string App = "https://app.example.com:8443";

    [Theory]
    [InlineData("localhost", null)]
    [InlineData("LocalHost:9", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.9.9.9:80", null)]
    [InlineData("[::1]:3110", null)]
    [InlineData("lake.local:1", null)]
    [InlineData("a.lan", null)]
    [InlineData("evil.test", "'evil.test'")]
    [InlineData("localhost.evil.test", "server.allowed_hosts")]
    [InlineData("127.0.0.1.evil.test", "server.allowed_hosts")]
    [InlineData("10.0.0.1", "server.allowed_hosts")]
    [InlineData("[::2]", "server.allowed_hosts")]
    [InlineData("2130706433", "server.allowed_hosts")]
    [InlineData("xn--localhost-", "not a valid host name")]
    public async Task Without_a_token_only_names_of_this_server_are_answered(string name, string? detail)
    {
        await using var host = await LakehouseHost.StartAsync(("server.allowed_hosts", "lake.local,*.lan"));
        using var answer = await SendAsync(host, HttpMethod.Get, "/v1/catalog/list", ("Host", name));
        if (detail is null)
        {
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }
        else
        {
            await RequireProblemAsync(answer, 421, "host_not_allowed", detail);
        }

        (await SendAsync(host, HttpMethod.Get, "/health", ("Host", name))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_token_any_name_is_answered()
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"));
        var name = ("Host", "lake.example.com");
        (await SendAsync(host, HttpMethod.Get, "/v1/catalog/list", name, ("Authorization", "Bearer secret"))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await SendAsync(host, HttpMethod.Get, "/v1/catalog/list", name)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET", null, null, null, 200)]
    [InlineData("GET", "http://HOST", "same-origin", "cors", 200)]
    [InlineData("GET", "http://HOST", null, null, 200)]
    [InlineData("GET", null, "same-origin", "cors", 200)]
    [InlineData("GET", null, "none", "navigate", 200)]
    [InlineData("GET", null, "same-site", "navigate", 200)]
    [InlineData("GET", null, "same-site", "no-cors", 403)]
    [InlineData("POST", null, "same-site", "navigate", 403)]
    [InlineData("GET", null, "cross-site", "navigate", 403)]
    [InlineData("GET", null, "cross-site", "no-cors", 403)]
    [InlineData("GET", "http://HOST", "cross-site", "cors", 403)]
    [InlineData("GET", "https://HOST", null, null, 403)]
    [InlineData("GET", "http://localhost", null, null, 403)]
    [InlineData("GET", "http://evil.test", "cross-site", "cors", 403)]
    [InlineData("GET", "null", null, null, 403)]
    [InlineData("GET", "", null, null, 403)]
    [InlineData("POST", "http://evil.test", null, null, 403)]
    [InlineData("OPTIONS", "http://evil.test", null, null, 403)]
    public async Task Pages_of_other_origins_are_refused(string method, string? origin, string? site, string? mode, int status)
    {
        await using var host = await LakehouseHost.StartAsync();
        var headers = new List<(string, string)>();
        Add("Origin", origin?.Replace("HOST", $"127.0.0.1:{host.Port}", StringComparison.Ordinal));
        Add("Sec-Fetch-Site", site);
        Add("Sec-Fetch-Mode", mode);
        var path = method == "GET" ? "/v1/catalog/list" : "/v1/catalog/refresh";
        using var answer = await SendAsync(host, new HttpMethod(method), path, [.. headers]);
        ((int)answer.StatusCode).Should().Be(status);
        if (status == 403)
        {
            await RequireProblemAsync(answer, 403, "origin_not_allowed", "server.allowed_origins");
        }

        (await SendAsync(host, HttpMethod.Get, "/health", [.. headers])).StatusCode.Should().Be(HttpStatusCode.OK);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers.Add((name, value));
            }
        }
    }

    [Fact]
    public async Task Behind_a_tls_proxy_a_page_of_the_server_is_known_by_host_and_port()
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"));
        (await StatusOfAsync("https://lake.example.com")).Should().Be(HttpStatusCode.OK);
        (await StatusOfAsync("https://lake.example.com:8443")).Should().Be(HttpStatusCode.Forbidden);
        (await StatusOfAsync("https://other.example.com")).Should().Be(HttpStatusCode.Forbidden);

        async Task<HttpStatusCode> StatusOfAsync(string origin)
        {
            using var answer = await SendAsync(
                host, HttpMethod.Get, "/v1/catalog/list", ("Host", "lake.example.com"), ("Authorization", "Bearer secret"), ("Origin", origin));
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_preflight_of_an_allowed_page_needs_no_token()
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"), ("server.allowed_origins", App));
        using var answer = await SendAsync(
            host,
            HttpMethod.Options,
            "/v1/storage/put/a/b",
            ("Origin", App),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "authorization"),
            ("Sec-Fetch-Site", "cross-site"));
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
        Header(answer, "Access-Control-Allow-Origin").Should().Be(App);
        Header(answer, "Vary").Should().Be("Origin");
        Header(answer, "Access-Control-Max-Age").Should().Be("600");
        Header(answer, "Access-Control-Allow-Methods").Split(',').Should().BeEquivalentTo("GET", "HEAD", "POST", "PUT", "DELETE");
        Header(answer, "Access-Control-Allow-Headers").Split(',').Should().Contain(
            ["Authorization", "Content-Type", "Range", "If-None-Match", "If-Match", "Idempotency-Key"]);
        answer.Headers.Contains("Access-Control-Allow-Credentials").Should().BeFalse();

        using var foreign = await SendAsync(
            host, HttpMethod.Options, "/v1/storage/put/a/b", ("Origin", "https://evil.test"), ("Access-Control-Request-Method", "PUT"));
        await RequireProblemAsync(foreign, 403, "origin_not_allowed", "https://evil.test");
        foreign.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();

        // A request that does not ask for a method is not a preflight, and needs the token.
        (await SendAsync(host, HttpMethod.Options, "/v1/storage/put/a/b", ("Origin", App))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/v1/catalog/list", "Bearer secret", 200)]
    [InlineData("/v1/catalog/list", "Bearer wrong", 401)]
    [InlineData("/v1/catalog/manifest/none", "Bearer secret", 404)]
    [InlineData("/nothing", "Bearer secret", 404)]
    [InlineData("/health", "", 200)]
    public async Task Answers_to_an_allowed_page_can_be_read_by_it_errors_included(string path, string token, int status)
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"), ("server.allowed_origins", "http://other.example," + App));
        using var answer = await SendAsync(host, HttpMethod.Get, path, ("Origin", App), ("Authorization", token), ("Sec-Fetch-Site", "cross-site"));
        ((int)answer.StatusCode).Should().Be(status);
        Header(answer, "Access-Control-Allow-Origin").Should().Be(App);
        Header(answer, "Vary").Should().Be("Origin");
        Header(answer, "Access-Control-Expose-Headers").Split(',').Should().Contain(["ETag", "Content-Range", "Retry-After", "Location"]);
    }

    [Fact]
    public async Task Answers_to_others_say_that_they_depend_on_the_origin_and_name_none()
    {
        await using var host = await LakehouseHost.StartAsync(("server.allowed_origins", App));
        using var answer = await SendAsync(host, HttpMethod.Get, "/v1/catalog/list");
        Header(answer, "Vary").Should().Be("Origin");
        answer.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();

        await using var closed = await LakehouseHost.StartAsync();
        using var plain = await SendAsync(closed, HttpMethod.Get, "/v1/catalog/list");
        plain.Headers.Contains("Vary").Should().BeFalse();
    }

    [Theory]
    [InlineData("POST", "/v1/sql", "{\"sql\":\"SELECT 1\"}", 200)]
    [InlineData("POST", "/v1/catalog/register", "{\"name\":\"d\",\"schema_fingerprint\":\"f\"}", 200)]
    [InlineData("POST", "/v1/vectors/index", "{\"name\":\"i\",\"dimension\":2}", 201)]
    [InlineData("POST", "/v1/vectors/index/none/add", "{\"items\":[]}", 404)]
    [InlineData("POST", "/v1/vectors/index/none/search", "{\"vector\":[1]}", 404)]
    [InlineData("POST", "/v1/vectors/index/none/delete", "{\"ids\":[]}", 404)]
    [InlineData("POST", "/v1/vectors/index/none/get", "{\"ids\":[]}", 404)]
    [InlineData("POST", "/v1/vectors/index/none/import", "{\"dataset\":\"x\",\"id\":\"a\",\"vector\":\"b\"}", 404)]
    [InlineData("PUT", "/v1/vectors/alias/a", "{\"index\":\"none\"}", 404)]
    [InlineData("POST", "/v1/search", "{\"index\":\"none\",\"text\":\"a\"}", 404)]
    [InlineData("POST", "/v1/embed", "{\"texts\":[\"a\"]}", 200)]
    [InlineData("POST", "/v1/embeddings", "{\"input\":\"a\",\"model\":\"\"}", 200)]
    [InlineData("POST", "/api/embed", "{\"input\":\"a\",\"model\":\"\"}", 200)]
    public async Task A_page_must_declare_its_json_and_a_program_need_not(string method, string path, string body, int status)
    {
        await using var host = await LakehouseHost.StartAsync();
        var own = $"http://127.0.0.1:{host.Port}";
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", null })
        {
            using var refused = await SendAsync(type, own);
            refused.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType, "{0} is no JSON", type);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("Content-Type: application/json");
        }

        foreach (var (type, origin) in new[]
        {
            ("application/x-www-form-urlencoded", null),
            (null, null),
            ("application/json", own),
            ("application/vnd.lake+json; charset=utf-8", own),
        })
        {
            using var taken = await SendAsync(type, origin);
            ((int)taken.StatusCode).Should().BeOneOf([status, 409], "{0} of {1}; what was there before is there already", type, origin);
        }

        async Task<HttpResponseMessage> SendAsync(string? type, string? origin)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.ContentType = type is null ? null : System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
            var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            return await host.Http.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("POST", "/v1/ingest?name=t", "a\n1\n")]
    [InlineData("PUT", "/v1/storage/put/x", "anything")]
    [InlineData("POST", "/v1/catalog/refresh", null)]
    public async Task Files_of_a_page_and_calls_without_a_body_have_any_content_type(string method, string path, string? body)
    {
        await using var host = await LakehouseHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "text/csv");
        request.Headers.Add("Origin", $"http://127.0.0.1:{host.Port}");
        (await host.Http.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> SendAsync(LakehouseHost host, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return host.Http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        string.Join(",", answer.Headers.TryGetValues(name, out var values) ? values : answer.Content.Headers.GetValues(name))
            .Replace(" ", string.Empty, StringComparison.Ordinal);

    private static async Task RequireProblemAsync(HttpResponseMessage answer, int status, string code, string detail)
    {
        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain(detail);
    }
}
