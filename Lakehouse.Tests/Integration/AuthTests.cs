using System.Net;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration;

public sealed class AuthTests
{
    [Theory]
    [InlineData(null, 401)]
    [InlineData("", 401)]
    [InlineData("Bearer", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Bearer wrong", 401)]
    [InlineData("Bearer secre", 401)]
    [InlineData("Bearer secret2", 401)]
    [InlineData("Bearer Secret", 401)]
    [InlineData("Bearersecret", 401)]
    [InlineData("bearer wrong", 401)]
    [InlineData("Bearer  secret", 401)]
    [InlineData("secret", 401)]
    [InlineData("Basic secret", 401)]
    [InlineData("Bearer secret", 200)]
    [InlineData("bearer secret", 200)]
    [InlineData("BEARER secret", 200)]
    public async Task A_token_is_asked_for_everywhere_but_at_health(string? header, int status)
    {
        await using var host = await LakehouseHost.StartAsync(("auth.token", "secret"));
        if (header is not null)
        {
            host.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        }

        foreach (var path in new[] { "/v1/catalog/list", "/v1/storage/list" })
        {
            using var answer = await host.Http.GetAsync(path);
            ((int)answer.StatusCode).Should().Be(status);
            (await answer.Content.ReadAsStringAsync()).Should().NotContain("secret");
        }

        (await host.Http.GetAsync("/nothing")).StatusCode.Should().Be(status == 200 ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized);
        (await host.Http.GetStringAsync("/health")).Should().Contain("\"status\":\"ok\"").And.Contain("\"service\":\"gateway\"");
    }

    [Theory]
    [InlineData("127.0.0.0/8", 200)]
    [InlineData("10.0.0.0/8", 403)]
    [InlineData("10.0.0.0/8,127.0.0.1", 200)]
    [InlineData("nonsense", 403)]
    [InlineData("nonsense,127.0.0.1/32", 200)]
    public async Task Only_allowed_addresses_are_served(string networks, int status)
    {
        await using var host = await LakehouseHost.StartAsync(("auth.allowed_ips", networks));
        ((int)(await host.Http.GetAsync("/v1/catalog/list")).StatusCode).Should().Be(status);
        (await host.Http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Both_gates_can_be_on()
    {
        await using var host = await LakehouseHost.StartAsync(("auth.allowed_ips", "127.0.0.1"), ("auth.token", "secret"));
        (await host.Http.GetAsync("/v1/catalog/list")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        host.Http.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        (await host.Http.GetAsync("/v1/catalog/list")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
