using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Hnsw;
using Lakehouse.Search;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Vector;

namespace Lakehouse.Tests.Integration.Vectors;

/// <summary>What is on the disk, how it is loaded at a start, and what happens when it cannot be written or read.</summary>
public sealed class VectorDurabilityTests : IDisposable
{
    private static readonly IndexName Name = IndexName.Parse("docs");

    private readonly MemoryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_start_reads_the_snapshot_and_the_log_and_walks_the_same_graph()
    {
        var queries = new Random(1);
        List<string> before;
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 16);
            await AddAsync(host, 0, 1_500, 16);
            await host.Indexes.RemoveAsync(Name, [.. Enumerable.Range(100, 200).Select(i => $"{i}")], null, CancellationToken.None);
            await host.CompactAsync("docs");
            Files("log").Should().BeEmpty();
            Files("snapshot").Should().ContainSingle();
            before = await AskAsync(host, 16);
            await AddAsync(host, 5_000, 5_003, 16);
            Files("log").Should().ContainSingle();
        }

        await using (var host = await OpenAsync())
        {
            host.Indexes.Show(Name).ItemCount.Should().Be(1_303);
            host.Indexes.Show(Name).LogCount.Should().Be(1);
            host.Indexes.Get(Name, ["5001", "150"], ItemParts.Vector | ItemParts.Metadata).Select(i => i is null).Should().Equal(false, true);
            await host.Indexes.RemoveAsync(Name, ["5000", "5001", "5002"], null, CancellationToken.None);
            await host.VacuumAsync("docs");
            (await AskAsync(host, 16)).Should().BeEquivalentTo(before);
            await host.CompactAsync("docs");
            Files("snapshot").Should().ContainSingle("an older one is deleted");
        }

        // A thousand searches: the loaded graph is as good as the built one.
        await using var again = await OpenAsync();
        var missed = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var query = Vector(queries.Next(1_000_000), 16);
            var answers = await again.Indexes.SearchAsync(
                Name, [new VectorQuery { Vector = query, K = 10 }, new VectorQuery { Vector = query, K = 10, IsExact = true }], CancellationToken.None);
            answers[0].IsExact.Should().BeFalse();
            missed += answers[1].Hits.Select(h => h.Item.Id).Except(answers[0].Hits.Select(h => h.Item.Id)).Count();
        }

        missed.Should().BeLessThan(300, "of 10,000");
    }

    [Fact]
    public async Task The_snapshot_starts_with_its_name_a_length_and_a_header()
    {
        await using var host = await OpenAsync();
        await CreateAsync(host, dimension: 4);
        await AddAsync(host, 0, 10, 4);
        await host.CompactAsync("docs");

        var file = await File.ReadAllBytesAsync(Files("snapshot").Single());
        file.Take(4).Should().Equal("LHV1"u8.ToArray());
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4));
        var header = System.Text.Json.JsonDocument.Parse(file.AsMemory(8, length)).RootElement;
        header.GetProperty("format_version").GetInt32().Should().Be(3);
        header.GetProperty("texts").GetBoolean().Should().BeTrue();
        header.GetProperty("item_count").GetInt32().Should().Be(10);
        header.GetProperty("body_bytes").GetInt64().Should().Be(file.Length - 8 - length);
        var checksum = header.GetProperty("checksum").GetString()!;
        var zeroed = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(checksum, new string('0', 64), StringComparison.Ordinal));
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(zeroed)).Should().Be(checksum);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("log")]
    [InlineData("index.json")]
    public async Task A_damaged_file_is_refused_wherever_it_is_damaged_and_the_other_indexes_work(string kind)
    {
        var other = IndexName.Parse("other");
        await using (var host = await OpenAsync())
        {
            await host.Indexes.CreateAsync(new VectorIndexSpec(other, 2, Metric.L2, Quantization.None, 4, 10, 10), CancellationToken.None);
            await host.Indexes.AddAsync(other, [new VectorItem("a", new float[] { 1, 2 }, default)], null, CancellationToken.None);
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 0, 20, 4);
            if (kind == "snapshot")
            {
                await host.CompactAsync("docs");
            }
        }

        var path = Files(kind).Single();
        var good = await File.ReadAllBytesAsync(path);
        var random = new Random(4);
        var damages = Enumerable.Range(0, 40).Select(i => i switch
        {
            0 => [],
            1 => good[..3],
            2 => good[..^1],
            3 when kind != "index.json" => [.. good, (byte)0],
            4 => good[..(good.Length / 2)],
            _ => Flip(good, i < 20 ? random.Next(Math.Min(good.Length, 300)) : random.Next(good.Length), random.Next(8)),
        });
        foreach (var damaged in damages.Where(d => kind != "index.json" || d.Length < good.Length - 2))
        {
            await File.WriteAllBytesAsync(path, damaged);
            await using var host = await OpenAsync();
            var info = host.Indexes.Show(Name);
            info.Status.Should().Be(IndexStatus.Damaged);
            info.Error.Should().Contain("docs").And.NotContain(_folder.Path);
            (await host.Invoking(h => AddAsync(h, 0, 1, 4)).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_damaged");
            (await host.Invoking(h => AskAsync(h, 4)).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_damaged");
            host.Indexes.Get(other, ["a"], ItemParts.Vector | ItemParts.Metadata)[0]!.Vector.Should().Equal(1, 2);
        }

        // Nothing was deleted: after the file is repaired, the index can be used again. A damaged index can also be deleted.
        await File.WriteAllBytesAsync(path, good);
        await using (var host = await OpenAsync())
        {
            host.Indexes.Show(Name).ItemCount.Should().Be(20);
        }

        await File.WriteAllBytesAsync(path, good[..3]);
        await using (var host = await OpenAsync())
        {
            await host.Indexes.DeleteAsync(Name, CancellationToken.None);
            Directory.Exists(Path.Combine(_folder.Path, "objects", "_vectors", "docs")).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_change_of_an_earlier_index_of_the_name_is_not_taken_for_one_of_this()
    {
        byte[] change;
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 0, 5, 4);
            change = await File.ReadAllBytesAsync(Files("log").Single());
            await host.Indexes.DeleteAsync(Name, CancellationToken.None);
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 7, 8, 4);
            await File.WriteAllBytesAsync(Files("log").Single(), change);
        }

        await using var again = await OpenAsync();
        again.Indexes.Show(Name).Error.Should().Contain("it belongs to another index");
    }

    [Fact]
    public async Task Whatever_call_of_the_store_fails_an_add_is_whole_or_not_there()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
        }

        var acknowledged = new List<int>();
        var failed = new List<int>();
        for (var calls = 0; ; calls++)
        {
            var first = 1_000 * calls;
            await using (var host = await OpenAsync())
            {
                var before = host.Indexes.Show(Name).ItemCount;
                host.Store.FailAfter(calls);
                try
                {
                    await AddAsync(host, first, first + 3, 4);
                    acknowledged.AddRange([first, first + 1, first + 2]);
                    host.Store.Mend();
                    break;
                }
                catch (LakehouseException fault)
                {
                    fault.Code.Should().Be("disk_full");
                    host.Indexes.Show(Name).ItemCount.Should().Be(before, "what was not acknowledged is not seen");
                    failed.Add(first);
                }

                // After the repair, the next change succeeds, and what had failed is there whole or not at all.
                host.Store.Mend();
                await AddAsync(host, 900_000 + calls, 900_001 + calls, 4);
                acknowledged.Add(900_000 + calls);
            }
        }

        await using var last = await OpenAsync();
        Has(acknowledged).Should().AllBeEquivalentTo(true);
        foreach (var first in failed)
        {
            Has([first, first + 1, first + 2]).Distinct().Should().ContainSingle("the batch of {0} is whole", first);
        }

        acknowledged.Should().HaveCountGreaterThan(6);

        IEnumerable<bool> Has(IEnumerable<int> ids) => last.Indexes.Get(Name, [.. ids.Select(i => $"{i}")], ItemParts.None).Select(i => i is not null);
    }

    [Fact]
    public async Task Whatever_call_of_the_store_fails_an_origin_is_the_one_or_the_other()
    {
        for (var calls = 0; ; calls++)
        {
            var (before, after) = (OriginOf(calls), OriginOf(calls + 1));
            bool isDone;
            await using (var host = await OpenAsync())
            {
                if (calls == 0)
                {
                    await CreateAsync(host, dimension: 4);
                }

                var generation = host.Indexes.Show(Name).Generation;
                await host.Indexes.SetOwnerAsync(Name, before, generation, CancellationToken.None);
                host.Store.FailAfter(calls);
                isDone = await host.Indexes.Invoking(i => i.SetOwnerAsync(Name, after, generation, CancellationToken.None))
                    .Should()
                    .NotThrowAsyncOr<LakehouseException>();
                host.Store.Mend();
                host.Indexes.Show(Name).Owner.Should().BeEquivalentTo(isDone ? after : before);
            }

            await using (var host = await OpenAsync())
            {
                host.Indexes.Show(Name).Owner.Should().BeEquivalentTo(isDone ? after : before);
            }

            if (isDone)
            {
                calls.Should().BePositive();
                return;
            }
        }

        static VectorOrigin OriginOf(long version) => new(
            new EmbeddingOrigin("ollama", "m", "m:latest", "abc", "search_document: ", 4), new DatasetOrigin(
                "docs", version, version + 1, "id", "body", null, ["kind"], Owns: true, Follow: true));
    }

    [Fact]
    public async Task An_origin_that_is_damaged_or_of_an_earlier_index_makes_the_index_damaged()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await host.Indexes.SetOwnerAsync(
                Name,
                new VectorOrigin(null, new DatasetOrigin("docs", 1, null, "id", "body", null, null, Owns: true, Follow: false)),
                host.Indexes.Show(Name).Generation,
                CancellationToken.None);
        }

        var path = Files("origin.json").Single();
        var good = await File.ReadAllTextAsync(path);
        foreach (var bad in new[] { good[..20], string.Empty, good.Replace("generation\":\"", "generation\":\"0", StringComparison.Ordinal), good.Replace(
                "\"format_version\":1", "\"format_version\":9", StringComparison.Ordinal) })
        {
            await File.WriteAllTextAsync(path, bad);
            await using var host = await OpenAsync();
            host.Indexes.Show(Name).Status.Should().Be(IndexStatus.Damaged);
            host.Indexes.Show(Name).Error.Should().Contain("origin.json");
        }

        await File.WriteAllTextAsync(path, good);
        await using var mended = await OpenAsync();
        mended.Indexes.Show(Name).Status.Should().Be(IndexStatus.Ready);
    }

    [Fact]
    public async Task An_importer_writes_only_the_index_it_was_started_for()
    {
        await using var host = await OpenAsync();
        await CreateAsync(host, dimension: 2);
        var generation = host.Indexes.Show(Name).Generation;
        await host.Indexes.DeleteAsync(Name, CancellationToken.None);
        await CreateAsync(host, dimension: 2);

        var add = () => host.Indexes.AddAsync(Name, [new VectorItem("a", new float[] { 1, 2 }, default)], generation, CancellationToken.None);
        var origin = () => host.Indexes.SetOwnerAsync(Name, new VectorOrigin(null, null), generation, CancellationToken.None);

        (await add.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_not_found");
        (await origin.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_not_found");
        host.Indexes.Show(Name).ItemCount.Should().Be(0);
    }

    [Fact]
    public async Task Whatever_call_of_the_store_fails_a_fold_loses_nothing()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 0, 30, 4);
            await host.CompactAsync("docs");
        }

        for (var calls = 0; ; calls++)
        {
            bool isDone;
            await using (var host = await OpenAsync())
            {
                await AddAsync(host, 100 + calls, 101 + calls, 4);
                await host.Indexes.RemoveAsync(Name, [$"{calls}"], null, CancellationToken.None);
                host.Store.FailAfter(calls);
                isDone = await host.Invoking(h => h.CompactAsync("docs")).Should().NotThrowAsyncOr<LakehouseException>();
                host.Store.Mend();
            }

            await using (var host = await OpenAsync())
            {
                host.Indexes.Show(Name).ItemCount.Should().Be(30, "after {0} calls", calls);
                host.Indexes.Get(Name, [$"{calls}", $"{100 + calls}"], ItemParts.None).Select(i => i is null).Should().Equal(true, false);
            }

            if (isDone)
            {
                calls.Should().BeGreaterThan(2);
                return;
            }
        }
    }

    [Fact]
    public async Task Whatever_call_of_the_store_fails_an_index_is_deleted_or_not_and_the_next_start_ends_it()
    {
        for (var calls = 0; ; calls++)
        {
            bool isDone;
            await using (var host = await OpenAsync())
            {
                await CreateAsync(host, dimension: 4);
                await AddAsync(host, 0, 3, 4);
                await host.CompactAsync("docs");
                await AddAsync(host, 3, 5, 4);
                host.Store.FailAfter(calls);
                isDone = await host.Invoking(h => h.Indexes.DeleteAsync(Name, CancellationToken.None)).Should().NotThrowAsyncOr<LakehouseException>();
            }

            await using (var host = await OpenAsync())
            {
                if (host.Indexes.List().Count > 0)
                {
                    calls.Should().BeLessThan(3, "it is deleted by the first call that writes");
                    host.Indexes.Show(Name).ItemCount.Should().Be(5);
                    await host.Indexes.DeleteAsync(Name, CancellationToken.None);
                }

                host.Indexes.List().Should().BeEmpty();
                Directory.EnumerateFiles(Path.Combine(_folder.Path, "objects"), "*", SearchOption.AllDirectories)
                    .Should().OnlyContain(f => f.Contains("_nodes", StringComparison.Ordinal));
            }

            if (isDone)
            {
                calls.Should().BeGreaterThan(3);
                return;
            }
        }
    }

    [Fact]
    public async Task Objects_without_a_definition_are_left_alone_and_not_taken_over()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 0, 3, 4);
        }

        File.Delete(Files("index.json").Single());
        await using var again = await OpenAsync();
        again.Indexes.List().Should().BeEmpty();
        (await again.Invoking(h => CreateAsync(h, dimension: 4)).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_remains");
        Files("log").Should().ContainSingle();
    }

    [Fact]
    public async Task Aliases_are_there_after_a_start()
    {
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await host.Indexes.SetAliasAsync(IndexName.Parse("a"), Name, CancellationToken.None);
            await host.Indexes.SetAliasAsync(IndexName.Parse("b"), Name, CancellationToken.None);
            await host.Indexes.DeleteAliasAsync(IndexName.Parse("b"), CancellationToken.None);
        }

        await using var again = await OpenAsync();
        again.Indexes.ListAliases().Select(a => (a.Key.Value, a.Value.Value)).Should().Equal(("a", "docs"));
        again.Indexes.Show(IndexName.Parse("a")).Spec.Name.Should().Be(Name);
    }

    [Fact]
    public async Task Without_persistence_nothing_is_written()
    {
        await using (var host = await VectorHost.OpenAsync(_folder.Path, ("vector.persist", "false")))
        {
            await CreateAsync(host, dimension: 4);
            await AddAsync(host, 0, 10, 4);
            await host.Indexes.RemoveAsync(Name, ["3"], null, CancellationToken.None);
            await host.Indexes.SetAliasAsync(IndexName.Parse("a"), Name, CancellationToken.None);
            host.Indexes.Show(Name).ItemCount.Should().Be(9);
            Directory.EnumerateFiles(Path.Combine(_folder.Path, "objects"), "*", SearchOption.AllDirectories).Should().BeEmpty();
        }

        await using var again = await OpenAsync();
        again.Indexes.List().Should().BeEmpty();
    }

    [Fact]
    public async Task Changes_from_many_threads_are_the_same_after_a_start()
    {
        List<string> before;
        await using (var host = await OpenAsync())
        {
            await CreateAsync(host, dimension: 4);
            await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            {
                // Several writers change the same few ids: the last change in the log must be the one in memory.
                await AddAsync(host, i % 7, (i % 7) + 3, 4, seed: i);
                if (i % 5 == 0)
                {
                    await host.Indexes.RemoveAsync(Name, [$"{i % 9}"], null, CancellationToken.None);
                }
            });
            before = Dump(host);
        }

        await using var again = await OpenAsync();
        Dump(again).Should().Equal(before);

        static List<string> Dump(VectorHost host) =>
            [
                .. host.Indexes.ListItems(Name, string.Empty, 100, ItemParts.Vector | ItemParts.Metadata | ItemParts.Text).Items.Select(
                    i => $"{i.Id} {string.Join(' ', i.Vector!)} {Encoding.UTF8.GetString(i.Metadata!)} {i.Text}")
            ];
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_a_507_and_what_was_acknowledged_stays()
    {
        using var disk = new SmallDisk("4m");
        var acknowledged = 0;
        await using (var host = await VectorHost.OpenAsync(disk.Path))
        {
            await CreateAsync(host, dimension: 256);
            var fault = await Record.ExceptionAsync(async () =>
            {
                for (; acknowledged < 100_000; acknowledged += 100)
                {
                    await AddAsync(host, acknowledged, acknowledged + 100, 256);
                }
            });
            (fault as LakehouseException)?.Code.Should().Be("disk_full");
            host.Indexes.Show(Name).ItemCount.Should().Be(acknowledged);
            (await host.Invoking(h => h.CompactAsync("docs")).Should().ThrowAsync<Exception>()).Which.Should().Match(e => e is LakehouseException
                    || e is IOException);
            host.Indexes.Show(Name).ItemCount.Should().Be(acknowledged);
        }

        await using var again = await VectorHost.OpenAsync(disk.Path);
        again.Indexes.Show(Name).ItemCount.Should().Be(acknowledged).And.BePositive();
    }

    [Fact]
    public async Task Compaction_that_fails_is_tried_again_less_and_less_often_until_it_succeeds()
    {
        await using var host = await VectorHost.OpenAsync(_folder.Path, ("vector.compact_log_batches", "0"));
        await CreateAsync(host, dimension: 4);
        await AddAsync(host, 0, 10, 4);
        host.Store.FailAfter(0);
        for (var i = 0; i < 100; i++)
        {
            await host.MaintainAsync();
        }

        host.Store.FailureCount.Should().Be(1, "it waits for two seconds before it tries again");
        host.Store.Mend();
        Files("snapshot").Should().BeEmpty();
        while (Files("snapshot").Length == 0)
        {
            await Task.Delay(100);
            await host.MaintainAsync();
        }

        host.Indexes.Show(Name).ItemCount.Should().Be(10);
    }

    private static byte[] Flip(byte[] good, int position, int bit)
    {
        var damaged = (byte[])good.Clone();
        damaged[position] ^= (byte)(1 << bit);
        return damaged;
    }

    private Task<VectorHost> OpenAsync() => VectorHost.OpenAsync(_folder.Path);

    private string[] Files(string kind) =>
        [
            .. Directory.EnumerateFiles(
                Path.Combine(_folder.Path, "objects", "_vectors", "docs"),
                "*",
                SearchOption.AllDirectories).Where(f => f.Contains(Path.DirectorySeparatorChar + kind, StringComparison.Ordinal))
        ];

    private static Task CreateAsync(VectorHost host, int dimension) =>
        host.Indexes.CreateAsync(new VectorIndexSpec(Name, dimension, Metric.L2, Quantization.Int8, 8, 60, 80), CancellationToken.None);

    private static Task AddAsync(VectorHost host, int from, int to, int dimension, int seed = 0) => host.Indexes.AddAsync(
        Name,
        [
            .. Enumerable.Range(from, to - from).Select(
                i => new VectorItem(
                    $"{i}",
                    Vector(i + (100_000 * seed), dimension),
                    Encoding.UTF8.GetBytes($"{{\"n\":{i},\"seed\":{seed}}}"),
                    i % 2 == 0 ? $"text {i} {seed}" : null))
        ],
        null,
        CancellationToken.None);

    private static async Task<List<string>> AskAsync(VectorHost host, int dimension)
    {
        var answers = await host.Indexes.SearchAsync(
            Name,
            [.. Enumerable.Range(0, 20).Select(i => new VectorQuery { Vector = Vector(-1 - i, dimension), K = 5, IsExact = true })],
            CancellationToken.None);
        return [.. answers.SelectMany(a => a.Hits.Select(h => $"{h.Item.Id} {h.Distance} {Encoding.UTF8.GetString(h.Item.Metadata!)}"))];
    }

    private static float[] Vector(int seed, int dimension)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble())];
    }
}
