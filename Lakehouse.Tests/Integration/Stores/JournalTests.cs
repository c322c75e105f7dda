using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stores;

public sealed class JournalTests
{
    [Fact]
    public async Task Entries_are_listed_in_order_after_a_time_and_across_restarts()
    {
        using var folder = new TemporaryFolder();
        DateTimeOffset middle;
        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            host.Service<IJournal>().Record("one", "a", "first");
            (await CodesAsync(host)).Should().Equal("one");
            middle = TimeProvider.System.GetUtcNow();
            host.Service<IJournal>().Record("two", "b", "second");
            host.Service<IJournal>().Record("three", "c", "third");
        }

        await using var again = await LakehouseHost.StartInAsync(folder.Path);
        (await CodesAsync(again)).Should().Equal("one", "two", "three");
        (await CodesAsync(again, $"?since={Uri.EscapeDataString(middle.ToString("O"))}")).Should().Equal("two", "three");
        (await CodesAsync(again, "?limit=2")).Should().Equal("one", "two");
        (await again.Http.GetAsync("/v1/journal?since=yesterday")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Lines_that_are_no_entries_are_left_out()
    {
        await using var host = await LakehouseHost.StartAsync();
        host.Service<IJournal>().Record("one", "a", "first");
        await CodesAsync(host);
        var store = host.Service<IObjectStore>();
        await store.PutIfAbsentAsync(ObjectKey.Parse("_journal/20990101T000000.0000000Z-x.jsonl"), "null\n{\n17\n"u8.ToArray(), CancellationToken.None);

        (await CodesAsync(host)).Should().Equal("one");
    }

    [Fact]
    public async Task The_journal_is_bounded_in_memory_and_in_the_bucket()
    {
        await using var host = await LakehouseHost.StartAsync(("journal.max_pending", "5"), ("journal.flush_every", "1h"), ("journal.max_objects", "3"));
        for (var i = 0; i < 9; i++)
        {
            host.Service<IJournal>().Record("many", $"{i}", "x");
        }

        (await CodesAsync(host)).Should().Equal("many", "many", "many", "many", "many", "journal_full");
        for (var i = 0; i < 40; i++)
        {
            host.Service<IJournal>().Record("more", $"{i}", "x");
            await CodesAsync(host);
        }

        // Objects are removed only from time to time: never more than the bound plus those written in between.
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=_journal/"))
            .GetProperty("objects")
            .GetArrayLength()
            .Should()
            .BeLessThanOrEqualTo(3 + 16);
    }

    [Fact]
    public async Task A_refused_manifest_is_noted()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await LakehouseHost.StartInAsync(folder.Path))
        {
            await host.IngestAsync("t", "v\n1\n");
            await host.IngestAsync("t", "v\n2\n");
        }

        var newest = Directory.EnumerateFiles(Path.Combine(folder.Path, "objects", "_catalog"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Last();
        await File.WriteAllTextAsync(newest, "not a manifest");
        await using var again = await LakehouseHost.StartInAsync(folder.Path);

        var entries = await again.Http.GetFromJsonAsync<JsonElement>("/v1/journal");

        entries.GetProperty("entries")[0].GetProperty("code").GetString().Should().Be("manifest_refused");
        entries.GetProperty("entries")[0].GetProperty("subject").GetString().Should().Contain("_catalog/manifests/t/");
        (await again.RowsAsync("SELECT v FROM t")).Should().Be("[[1]]");
    }

    private static async Task<List<string?>> CodesAsync(LakehouseHost host, string query = "")
    {
        var answer = await host.Http.GetFromJsonAsync<JsonElement>("/v1/journal" + query);
        return [.. answer.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("code").GetString())];
    }
}
