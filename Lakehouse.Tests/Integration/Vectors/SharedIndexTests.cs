using System.Collections.Concurrent;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Hnsw;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Vector;
using Lakehouse.Vector.Internal.Files;

namespace Lakehouse.Tests.Integration.Vectors;

/// <summary>Several processes with the indexes of one bucket: who writes, who takes over, and that the others follow.</summary>
public sealed class SharedIndexTests : IDisposable
{
    private static readonly IndexName Name = IndexName.Parse("docs");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly MemoryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_one_process_writes_an_index_another_one_is_told_so()
    {
        await using var one = await OpenAsync(Long);
        await CreateAsync(one);
        await using var two = await OpenAsync(Long);
        await AddAsync(one, 0);
        var refusal = (await two.Invoking(h => AddAsync(h, 5)).Should().ThrowAsync<LakehouseException>()).Which;
        refusal.Code.Should().Be("index_shared");
        refusal.Message.Should().Contain("600 s");
        await RequireSharedAsync(() => two.Indexes.RemoveAsync(Name, ["0"], null, CancellationToken.None));
        await RequireSharedAsync(() => two.Indexes.DeleteAsync(Name, CancellationToken.None));
        await RequireSharedAsync(() => two.CompactAsync("docs"));
        await AddAsync(one, 1);
        Ids(one).Should().Equal("0", "1");
    }

    [Fact]
    public async Task Others_see_what_the_writer_changes()
    {
        await using var one = await OpenAsync(Long);
        await using var two = await OpenAsync(Long);
        await CreateAsync(one);
        (await two.Indexes.ShowAsync(Name, CancellationToken.None)).ItemCount.Should().Be(0, "a name that is not known is looked for in the bucket");
        for (var i = 0; i < 20; i++)
        {
            var added = await AddAsync(one, i);
            await two.Indexes.WaitForAsync(Name, added.Sequence, CancellationToken.None);
            Ids(two).Should().Contain($"{i}");
            if (i % 5 == 4)
            {
                await one.Indexes.RemoveAsync(Name, [$"{i - 2}"], null, CancellationToken.None);
            }
        }

        await two.FollowAsync();
        Ids(two).Should().Equal(Ids(one)).And.HaveCount(16);
        two.Indexes.Show(Name).Sequence.Should().Be(one.Indexes.Show(Name).Sequence);
        var query = new VectorQuery { Vector = VectorOf(7), K = 3 };
        var answers = new List<IReadOnlyList<VectorAnswer>>();
        foreach (var host in (VectorHost[])[one, two])
        {
            answers.Add(await host.Indexes.SearchAsync(Name, [query], CancellationToken.None));
        }

        answers[0][0].Hits.Select(h => (h.Item.Id, h.Distance)).Should().Equal(answers[1][0].Hits.Select(h => (h.Item.Id, h.Distance)));
    }

    [Fact]
    public async Task One_that_is_behind_a_snapshot_reads_that()
    {
        await using var one = await OpenAsync(Long);
        await CreateAsync(one);
        await using var two = await OpenAsync(Long);
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                await AddAsync(one, (round * 10) + i);
            }

            await one.CompactAsync("docs");
            await AddAsync(one, 1_000 + round);
            await two.FollowAsync();
            Ids(two).Should().Equal(Ids(one)).And.HaveCount((round * 11) + 11);
            two.Indexes.Show(Name).LogCount.Should().Be(1);
        }
    }

    [Fact]
    public async Task Indexes_and_aliases_come_and_go()
    {
        var (alias, other) = (IndexName.Parse("live"), IndexName.Parse("other"));
        await using var one = await OpenAsync(Long);
        await using var two = await OpenAsync(Long);
        await CreateAsync(one);
        await AddAsync(one, 3);
        await one.Indexes.SetAliasAsync(alias, Name, CancellationToken.None);
        Ids(two, alias).Should().Equal("3");
        (await two.Invoking(h => CreateAsync(h)).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_exists");

        await one.Indexes.CreateAsync(new VectorIndexSpec(other, 4, Metric.L2, Quantization.None, 8, 60, 80), CancellationToken.None);
        await one.Indexes.SetAliasAsync(alias, other, CancellationToken.None);
        await two.FollowAsync();
        two.Indexes.List().Select(i => i.Spec.Name).Should().Equal(Name, other);
        Ids(two, alias).Should().BeEmpty();

        await one.Indexes.DeleteAliasAsync(alias, CancellationToken.None);
        await one.Indexes.DeleteAsync(other, CancellationToken.None);
        await one.Indexes.DeleteAsync(Name, CancellationToken.None);
        await CreateAsync(one, dimension: 5);
        await two.FollowAsync();
        two.Indexes.ListAliases().Should().BeEmpty();
        two.Indexes.List().Should().ContainSingle().Which.Spec.Dimension.Should().Be(5);
        (await two.Invoking(h => h.Indexes.ShowAsync(alias, CancellationToken.None).AsTask()).Should().ThrowAsync<LakehouseException>())
            .Which.Code.Should().Be("index_not_found");
    }

    [Fact]
    public async Task Another_process_takes_over_when_the_writer_stops_and_the_lease_of_one_that_is_gone_ends()
    {
        await using var two = await OpenAsync(TimeSpan.FromSeconds(1));
        var one = await OpenAsync(Long);
        await CreateAsync(one);
        await AddAsync(one, 0);
        await one.StopAsync();
        await AddAsync(two, 1);

        // A process that ends without a word.
        var three = await OpenAsync(TimeSpan.FromSeconds(1));
        await RequireSharedAsync(() => AddAsync(three, 2));
        await two.DisposeAsync();
        await Until.HoldsAsync(async () =>
        {
            try
            {
                await AddAsync(three, 2);
                return true;
            }
            catch (LakehouseException error) when (error.Code == "index_shared")
            {
                return false;
            }
        });
        Ids(three).Should().Equal("0", "1", "2");
        await three.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_is_started_again_need_not_wait()
    {
        for (var i = 0; i < 5; i++)
        {
            await using var host = await OpenAsync(Long);
            if (i == 0)
            {
                await CreateAsync(host);
            }

            await AddAsync(host, i);
            Ids(host).Should().HaveCount(i + 1);
        }
    }

    [Fact]
    public async Task A_process_that_was_relieved_is_refused_also_where_its_numbers_are_free_again()
    {
        await using (var one = await OpenAsync(TimeSpan.Zero))
        {
            await CreateAsync(one);
            await AddAsync(one, 0);
            await using var two = await OpenAsync(Long);
            await AddAsync(two, 1); // the lease of the first is over at once
            await two.CompactAsync("docs");
            Files("log").Should().BeEmpty();

            await RequireSharedAsync(() => AddAsync(one, 2));
            Files("log").Should().BeEmpty("what nobody will read is removed");
            await RequireSharedAsync(() => one.Indexes.RemoveAsync(Name, ["0"], null, CancellationToken.None));
            await RequireSharedAsync(() => one.CompactAsync("docs"));
            await AddAsync(two, 3);
            await one.FollowAsync();
            Ids(one).Should().Equal(Ids(two));
        }

        await using var again = await OpenAsync(Long);
        Ids(again).Should().Equal("0", "1", "3");
    }

    [Fact]
    public async Task A_process_cannot_write_into_an_index_that_another_one_has_made_anew()
    {
        await using (var one = await OpenAsync(Long))
        {
            await CreateAsync(one);
            await AddAsync(one, 0);
            await using var two = await OpenAsync(Long);
            await one.Indexes.DeleteAsync(Name, CancellationToken.None);
            await CreateAsync(one, dimension: 5);
            await AddAsync(one, 0, dimension: 5);

            await RequireSharedAsync(() => AddAsync(two, 7));
            await RequireSharedAsync(() => two.CompactAsync("docs"));
            await AddAsync(one, 2, dimension: 5);
        }

        await using var again = await OpenAsync(Long);
        (again.Indexes.Show(Name).Error, again.Indexes.Show(Name).ItemCount).Should().Be((null, 2L));
    }

    [Fact]
    public async Task A_number_that_is_missing_holds_up_readers_until_the_next_writer_closes_it()
    {
        await using var reader = await OpenAsync(Long);
        Guid generation;
        await using (var one = await OpenAsync(Long))
        {
            await CreateAsync(one);
            await AddAsync(one, 0);
            await reader.FollowAsync();
            await AddAsync(one, 1);
            await AddAsync(one, 2);
            generation = one.Indexes.Show(Name).Generation;
        }

        // As when the writer is killed while two changes are on their way, of which the later one has arrived.
        var log = Files("log");
        File.Delete(log[1]);
        var later = LogCodec.Decode(await File.ReadAllBytesAsync(log[2]), generation, 3, 4) with { After = 1 };
        await File.WriteAllBytesAsync(log[2], LogCodec.Encode(later, generation, 3, 4));
        await reader.FollowAsync();
        Ids(reader).Should().Equal("0");

        await using var two = await OpenAsync(TimeSpan.Zero);
        Ids(two).Should().Equal("0");
        await AddAsync(two, 5);
        await reader.FollowAsync();
        Ids(reader).Should().Equal(Ids(two)).And.Equal("0", "5");
        await two.CompactAsync("docs");
        await using var again = await OpenAsync(Long);
        Ids(again).Should().Equal("0", "5");
    }

    [Theory]
    [InlineData("log")]
    [InlineData("snapshot")]
    public async Task What_was_acknowledged_and_is_gone_is_damage(string kind)
    {
        await using (var one = await OpenAsync(Long))
        {
            await CreateAsync(one);
            await AddAsync(one, 0);
            if (kind == "snapshot")
            {
                await one.CompactAsync("docs");
            }

            await AddAsync(one, 1);
            await AddAsync(one, 2);
        }

        File.Delete(Files(kind)[0]);
        await using var again = await OpenAsync(TimeSpan.Zero);
        var info = again.Indexes.Show(Name);
        (info.Status, info.Error).Should().Be(
            (IndexStatus.Damaged, "the object _vectors/docs/log/00000000000000000001 is damaged: it is gone, and later ones are there."));
        (await again.Invoking(h => AddAsync(h, 3)).Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_damaged");
        Files("log").Should().HaveCount(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Late_objects_in_numbers_that_a_snapshot_has_replaced_are_not_applied(bool isNear)
    {
        await using var reader = await OpenAsync(Long);
        var late = new Dictionary<string, byte[]>();
        await using (var one = await OpenAsync(TimeSpan.Zero))
        {
            await CreateAsync(one);
            await AddAsync(one, 0);
            await reader.FollowAsync();
            for (var id = 100; id < 103; id++)
            {
                await AddAsync(one, id);
            }
        }

        // As when the writer was killed while these three were on their way.
        foreach (var path in Files("log")[1..])
        {
            late[path] = await File.ReadAllBytesAsync(path);
            File.Delete(path);
        }

        await using var two = await OpenAsync(TimeSpan.Zero);
        await AddAsync(two, 1); // after the object that begins its epoch
        if (isNear)
        {
            await reader.FollowAsync();
        }

        await AddAsync(two, 2);
        await two.CompactAsync("docs");
        Files("log").Should().BeEmpty();
        foreach (var (path, content) in late)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
        }

        await reader.FollowAsync();
        Ids(two).Should().Equal("0", "1", "2");
        Ids(reader).Should().Equal(Ids(two));
        await AddAsync(two, 3);
        await reader.FollowAsync();
        Ids(reader).Should().Equal("0", "1", "2", "3");
    }

    [Fact]
    public async Task A_late_snapshot_of_an_index_that_was_made_again_replaces_nothing()
    {
        await using (var one = await OpenAsync(Long))
        {
            await CreateAsync(one);
            for (var id = 0; id < 5; id++)
            {
                await AddAsync(one, id);
            }

            await one.CompactAsync("docs");
            var (path, content) = (Files("snapshot").Single(), await File.ReadAllBytesAsync(Files("snapshot").Single()));
            await one.Indexes.DeleteAsync(Name, CancellationToken.None);
            await CreateAsync(one);
            await AddAsync(one, 7);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
            await AddAsync(one, 8);
            await using (var again = await OpenAsync(Long))
            {
                Ids(again).Should().Equal("7", "8");
            }

            await one.CompactAsync("docs");
            await AddAsync(one, 9);
        }

        await using var last = await OpenAsync(Long);
        Ids(last).Should().Equal("7", "8", "9");
    }

    [Fact]
    public async Task A_definition_that_cannot_be_read_does_not_keep_others_from_being_followed()
    {
        await using var one = await OpenAsync(Long);
        var other = IndexName.Parse("another");
        await one.Indexes.CreateAsync(new VectorIndexSpec(other, 4, Metric.L2, Quantization.None, 8, 60, 80), CancellationToken.None);
        await CreateAsync(one);
        await using var two = await OpenAsync(Long);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "objects", "_vectors", "another", "index.json"), "{");
        await AddAsync(one, 0);
        await one.Indexes.SetAliasAsync(IndexName.Parse("live"), Name, CancellationToken.None);
        await two.FollowAsync();
        Ids(two).Should().Equal("0");
        two.Indexes.ListAliases().Should().ContainSingle();
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("NaN")]
    [InlineData("-5")]
    [InlineData("")]
    public async Task A_node_whose_lease_cannot_be_read_holds_it_as_long_as_the_settings_say(string content)
    {
        await using var one = await OpenAsync(Long);
        await CreateAsync(one);
        await AddAsync(one, 0);
        var node = Directory.GetFiles(Path.Combine(_folder.Path, "objects", "_vectors", "_nodes")).Single();
        await File.WriteAllTextAsync(node, content);
        File.SetLastWriteTimeUtc(node, DateTime.UtcNow.AddHours(5)); // of a machine whose clock is ahead
        await using var two = await OpenAsync(TimeSpan.FromMinutes(7));
        var refusal = (await two.Invoking(h => AddAsync(h, 5)).Should().ThrowAsync<LakehouseException>()).Which;
        (refusal.Code, refusal.RetryAfter).Should().Be(("index_shared", TimeSpan.FromMinutes(7)));
    }

    /// <summary>
    /// Three processes write and compact at once, whose leases never hold, so that each takes over from the others all the time; a fourth follows. Each id that
    /// was acknowledged is there at the end, in all of them.
    /// </summary>
    [Fact]
    public async Task Processes_that_relieve_each_other_lose_nothing_that_was_acknowledged()
    {
        await using var reader = await OpenAsync(Long);
        await CreateAsync(reader);
        var acknowledged = new ConcurrentBag<string>();
        var removed = new ConcurrentBag<string>();
        var refused = 0;
        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => OpenAsync(TimeSpan.Zero)));
        using var done = new CancellationTokenSource();
        var following = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await reader.FollowAsync();
                foreach (var host in hosts)
                {
                    await host.FollowAsync();
                }
            }
        });
        await Task.WhenAll(hosts.Select((host, process) => Task.Run(async () =>
        {
            var random = new Random(process);
            for (var step = 0; step < 200; step++)
            {
                var id = (process * 10_000) + (step * 10);
                await Task.WhenAll(Enumerable.Range(0, random.Next(1, 5)).Select(part => TryAsync(async () =>
                {
                    await AddAsync(host, id + part);
                    acknowledged.Add($"{id + part}");
                })));
                if (random.Next(8) == 0)
                {
                    await TryAsync(() => host.CompactAsync("docs"));
                }

                if (random.Next(8) == 0 && acknowledged.TryPeek(out var some))
                {
                    await TryAsync(async () =>
                    {
                        removed.Add(some); // before: it counts perhaps also where it is not known
                        await host.Indexes.RemoveAsync(Name, [some], null, CancellationToken.None);
                    });
                }
            }
        })));
        await done.CancelAsync();
        await following;

        await using var again = await OpenAsync(Long);
        again.Indexes.Show(Name).Error.Should().BeNull();
        var expected = acknowledged.Except(removed).ToList();
        expected.Should().HaveCountGreaterThan(100);
        refused.Should().BePositive("they disturbed each other");
        var ids = Ids(again);
        expected.Except(ids).Should().BeEmpty();
        foreach (var host in hosts.Append(reader))
        {
            await host.FollowAsync();
            Ids(host).Should().Equal(ids);
            await host.DisposeAsync();
        }

        async Task TryAsync(Func<Task> change)
        {
            try
            {
                await change();
            }
            catch (LakehouseException error) when (error.Code is "index_shared" or "change_unconfirmed" or "index_behind")
            {
                Interlocked.Increment(ref refused);
            }
        }
    }

    private static async Task RequireSharedAsync(Func<Task> change) =>
        (await change.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("index_shared");

    private Task<VectorHost> OpenAsync(TimeSpan lease) => VectorHost.OpenAsync(_folder.Path, o => o with { LeaseTime = lease });

    private string[] Files(string kind) =>
        [.. Directory.EnumerateFiles(Path.Combine(_folder.Path, "objects", "_vectors", "docs"), "*", SearchOption.AllDirectories)
            .Where(f => f.Contains($"{Path.DirectorySeparatorChar}{kind}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Order()];

    private static Task CreateAsync(VectorHost host, int dimension = 4) =>
        host.Indexes.CreateAsync(new VectorIndexSpec(Name, dimension, Metric.L2, Quantization.Int8, 8, 60, 80), CancellationToken.None);

    private static Task<AddResult> AddAsync(VectorHost host, int id, int dimension = 4) => host.Indexes.AddAsync(
        Name, [new VectorItem($"{id}", VectorOf(id, dimension), Encoding.UTF8.GetBytes($"{{\"n\":{id}}}"), $"text {id}")], null, CancellationToken.None);

    private static List<string> Ids(VectorHost host, IndexName? name = null) =>
        [.. host.Indexes.ListItems(name ?? Name, string.Empty, 100_000, ItemParts.None).Items.Select(i => i.Id)];

    private static float[] VectorOf(int seed, int dimension = 4)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextDouble())];
    }
}
