using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Core.Configuration;
using Lakehouse.Tests.Fixtures;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Tests.Integration;

/// <summary>The program in the process of a test, as Microsoft.AspNetCore.Mvc.Testing starts it: without a socket, with services of the test's own.</summary>
public sealed class InMemoryTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LakehouseFactory _factory;

    public InMemoryTests() => _factory = new LakehouseFactory(
        new Dictionary<string, string> { ["storage.data_dir"] = _folder.Path, ["log.level"] = "error", ["query.isolation"] = "none" });

    public async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_goes_in_and_rows_come_out()
    {
        using var http = _factory.CreateClient();
        using var ingested = await http.PostAsync("/v1/ingest?name=t", new StringContent("a,b\n1,x\n2,y\n"));
        ingested.StatusCode.Should().Be(HttpStatusCode.OK);

        using var answer = await http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT b FROM t ORDER BY a DESC" });

        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be("[[\"y\"],[\"x\"]]");
    }

    [Fact]
    public async Task An_error_is_a_problem_document_here_too()
    {
        using var http = _factory.CreateClient();

        using var answer = await http.PostAsJsonAsync("/v1/sql", new { sql = "SELEC 1" });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("sql_error");
    }

    [Fact]
    public void A_start_that_fails_throws_what_a_terminal_would_be_told()
    {
        using var factory = _factory.WithWebHostBuilder(builder => builder.UseSetting("query.timeout", "soon"));

        factory.Invoking(f => f.CreateClient()).Should().Throw<SettingsException>().WithMessage("[query] timeout = \"soon\" is refused.*");
    }

    [Fact]
    public async Task A_service_can_be_replaced()
    {
        var time = new ShiftedTime(TimeSpan.FromDays(400));
        await using var factory = _factory.WithWebHostBuilder(builder => builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(time)));
        using var http = factory.CreateClient();

        using var ingested = await http.PostAsync("/v1/ingest?name=t", new StringContent("a\n1\n"));

        var manifest = (await ingested.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("manifest");
        manifest.GetProperty("created_at").GetDateTimeOffset().Should().BeAfter(DateTimeOffset.UtcNow.AddDays(399));
    }
}
