using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance.Processes;

/// <summary>The files in deploy/ do what they say: with the program, nginx and an S3 server, but without containers.</summary>
public sealed partial class DeployTests
{
    private const string Token = "a-token-of-the-administrator";

    private static string Deploy(params string[] path) => Repository.File(["deploy", .. path]);

    [NginxAndS3Fact]
    public async Task The_processes_behind_nginx_are_one_server_and_each_kind_can_lose_one()
    {
        using var folder = new TemporaryFolder();
        var bucket = await S3Server.CreateBucketAsync();
        await using var writer = await StartAsync(folder.Path, "writer", bucket);
        await using var standby = await StartAsync(folder.Path, "standby", bucket);
        await using var reader1 = await StartAsync(folder.Path, "reader1", bucket);
        await using var reader2 = await StartAsync(folder.Path, "reader2", bucket);
        var servers = new Dictionary<string, LakehouseProcess> { ["writer"] = writer, ["standby"] = standby, ["reader1"] = reader1, ["reader2"] = reader2 };
        await using var nginx = await Nginx.StartAsync(folder.Path, port => ConfigurationOf(servers, folder.Path, port));
        nginx.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);

        // Large, so that it is passed on while it comes.
        using (var body = new ByteArrayContent(ProgramTests.Workers(40_000)))
        {
            using var taken = await nginx.Http.PostAsync("/v1/ingest?name=workers", body);
            taken.StatusCode.Should().Be(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());
        }

        (await RowsAsync(nginx, "SELECT count(*) FROM workers")).Should().Be("[[40000]]");
        var modes = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await nginx.Http.PostAsJsonAsync("/v1/sql", new { sql = $"SELECT {i}" });
            modes.Add(answer.StatusCode.ToString());
            answer.Headers.Contains("X-Lakehouse-Datasets").Should().BeFalse("nothing was read");
        }

        modes.Should().BeEquivalentTo("OK");
        (await CountQueriesAsync(writer)).Should().Be(0, "queries go to readers");
        (await CountQueriesAsync(reader1)).Should().BeGreaterThan(0);
        (await CountQueriesAsync(reader2)).Should().BeGreaterThan(0);

        using (var index = await nginx.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "docs", dimension = 2, distance = "l2" }))
        {
            index.StatusCode.Should().Be(HttpStatusCode.Created);
        }

        var sequence = await AddAsync(nginx, "a", HttpStatusCode.OK);
        using (var found = await nginx.Http.PostAsJsonAsync("/v1/vectors/index/docs/search", new { vector = new[] { 1, 2 }, k = 1, at = sequence }))
        {
            (await found.Content.ReadAsStringAsync()).Should().Contain("\"id\":\"a\"");
        }

        using (var stored = await nginx.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT 1 AS a", into = new { dataset = "kept" } }))
        {
            stored.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await stored.Content.ReadAsStringAsync()).Should().Contain("reader_only").And.Contain("http://127.0.0.1:3110");
        }

        // One of each kind ends. What is asked meanwhile is answered by the other one.
        await reader1.KillAsync();
        await writer.KillAsync();
        for (var i = 0; i < 20; i++)
        {
            (await RowsAsync(nginx, "SELECT count(*) FROM workers")).Should().Be("[[40000]]");
        }

        using (var rows = await nginx.Http.PostAsync("/v1/ingest?name=later", new StringContent("a\n1\n")))
        {
            rows.StatusCode.Should().Be(HttpStatusCode.OK, "the standby writes");
        }

        await Until.HoldsAsync(async () =>
        {
            using var added = await nginx.Http.PostAsJsonAsync("/v1/vectors/index/docs/add", Item("b"));
            return added.StatusCode == HttpStatusCode.OK;
        });
        (await RowsAsync(nginx, "SELECT * FROM later")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task Addresses_for_other_engines_are_those_of_the_program()
    {
        await using var host = await LakehouseHost.StartAsync();
        await host.IngestAsync("towns", "id\n1\n");
        using var published = await host.Http.PutAsync("/v1/catalog/publish/towns", null);
        var metadata = (await published.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("metadata_location").GetString()!;
        var files = Directory.GetFiles(Deploy("engines"), "*", SearchOption.AllDirectories);
        files.Should().HaveCount(10, "five engines, with S3 and with a folder");
        foreach (var file in files)
        {
            var text = await File.ReadAllTextAsync(file);
            var addresses = CatalogAddress().Matches(text).Select(m => m.Value).ToList();
            var tables = TableAddress().Matches(text).Select(m => m.Value).ToList();
            (addresses.Count + tables.Count).Should().BePositive(file);
            foreach (var address in addresses)
            {
                using var config = await host.Http.GetAsync($"{address}{(address.EndsWith("/v1", StringComparison.Ordinal) ? string.Empty : "/v1")}/config");
                config.StatusCode.Should().Be(HttpStatusCode.OK, $"{file} names {address}");
            }

            tables.Should().AllBe("/datasets/towns", file);
        }

        metadata.Should().Contain("/objects/datasets/towns/metadata/");
        File.Exists(Path.Combine(Path.GetDirectoryName(new Uri(metadata).LocalPath)!, "version-hint.text")).Should().BeTrue();
    }

    /// <summary>Starts a process as compose.yaml does: with lake.toml, and the environment of its service.</summary>
    private static Task<LakehouseProcess> StartAsync(string folder, string service, string bucket)
    {
        var environment = EnvironmentOf(service);
        environment.Should().ContainKey("LAKEHOUSE__AUTH__TOKEN");
        environment.ContainsKey("LAKEHOUSE__LAKE__MODE").Should().Be(service.StartsWith("reader", StringComparison.Ordinal));
        return LakehouseProcess.StartAsync(
            Path.Combine(folder, service),
            environment,
            "--config", Deploy("lake.toml"), "--storage.buckets.primary.endpoint", S3Server.Url!, "--storage.buckets.primary.bucket", bucket,
            "--vector.lease_time", "3s");
    }

    /// <summary>The environment of a service of compose.yaml, with its variables replaced.</summary>
    private static Dictionary<string, string> EnvironmentOf(string service)
    {
        var lines = File.ReadAllLines(Deploy("compose.yaml"));
        var anchor = Block(lines, $"  {service}:").Single(l => l.StartsWith("    environment: *", StringComparison.Ordinal)).Split('*')[1];
        var block = Block(lines, $"x-{anchor}: &{anchor}");
        if (block.Any(l => l.Contains("<<: *environment", StringComparison.Ordinal)))
        {
            block = [.. Block(lines, "x-environment: &environment"), .. block];
        }

        return block.Select(l => l.Trim().Split(": ", 2)).Where(l => l[0].StartsWith("LAKEHOUSE__", StringComparison.Ordinal)).ToDictionary(
            l => l[0],
            l => l[1].Split(':')[0] switch
            {
                "${LAKEHOUSE_TOKEN" => Token,
                "${S3_ACCESS_KEY" => S3Server.AccessKey,
                "${S3_SECRET_KEY" => S3Server.SecretKey,
                _ => l[1],
            });
    }

    /// <summary>The lines below a line that are indented deeper than it.</summary>
    private static List<string> Block(string[] lines, string head)
    {
        var depth = head.Length - head.TrimStart().Length;
        return [.. lines.SkipWhile(l => l != head).Skip(1).TakeWhile(l => l.Length > depth && l[depth] == ' ')];
    }

    /// <summary>nginx.conf with the servers' real addresses, and its files in a folder.</summary>
    private static string ConfigurationOf(Dictionary<string, LakehouseProcess> servers, string folder, int port)
    {
        var text = File.ReadAllText(Deploy("nginx.conf"));
        foreach (var (name, server) in servers)
        {
            text.Should().Contain($"server {name}:3110");
            text = text.Replace($"server {name}:3110", $"server 127.0.0.1:{server.Http.BaseAddress!.Port}", StringComparison.Ordinal);
        }

        text.Should().Contain("listen 8080;");

        // As root it would work as another user, who may not read the folder.
        var user = Environment.IsPrivilegedProcess ? "user root;\n" : string.Empty;
        text = text.Replace("listen 8080;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal);
        return user + text.Replace("/tmp/", folder + "/", StringComparison.Ordinal);
    }

    private static async Task<string> RowsAsync(Nginx nginx, string sql)
    {
        using var answer = await nginx.Http.PostAsJsonAsync("/v1/sql", new { sql });
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("rows").GetRawText();
    }

    private static async Task<long> AddAsync(Nginx nginx, string id, HttpStatusCode expected)
    {
        using var added = await nginx.Http.PostAsJsonAsync("/v1/vectors/index/docs/add", Item(id));
        var body = await added.Content.ReadFromJsonAsync<JsonElement>();
        added.StatusCode.Should().Be(expected, body.ToString());
        return body.GetProperty("sequence").GetInt64();
    }

    private static object Item(string id) => new { items = new[] { new { id, vector = new[] { 1, 2 } } } };

    private static async Task<int> CountQueriesAsync(LakehouseProcess server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/queries");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await server.Http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("queries").GetArrayLength();
    }

    [GeneratedRegex(@"(?<=http://127\.0\.0\.1:3110)/iceberg(/v1)?\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CatalogAddress();

    [GeneratedRegex(@"/datasets/\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableAddress();
}
