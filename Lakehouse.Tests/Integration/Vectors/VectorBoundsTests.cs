using System.Text;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Hnsw;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Vector;

namespace Lakehouse.Tests.Integration.Vectors;

/// <summary>Every bound: a value at the bound is accepted, and one past it is refused.</summary>
public sealed class VectorBoundsTests : IDisposable
{
    private static readonly IndexName Name = IndexName.Parse("docs");

    private readonly MemoryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Memory that a request still reads is not given back: the process would end.</summary>
    [Fact]
    public async Task A_stop_during_adds_and_searches_waits_for_them()
    {
        for (var round = 0; round < 20; round++)
        {
            var host = await VectorHost.OpenAsync(_folder.Path, ("vector.persist", "false"));
            await host.Indexes.CreateAsync(new VectorIndexSpec(Name, 4, Metric.L2, Quantization.None, 8, 50, 50), CancellationToken.None);
            VectorItem[] items = [.. Enumerable.Range(0, 500).Select(i => new VectorItem($"{i}", new float[] { round, i, 0, 1 }, ReadOnlyMemory<byte>.Empty))];
            var indexes = host.Indexes;
            var changes = 0;
            var running = Enumerable.Range(0, 2).Select(part => Task.Run(async () =>
            {
                while (true)
                {
                    await indexes.AddAsync(Name, items, null, CancellationToken.None);
                    Interlocked.Increment(ref changes);
                    await indexes.SearchAsync(Name, [new VectorQuery { Vector = new float[] { 1, 1, 1, 1 }, K = 100 }], CancellationToken.None);
                }
            })).ToList();
            await Until.HoldsAsync(() => Volatile.Read(ref changes) > 2);
            await host.DisposeAsync();

            // They end with a refusal once the index is closed.
            foreach (var task in running)
            {
                await task.Invoking(t => t).Should().ThrowAsync<Exception>();
            }
        }
    }

    /// <summary>A request that looks for its index once everything is closed must not look for ever.</summary>
    [Fact]
    public async Task An_index_that_is_asked_for_after_the_stop_is_refused()
    {
        var host = await VectorHost.OpenAsync(_folder.Path, ("vector.persist", "false"));
        await host.Indexes.CreateAsync(new VectorIndexSpec(Name, 4, Metric.L2, Quantization.None, 8, 50, 50), CancellationToken.None);
        var indexes = host.Indexes;
        await host.DisposeAsync();
        await Task.Run(() => indexes.Show(Name)).WaitAsync(TimeSpan.FromMinutes(1)).Invoking(t => t).Should().ThrowAsync<ObjectDisposedException>();
    }

    /// <summary>An item that is replaced has two nodes; a search that runs meanwhile may find both.</summary>
    [Fact]
    public async Task An_item_that_is_replaced_during_a_search_is_in_the_answer_once()
    {
        await using var host = await VectorHost.OpenAsync(_folder.Path, ("vector.persist", "false"));
        await host.Indexes.CreateAsync(new VectorIndexSpec(Name, 4, Metric.L2, Quantization.None, 8, 50, 50), CancellationToken.None);
        VectorItem[] Items(float x) =>
            [.. Enumerable.Range(0, 8).Select(i => new VectorItem($"{i}", new[] { x, i, 0, 1 }, ReadOnlyMemory<byte>.Empty, "word"))];
        await host.Indexes.AddAsync(Name, Items(0), null, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var replacing = Task.Run(async () =>
        {
            for (var x = 1; !stop.IsCancellationRequested; x++)
            {
                await host.Indexes.AddAsync(Name, Items(x), null, CancellationToken.None);
            }
        });
        for (var i = 0; i < 3_000; i++)
        {
            var answers = await host.Indexes.SearchAsync(Name, [new VectorQuery { Vector = new float[] { 1, 1, 1, 1 }, K = 16 }], CancellationToken.None);
            answers[0].Hits.Select(h => h.Item.Id).Should().OnlyHaveUniqueItems();
            var hybrid = await host.Indexes.SearchHybridAsync(
                Name, new HybridQuery { Vector = new float[] { 1, 1, 1, 1 }, Text = "word", K = 16, Depth = 16 }, CancellationToken.None);
            hybrid.Hits.Select(h => h.Item.Id).Should().OnlyHaveUniqueItems();
        }

        await stop.CancelAsync();
        await replacing;
    }

    [Fact]
    public async Task Indexes_and_aliases()
    {
        await using var host = await OpenAsync(("vector.max_indexes", "2"));
        await CreateAsync(host, "a");
        await CreateAsync(host, "b");
        await RefusedAsync("too_many_indexes", () => CreateAsync(host, "c"));
        await host.Indexes.SetAliasAsync(IndexName.Parse("x"), IndexName.Parse("a"), CancellationToken.None);
        await host.Indexes.SetAliasAsync(IndexName.Parse("y"), IndexName.Parse("a"), CancellationToken.None);
        await RefusedAsync("too_many_aliases", () => host.Indexes.SetAliasAsync(IndexName.Parse("z"), IndexName.Parse("a"), CancellationToken.None));
        await host.Indexes.SetAliasAsync(IndexName.Parse("y"), IndexName.Parse("b"), CancellationToken.None);
    }

    [Fact]
    public async Task Dimension_and_beams()
    {
        await using var host = await OpenAsync(("vector.max_dimension", "8"), ("vector.max_ef", "50"));
        await CreateAsync(host, "a", dimension: 8, ef: 50);
        await RefusedAsync("invalid_index", () => CreateAsync(host, "b", dimension: 9, ef: 50));
        await RefusedAsync("invalid_index", () => CreateAsync(host, "b", dimension: 8, ef: 51));
        await SearchAsync(host, "a", new VectorQuery { Vector = new float[8].Select(_ => 1f).ToArray(), K = 1, Ef = 50 });
        await RefusedAsync("invalid_query", () => SearchAsync(host, "a", new VectorQuery { Vector = new float[8].Select(_ => 1f).ToArray(), K = 1, Ef = 51 }));
    }

    [Fact]
    public async Task An_answer_is_no_larger_than_its_bound()
    {
        await using var host = await OpenAsync(("vector.max_answer_bytes", "1MiB"), ("vector.max_metadata_bytes", "64KiB"));
        await CreateAsync(host, "docs");
        var metadata = Encoding.UTF8.GetBytes($"{{\"t\":\"{new string('x', 60_000)}\"}}");
        var items = Enumerable.Range(0, 40).Select(i => new VectorItem($"{i}", new float[] { i + 1, 1 }, metadata)).ToList();
        await host.Indexes.AddAsync(Name, items, null, CancellationToken.None);
        var query = new VectorQuery { Vector = new float[] { 1, 1 }, K = 17 };

        (await SearchAsync(host, "docs", query)).Hits.Should().HaveCount(17);
        await RefusedAsync("answer_too_large", () => SearchAsync(host, "docs", query with { K = 18 }));
        await RefusedAsync("answer_too_large", () => host.Indexes.SearchAsync(Name, [.. Enumerable.Repeat(query with { K = 9 }, 2)], CancellationToken.None));
        (await SearchAsync(host, "docs", query with { K = 40, Include = ItemParts.None })).Hits.Should().HaveCount(40);
        await RefusedAsync("answer_too_large", () => Task.FromResult(host.Indexes.Get(Name, [.. items.Select(i => i.Id)], ItemParts.Metadata)));
        await RefusedAsync("answer_too_large", () => Task.FromResult(host.Indexes.ListItems(Name, string.Empty, 40, ItemParts.Metadata)));
        await RefusedAsync(
            "answer_too_large",
            () => host.Indexes.SearchHybridAsync(
                Name, new HybridQuery { Vector = query.Vector, K = 40, Depth = 40, Include = ItemParts.Metadata }, CancellationToken.None));
    }

    [Fact]
    public async Task The_largest_dimension_works()
    {
        await using var host = await OpenAsync();
        await CreateAsync(host, "wide", dimension: 16_384);
        var random = new Random(1);
        var items = Enumerable.Range(0, 50)
            .Select(i => new VectorItem($"{i}", Enumerable.Range(0, 16_384).Select(_ => (float)random.NextDouble() - 0.5f).ToArray(), default))
            .ToList();
        await host.Indexes.AddAsync(IndexName.Parse("wide"), items, null, CancellationToken.None);
        (await SearchAsync(host, "wide", new VectorQuery { Vector = items[7].Vector, K = 1 })).Hits[0].Item.Id.Should().Be("7");
    }

    [Fact]
    public async Task Items_ids_and_metadata_of_a_batch()
    {
        await using var host = await OpenAsync(("vector.max_batch_items", "3"), ("vector.max_id_bytes", "4"), ("vector.max_metadata_bytes", "9"));
        await CreateAsync(host, "docs");
        await AddAsync(host, "a", "bbbb", "éé");
        await RefusedAsync("invalid_request", () => AddAsync(host, "a", "b", "c", "d"));
        await RefusedAsync("invalid_item", () => AddAsync(host, "a", "bbbbb"));
        await RefusedAsync("invalid_item", () => AddAsync(host, "ééa"));
        await host.Indexes.AddAsync(Name, [new VectorItem("m", new float[] { 1, 2 }, """{"a":"b"}"""u8.ToArray())], null, CancellationToken.None);
        await RefusedAsync("invalid_item", () => host.Indexes.AddAsync(Name, [new VectorItem("m", new float[] { 1, 2 }, """{"a":"bc"}"""u8.ToArray())], null, CancellationToken.None));
        await RefusedAsync("invalid_request", () => host.Indexes.RemoveAsync(Name, ["a", "b", "c", "d"], null, CancellationToken.None));
        FluentActions.Invoking(() => host.Indexes.Get(Name, ["a", "b", "c", "d"], ItemParts.None))
            .Should()
            .Throw<LakehouseException>().Which.Code
            .Should()
            .Be("invalid_request");
        (await host.Indexes.RemoveAsync(Name, ["a", "an id that is too long to be there", "m"], null, CancellationToken.None)).MissingIds.Should().Equal(
                "an id that is too long to be there");
    }

    [Fact]
    public async Task Results_queries_and_filters()
    {
        await using var host = await OpenAsync(
            ("vector.max_k", "2"), ("vector.max_queries", "2"), ("vector.max_filter_depth", "2"), ("vector.max_filter_terms", "2"));
        await CreateAsync(host, "docs");
        await AddAsync(host, "a", "b", "c");
        var vector = new float[] { 1, 1 };
        (await SearchAsync(host, "docs", new VectorQuery { Vector = vector, K = 2 })).Hits.Should().HaveCount(2);
        (await SearchAsync(host, "docs", new VectorQuery { Vector = vector, DistanceMax = 100 })).Hits.Should().HaveCount(2, "a range ends at max_k as well");
        await RefusedAsync("invalid_query", () => SearchAsync(host, "docs", new VectorQuery { Vector = vector, K = 3 }));
        var query = new VectorQuery { Vector = vector, K = 1 };
        (await host.Indexes.SearchAsync(Name, [query, query], CancellationToken.None)).Should().HaveCount(2);
        await RefusedAsync("invalid_query", () => host.Indexes.SearchAsync(Name, [query, query, query], CancellationToken.None));
        await SearchAsync(host, "docs", query with { Filter = Json("""{"not":{"a":{"in":[1,2]}}}""") });
        await RefusedAsync("invalid_filter", () => SearchAsync(host, "docs", query with { Filter = Json("""{"not":{"not":{"a":1}}}""") }));
        await RefusedAsync("invalid_filter", () => SearchAsync(host, "docs", query with { Filter = Json("""{"a":{"in":[1,2,3]}}""") }));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("int8")]
    public async Task Memory_is_a_507_before_it_is_taken_and_deleting_makes_room(string quantization)
    {
        var kind = quantization == "int8" ? Quantization.Int8 : Quantization.None;
        await using var host = await OpenAsync(("vector.memory_limit", "1MiB"));
        await host.Indexes.CreateAsync(new VectorIndexSpec(Name, 64, Metric.L2, kind, 8, 20, 20), CancellationToken.None);
        var count = 0;
        var fault = await Record.ExceptionAsync(async () =>
        {
            for (; count < 100_000; count += 100)
            {
                await FillAsync(host, count);
            }
        });
        fault.Should()
            .BeOfType<LakehouseException>().Which
            .Should()
            .Match<LakehouseException>(e => e.Code == "vector_memory_full" && e.Kind == ErrorKind.InsufficientStorage);
        host.Indexes.Show(Name).ItemCount.Should().Be(count).And.BeGreaterThan(500);
        host.Indexes.Show(Name).MemoryBytes.Should().BeLessThanOrEqualTo(1 << 20);

        await host.Indexes.RemoveAsync(Name, [.. Enumerable.Range(0, 200).Select(i => $"{i}")], null, CancellationToken.None);
        await FillAsync(host, 50_000);
        host.Indexes.Show(Name).ItemCount.Should().Be(count - 100);
    }

    [Fact]
    public async Task An_index_that_does_not_fit_the_memory_any_more_is_not_opened_and_not_lost()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, "docs", dimension: 64);
            for (var i = 0; i < 2_000; i += 100)
            {
                await FillAsync(host, i);
            }

            await host.CompactAsync("docs");
        }

        await using (var host = await OpenAsync(("vector.memory_limit", "256KiB")))
        {
            host.Indexes.Show(Name).Error.Should().Contain("vector.memory_limit");
        }

        await using var again = await OpenAsync();
        again.Indexes.Show(Name).ItemCount.Should().Be(2_000);
    }

    [Fact]
    public async Task Searches_that_find_no_place_are_refused_at_once()
    {
        await using var host = await OpenAsync(("vector.max_concurrent_searches", "1"), ("vector.max_waiting", "0"));
        await CreateAsync(host, "docs", dimension: 512);
        for (var i = 0; i < 3_000; i += 100)
        {
            await FillAsync(host, i, 512);
        }

        // One call with many exact searches holds the only lease for a while.
        var slow = new VectorQuery { Vector = Enumerable.Repeat(1f, 512).ToArray(), K = 10, IsExact = true };
        var running = host.Indexes.SearchAsync(Name, [.. Enumerable.Repeat(slow, 1_000)], CancellationToken.None);
        LakehouseException? refusal = null;
        while (refusal is null && !running.IsCompleted)
        {
            refusal = await Record.ExceptionAsync(() => SearchAsync(host, "docs", slow)) as LakehouseException;
        }

        (await running).Should().HaveCount(1_000);
        refusal!.Code.Should().Be("too_many_searches");
        refusal.RetryAfter.Should().NotBeNull();
        await SearchAsync(host, "docs", slow);
    }

    [Fact]
    public async Task Bodies_pages_and_limits_over_http()
    {
        await using var host = await LakehouseHost.StartAsync(("vector.max_body_bytes", "1KiB"), ("vector.max_list_results", "2"));
        (await PostAsync(host, "index", """{"name":"docs","dimension":2}""")).Status.Should().Be(201);
        const string add = """{"items":[{"id":"a","vector":[1,2]},{"id":"b","vector":[1,2]},{"id":"c","vector":[1,2]}]}""";
        (await PostAsync(host, "index/docs/add", add.PadRight(1_024))).Status.Should().Be(200);
        (await PostAsync(host, "index/docs/add", add.PadRight(1_025))).Should().Be((413, "body_too_large"));
        using var page = await host.Http.GetAsync("/v1/vectors/index/docs/items");
        (await page.Content.ReadAsStringAsync()).Should().Contain("\"truncated\":true").And.NotContain("\"c\"");
        ((int)(await host.Http.GetAsync("/v1/vectors/index/docs/items?limit=3")).StatusCode).Should().Be(400);
    }

    private static async Task<(int Status, string? Code)> PostAsync(LakehouseHost host, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await host.Http.PostAsync("/v1/vectors/" + path, content);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, body.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        (await call.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be(code);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static Task CreateAsync(VectorHost host, string name, int dimension = 2, int ef = 20) =>
        host.Indexes.CreateAsync(new VectorIndexSpec(IndexName.Parse(name), dimension, Metric.L2, Quantization.None, 8, ef, ef), CancellationToken.None);

    private static Task AddAsync(VectorHost host, params string[] ids) =>
        host.Indexes.AddAsync(Name, [.. ids.Select(id => new VectorItem(id, new float[] { 1, 2 }, default))], null, CancellationToken.None);

    private static Task FillAsync(VectorHost host, int from, int dimension = 64)
    {
        var random = new Random(from);
        return host.Indexes.AddAsync(
            Name, [.. Enumerable.Range(from, 100).Select(
                i => new VectorItem(
                    $"{i}", Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble()).ToArray(), default))], null, CancellationToken.None);
    }

    private static async Task<VectorAnswer> SearchAsync(VectorHost host, string name, VectorQuery query) =>
        (await host.Indexes.SearchAsync(IndexName.Parse(name), [query], CancellationToken.None))[0];

    private Task<VectorHost> OpenAsync(params (string Key, string Value)[] settings) => VectorHost.OpenAsync(_folder.Path, settings);
}
