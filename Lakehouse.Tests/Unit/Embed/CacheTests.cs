using System.IO.Pipelines;
using Lakehouse.Embed.Internal.Cache;

namespace Lakehouse.Tests.Unit.Embed;

public sealed class CacheTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public void The_least_recently_used_goes(int capacity)
    {
        var random = new Random(capacity);
        var table = new LruTable<int, int>(capacity);
        var order = new List<int>(); // the most recently used last
        var values = new Dictionary<int, int>();
        for (var step = 0; step < 20_000; step++)
        {
            var key = random.Next(2 * capacity + 1);
            if (random.Next(2) == 0)
            {
                var isThere = table.TryGet(key, out var value);
                isThere.Should().Be(values.TryGetValue(key, out var expected), "step {0}", step);
                value.Should().Be(expected);
                if (isThere)
                {
                    order.Remove(key);
                    order.Add(key);
                }
            }
            else
            {
                var evicts = !values.ContainsKey(key) && values.Count == capacity;
                table.Set(key, step).Should().Be(evicts);
                if (evicts)
                {
                    values.Remove(order[0]);
                    order.RemoveAt(0);
                }

                values[key] = step;
                order.Remove(key);
                order.Add(key);
            }
        }

        table.ToList().Should().Equal(order.Select(k => KeyValuePair.Create(k, values[k])));
        table.Count.Should().Be(values.Count);
    }

    [Fact]
    public async Task A_saved_cache_reads_back_and_a_damaged_one_is_refused()
    {
        var entries = Enumerable.Range(0, 50)
            .Select(i => ($"model {i % 3}", CacheKey.Of(0, i % 2 == 0, "p", $"text {i}"), Enumerable.Range(0, i + 1).Select(v => v * 0.25f).ToArray()))
            .ToList();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await CacheFile.WriteAsync(pipe.Writer, entries, default);
        await pipe.Writer.CompleteAsync();
        using var saved = new MemoryStream();
        await pipe.Reader.AsStream().CopyToAsync(saved);
        var bytes = saved.ToArray();

        var read = await CacheFile.ReadAsync(new MemoryStream(bytes), default);

        read.Should().BeEquivalentTo(entries, o => o.WithStrictOrdering());
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var reading = () => CacheFile.ReadAsync(new MemoryStream(damaged), default);
            await reading.Should().ThrowAsync<InvalidDataException>();
        }

        var cut = () => CacheFile.ReadAsync(new MemoryStream(bytes, 0, bytes.Length - 1), default);
        await cut.Should().ThrowAsync<InvalidDataException>();
    }
}
