using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration;

/// <summary>Data folders written by earlier builds (TestData/lakes) are read, written to, and read again.</summary>
public sealed class EarlierLakesTests
{
    private static readonly float[] Query = [1, 0, 0];

    private static IEnumerable<string> Numbers =>
        Directory.EnumerateDirectories(Repository.File("Lakehouse.Tests", "TestData", "lakes")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public static TheoryData<string> Lakes() => [.. Numbers];

    [Theory]
    [MemberData(nameof(Lakes))]
    public async Task A_lake_of_an_earlier_format_is_whole(string lake)
    {
        using var folder = Copy(lake);
        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            await RequireAsync(host, lake);
            await host.IngestAsync("people", "id,name,born\n9,Zoe,1999-09-09\n");
            (await host.Http.PostAsJsonAsync("/v1/vectors/index/none/add", new { items = new[] { new { id = "new", vector = Query } } }))
                .StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await using var again = await LakehouseHost.StartInAsync(
            folder.Path, ("vector.maintain_every", "10ms"), ("vector.compact_log_batches", "0"), ("vector.keep_log", "0s"));
        (await again.RowsAsync("SELECT id, name, born FROM people")).Should().Be("[[9,\"Zoe\",\"1999-09-09\"]]");
        (await FindAsync(again, "none")).Should().StartWith("new");

        (await again.Http.PostAsJsonAsync("/v1/vectors/index/none/delete", new { ids = new[] { "late" } })).StatusCode.Should().Be(HttpStatusCode.OK);

        // The log is compacted into a snapshot of today's format.
        await Until.HoldsAsync(() => !Directory.Exists(Path.Combine(folder.Path, "objects", "_vectors", "none", "log")));
        (await FindAsync(again, "none")).Should().StartWith("new");
    }

    [Fact]
    public void The_formats_written_today_are_kept()
    {
        // A build that changes a format adds a lake: its newest manifest has the columns that this build writes.
        var newest = Numbers.Max(int.Parse);
        var manifest = Repository.File(
            "Lakehouse.Tests", "TestData", "lakes", $"{newest}", "objects", "_catalog", "manifests", "people", "00000000000000000002.parquet");
        File.ReadAllText(manifest).Should().Contain("dropped");
    }

    private static async Task RequireAsync(LakehouseHost host, string lake)
    {
        (await host.RowsAsync("FROM people ORDER BY id")).Should().Be("[[1,\"Ann\",\"1990-01-02\"],[2,\"B, \\\"ob\\\"\",null],[3,\"Cy\",\"2001-12-31\"]]");
        (await host.SqlAsync("FROM gone")).Status.Should().Be(lake is "1" or "2" ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        (await host.Http.GetAsync("/v1/catalog/manifest/gone")).StatusCode.Should().Be(lake is "1" or "2" ? HttpStatusCode.OK : HttpStatusCode.NotFound);
        (await host.Http.GetStringAsync("/v1/storage/get/raw/note.txt")).Should().Be("note");

        // The add and the delete that are only in the log came after the snapshot.
        foreach (var index in (string[])["none", "int8", "jobs"])
        {
            (await FindAsync(host, index)).Should().Be("welder,smith,late");
        }

        (await FindAsync(host, "binary")).Split(',').Should().BeEquivalentTo("welder", "smith", "driver");
        var welder = await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/none/items?start_after=smith&include=metadata,vector,text");
        var item = welder.GetProperty("items")[0];
        item.GetProperty("metadata").GetRawText().Should().Be("{\"state\":\"IL\",\"years\":7}");
        if (lake == "1")
        {
            return;
        }

        item.GetProperty("text").GetString().Should().Be("is a welder from Peoria");
        using var found = await host.Http.PostAsJsonAsync("/v1/search", new { index = "staff", text = "Cy", k = 1, columns = new[] { "born" } });
        var hit = (await found.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0];
        (hit.GetProperty("id").GetString(), hit.GetProperty("columns").GetProperty("born").GetString()).Should().Be(("Cy", "2001-12-31"));
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/staff/import")).GetProperty("state").GetString().Should().Be("done");
    }

    /// <summary>The ids of all items, the nearest first.</summary>
    private static async Task<string> FindAsync(LakehouseHost host, string index)
    {
        using var answer = await host.Http.PostAsJsonAsync($"/v1/vectors/index/{index}/search", new { vector = Query, k = 10 });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0}", body);
        return string.Join(',', body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
    }

    private static TemporaryFolder Copy(string lake)
    {
        var folder = new TemporaryFolder();
        var source = Repository.File("Lakehouse.Tests", "TestData", "lakes", lake);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder.Path, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return folder;
    }
}
