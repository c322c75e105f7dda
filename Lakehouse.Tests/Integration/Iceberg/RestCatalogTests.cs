using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Access;

namespace Lakehouse.Tests.Integration.Iceberg;

/// <summary>The REST catalog, by the OpenAPI description of apache/iceberg.</summary>
public sealed class RestCatalogTests
{
    [Fact]
    public async Task A_client_finds_its_way_from_the_configuration_to_a_table()
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        await host.IngestAsync("b", "x\n1\n");
        await host.IngestAsync("a", "y\n1\n");
        await host.IngestAsync("c", "y\n1\n");

        var config = await GetAsync(host, "config?warehouse=anything");
        config["defaults"].Should().BeOfType<JsonObject>();
        config["overrides"].Should().BeOfType<JsonObject>();
        config["endpoints"]!.AsArray().Should().Contain(e => e!.GetValue<string>() == "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}");
        (await GetAsync(host, "namespaces"))["namespaces"]!.ToJsonString().Should().Be("""[["lake"]]""");
        (await GetAsync(host, "namespaces?parent=lake"))["namespaces"]!.ToJsonString().Should().Be("[]");
        (await GetAsync(host, "namespaces/lake")).ToJsonString().Should().Be("""{"namespace":["lake"],"properties":{}}""");
        (await GetAsync(host, "namespaces/lake/tables")).ToJsonString().Should().Be(
            """{"identifiers":[{"namespace":["lake"],"name":"a"},{"namespace":["lake"],"name":"b"},{"namespace":["lake"],"name":"c"}],"next-page-token":null}""");
        var page = await GetAsync(host, "namespaces/lake/tables?pageSize=2");
        page["identifiers"]!.AsArray().Should().HaveCount(2);
        var next = await GetAsync(host, "namespaces/lake/tables?pageSize=2&pageToken=" + page["next-page-token"]!.GetValue<string>());
        next["identifiers"]!.AsArray().Select(i => i!["name"]!.GetValue<string>()).Should().Equal("c");
        (await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/iceberg/v1/namespaces/lake"))).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/iceberg/v1/namespaces/lake/tables/a"))).StatusCode.Should().Be(
            HttpStatusCode.NoContent);
        (await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/iceberg/v1/namespaces/lake/tables/none"))).StatusCode.Should().Be(
            HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_table_is_loaded_with_what_was_committed_just_now()
    {
        await using var host = await LakehouseHost.StartAsync(("catalog.publish", "iceberg"));
        for (var i = 1; i <= 3; i++)
        {
            await host.IngestAsync("t", $"x\n{i}\n", i == 1 ? "" : "&mode=append");
            var table = await GetAsync(host, "namespaces/lake/tables/t");
            var metadata = table["metadata"]!;
            metadata["format-version"]!.GetValue<int>().Should().Be(2);
            metadata["current-snapshot-id"]!.GetValue<long>().Should().Be(i);
            metadata["snapshots"]!.AsArray().Should().HaveCount(i);
            var file = table["metadata-location"]!.GetValue<string>()["file://".Length..];
            JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file)), metadata).Should().BeTrue();
        }

        (await GetAsync(host, "namespaces/lake/tables/t?snapshots=refs"))["metadata"]!["snapshots"]!.AsArray().Should().HaveCount(1);
        using var first = await host.Http.GetAsync("/iceberg/v1/namespaces/lake/tables/t");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/iceberg/v1/namespaces/lake/tables/t");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await host.Http.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        await host.IngestAsync("t", "x\n9\n");
        using var changed = new HttpRequestMessage(HttpMethod.Get, "/iceberg/v1/namespaces/lake/tables/t");
        changed.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await host.Http.SendAsync(changed)).StatusCode.Should().Be(HttpStatusCode.OK);
        using var report = await host.Http.PostAsJsonAsync("/iceberg/v1/namespaces/lake/tables/t/metrics", new { });
        report.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("GET", "namespaces/other", 404, "NoSuchNamespaceException")]
    [InlineData("GET", "namespaces/other/tables/t", 404, "NoSuchNamespaceException")]
    [InlineData("GET", "namespaces/lake/tables/none", 404, "NoSuchTableException")]
    [InlineData("GET", "namespaces/lake/tables/t?snapshots=some", 400, "BadRequestException")]
    [InlineData("GET", "namespaces/lake/tables?pageSize=0", 400, "BadRequestException")]
    [InlineData("GET", "namespaces/lake/tables?color=1", 400, "BadRequestException")]
    [InlineData("POST", "namespaces", 406, "UnsupportedOperationException")]
    [InlineData("POST", "namespaces/lake/tables", 400, "BadRequestException")]
    [InlineData("POST", "namespaces/lake/tables/none", 404, "NoSuchTableException")]
    [InlineData("POST", "namespaces/other/tables/t", 404, "NoSuchNamespaceException")]
    [InlineData("DELETE", "namespaces/lake/tables/none", 404, "NoSuchTableException")]
    [InlineData("POST", "namespaces/lake/register", 400, "BadRequestException")]
    [InlineData("POST", "tables/rename", 406, "UnsupportedOperationException")]
    public async Task Errors_have_the_form_of_the_specification(string method, string path, int status, string type)
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("t", "x\n1\n");
        await host.Http.PutAsync("/v1/catalog/publish/t", null);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/iceberg/v1/" + path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var answer = await host.Http.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        error.GetProperty("type").GetString().Should().Be(type);
        error.GetProperty("code").GetInt32().Should().Be(status);
        error.GetProperty("message").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public async Task In_a_folder_only_the_administrator_is_told_where_files_are()
    {
        await using var world = await ProfileWorld.MakeAsync(("catalog.publish", "iceberg"));
        (await GetAsync(world.Admin, "namespaces/lake/tables"))["identifiers"]!.AsArray().Should().NotBeEmpty();
        (await GetAsync(world.Clerk, "namespaces/lake/tables"))["identifiers"]!.AsArray().Should().BeEmpty();
        using var answer = await world.Clerk.GetAsync("/iceberg/v1/namespaces/lake/tables/open");
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("ForbiddenException").And.NotContain("file://");
        (await world.Clerk.PutAsync("/v1/catalog/publish/open", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [S3Fact]
    public async Task In_a_bucket_a_profile_loads_what_it_sees_all_of()
    {
        await using var world = await ProfileWorld.MakeAsync([("catalog.publish", "iceberg"), .. S3Server.SettingsOf(await S3Server.CreateBucketAsync())]);
        await ProfileWorld.PutAsync(world.Admin, "/v1/profiles/half", new
        {
            actions = new[] { "read" },
            datasets = new[] { "open", "people" },
            guards = new { people = new { columns = new { name = "null" } } },
        });
        using var half = await ProfileWorld.ClientAsync(world.Host, "half");
        (await GetAsync(half, "namespaces/lake/tables"))["identifiers"]!.AsArray().Select(i => i!["name"]!.GetValue<string>()).Should().Equal("open");
        (await GetAsync(half, "namespaces/lake/tables/open"))["metadata"]!["location"]!.GetValue<string>().Should().StartWith("s3://");
        foreach (var name in (string[])["people", "secret"])
        {
            (await half.GetAsync($"/iceberg/v1/namespaces/lake/tables/{name}")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        }
    }

    private static Task<JsonNode> GetAsync(LakehouseHost host, string path) => GetAsync(host.Http, path);

    private static async Task<JsonNode> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync("/iceberg/v1/" + path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }
}
