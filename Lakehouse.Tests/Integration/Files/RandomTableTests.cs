using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>
/// Random tables are written as files of random forms, ingested, and read back with SQL: every type and every value is the one that was written.
/// </summary>
public sealed class RandomTableTests(RandomTableTests.SharedHost shared) : IClassFixture<RandomTableTests.SharedHost>
{
    private const int TableCount = 60;

    [Fact]
    public async Task Tables_in_CSV_of_any_dialect_come_back_as_they_were()
    {
        for (var seed = 1; seed <= TableCount; seed++)
        {
            var random = new Random(seed);
            var csv = new RandomCsv(random);
            var table = RandomTable.Next(random, RandomCsv.Types, csv.Pieces);
            if (!csv.CanWrite(table))
            {
                continue;
            }

            var content = csv.Write(table);
            var options = string.Concat(csv.Options.Select(o => $"&{o.Key}={Uri.EscapeDataString(o.Value)}"));
            await ShouldComeBackAsync(table, $"csv{seed}", content, options, random);
        }
    }

    [Fact]
    public async Task Tables_in_JSON_of_any_layout_come_back_as_they_were()
    {
        for (var seed = 1; seed <= TableCount; seed++)
        {
            var random = new Random(seed);
            var json = new RandomJson(random);
            var table = RandomTable.Next(random, RandomJson.Types, RandomJson.Pieces);
            await ShouldComeBackAsync(table, $"json{seed}", json.Write(table), string.Empty, random);
        }
    }

    private async Task ShouldComeBackAsync(RandomTable table, string name, byte[] content, string options, Random random)
    {
        var file = random.Next(3) == 0 ? Pack(content) : content;
        var (status, body) = await shared.Host.IngestAsync(name, file, options);
        Assert.True(status == HttpStatusCode.OK, $"{name} (its number is the seed), options {options}: {body}\n{Beginning(content)}");
        var types = body.GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name")}: {c.GetProperty("type")}");
        types.Should().Equal(table.Columns.Select(c => $"{c.Name}: {c.Type}"), "of {0} (its number is the seed) with {1}", name, options);

        using var answer = await shared.Host.Http.PostAsJsonAsync("/v1/sql", new { sql = $"FROM {name}" });
        using var read = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var difference = table.Difference(read.RootElement.GetProperty("rows"));
        Assert.True(difference is null, $"{name} (its number is the seed), options {options}: {difference}\n{Beginning(content)}");
    }

    private static string Beginning(byte[] content) => System.Text.Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 500)));

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    public sealed class SharedHost : IAsyncLifetime
    {
        public LakehouseHost Host { get; private set; } = null!;

        // Small segments, so that many tables are several.
        public async Task InitializeAsync() => Host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "4KiB"));

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
