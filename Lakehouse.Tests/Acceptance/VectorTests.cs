using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Vector indexes of the built program, which is killed repeatedly.</summary>
public sealed class VectorTests
{
    private const int Dimension = 16;

    // Compaction and vacuum run constantly, so that some kills happen during them.
    private static readonly string[] Settings =
    [
        "--vector.maintain_every", "10ms", "--vector.compact_log_bytes", "0", "--vector.compact_log_batches", "3", "--vector.compact_idle", "0s"
    ];

    [Fact]
    public async Task What_was_acknowledged_is_there_after_every_kill()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(17);
        var known = new ConcurrentDictionary<string, int>(StringComparer.Ordinal); // id -> value of the last acknowledged add; -1: deleted
        var doubtful = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal); // changed by a request that was cut off
        for (var round = 0; round < 12; round++)
        {
            await using var process = await LakehouseProcess.StartAsync(folder.Path, Settings);
            if (round == 0)
            {
                (await process.Http.PostAsJsonAsync(
                        "/v1/vectors/index",
                        new
                        {
                            name = "docs",
                            dimension = Dimension,
                            quantization = "int8",
                            m = 8,
                            ef_construction = 40
                        })).StatusCode.Should().Be(HttpStatusCode.Created);
            }

            await CheckAsync(process, known, doubtful);
            using var acknowledged = new SemaphoreSlim(0);
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(process, writer, round, known, doubtful, acknowledged))).ToList();
            for (var left = random.Next(10, 200); left > 0; left--)
            {
                await acknowledged.WaitAsync();
            }

            await process.KillAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await LakehouseProcess.StartAsync(folder.Path);
        await CheckAsync(last, known, doubtful);
        known.Values.Should().Contain(-1).And.Contain(value => value >= 0);
    }

    /// <summary>Each writer has its own ids, so the last acknowledged state of each id must be in the index.</summary>
    private static async Task WriteAsync(
        LakehouseProcess process,
        int writer,
        int round,
        ConcurrentDictionary<string,
        int> known,
        ConcurrentDictionary<string,
        byte> doubtful,
        SemaphoreSlim acknowledged)
    {
        var random = new Random((round * 10) + writer);
        try
        {
            while (true)
            {
                var ids = Enumerable.Range(0, random.Next(1, 20)).Select(_ => $"{writer}-{random.Next(200)}").Distinct().ToList();
                var value = random.Next(1_000_000);
                var isAdd = random.Next(4) > 0;
                ids.ForEach(id => doubtful[id] = 0);
                using var response = isAdd
                    ? await process.Http.PostAsJsonAsync(
                        "/v1/vectors/index/docs/add", new { items = ids.Select(id => new { id, vector = Vector(value, id), metadata = new { value } }) })
                    : await process.Http.PostAsJsonAsync("/v1/vectors/index/docs/delete", new { ids });
                response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
                foreach (var id in ids)
                {
                    known[id] = isAdd ? value : -1;
                    doubtful.TryRemove(id, out _);
                }

                acknowledged.Release();
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // The process was killed: it is unknown whether the last request was carried out.
        }
    }

    private static async Task CheckAsync(LakehouseProcess process, ConcurrentDictionary<string, int> known, ConcurrentDictionary<string, byte> doubtful)
    {
        if (known.IsEmpty)
        {
            return;
        }

        var sure = known.Where(k => !doubtful.ContainsKey(k.Key)).ToList();
        using var response = await process.Http.PostAsJsonAsync(
            "/v1/vectors/index/docs/get", new { ids = known.Keys.Union(doubtful.Keys), include = new[] { "metadata", "vector" } });
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        var items = body.GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("id").GetString()!, StringComparer.Ordinal);
        foreach (var (id, value) in sure)
        {
            if (value < 0)
            {
                Assert.False(items.ContainsKey(id), $"{id} was deleted");
                continue;
            }

            Assert.True(items.TryGetValue(id, out var item), $"{id} was added");
            Assert.Equal(value, item.GetProperty("metadata").GetProperty("value").GetInt32());
            Assert.Equal(Vector(value, id), item.GetProperty("vector").EnumerateArray().Select(v => v.GetSingle()));
        }

        // For these ids either state is right. From here on, the state found is the known one.
        foreach (var id in doubtful.Keys)
        {
            known[id] = items.TryGetValue(id, out var item) ? item.GetProperty("metadata").GetProperty("value").GetInt32() : -1;
        }

        doubtful.Clear();

        // A search by its own vector finds the item exactly.
        foreach (var (id, value) in sure.Where(k => k.Value >= 0).Take(20))
        {
            using var search = await process.Http.PostAsJsonAsync(
                "/v1/vectors/index/docs/search", new { vector = Vector(value, id), k = 1, exact = true, include = Array.Empty<string>() });
            (await search.Content.ReadAsStringAsync()).Should().Contain($"\"{id}\"");
        }
    }

    private static float[] Vector(int value, string id)
    {
        var random = new Random(value ^ (id[0] << 20) ^ (int.Parse(id[2..]) << 8));
        return [.. Enumerable.Range(0, Dimension).Select(_ => (float)random.NextDouble() - 0.5f)];
    }
}
