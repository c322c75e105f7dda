using Lakehouse.Core.Configuration;
using Lakehouse.Hnsw;
using Lakehouse.Vector;
using Lakehouse.Vector.Internal;
using Lakehouse.Vector.Internal.Index;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Tests.Integration.Vectors;

/// <summary>An index in memory under concurrent changes and searches.</summary>
public sealed class VectorConcurrencyTests
{
    private const int Dimension = 32;

    [Fact]
    public async Task Adders_deleters_and_searchers_do_not_disturb_each_other()
    {
        var random = new Random(5);
        using var index = new VectorIndex(
            new VectorIndexSpec(IndexName.Parse("x"), Dimension, Metric.L2, Quantization.Int8, 12, 60, 64));
        var vectors = Enumerable.Range(0, 3_000).Select(_ => Gaussian(random)).ToArray();
        Put(0, 1_000);
        using var stop = new CancellationTokenSource();
        var searchers = Enumerable.Range(0, 2).Select(i => Task.Run(() =>
        {
            var own = new Random(i);
            var (count, missed) = (0, 0);
            for (; !stop.IsCancellationRequested; count++)
            {
                // The first thousand items stay, while others are added and deleted.
                var wanted = own.Next(1_000);
                var answer = new IndexSearch(index, Options).Run(
                    new VectorQuery { Vector = vectors[wanted], K = 5 }, owner: null, new AnswerSize(long.MaxValue));
                missed += answer.Hits[0].Item.Id == $"{wanted}" ? 0 : 1;
                Assert.Equal(5, answer.Hits.Select(h => h.Item.Id).Distinct().Count());
                foreach (var hit in answer.Hits)
                {
                    var vector = vectors[int.Parse(hit.Item.Id)];
                    Assert.Equal(Math.Sqrt(vector.Zip(vectors[wanted], (a, b) => ((double)a - b) * (a - b)).Sum()), hit.Distance, 1e-3);
                }
            }

            missed.Should().BeLessThanOrEqualTo((count * 4 / 100) + 3, "a node in a hundred of such vectors is not found by its own, in a fresh graph too");
            return count;
        })).ToList();
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Task.Run(() => Put(1_000, 2_000)), Task.Run(() => Put(2_000, 3_000)), Task.Run(() => Put(0, 1_000)));
            index.Remove([.. Enumerable.Range(1_000, 2_000).Select(Id)]);
            await Task.WhenAll(Task.Run(() => index.Vacuum(2)), Task.Run(() => Put(1_000, 1_500)));
            index.Remove([.. Enumerable.Range(1_000, 500).Select(Id)]);
        }

        await stop.CancelAsync();
        (await Task.WhenAll(searchers)).Should().OnlyContain(count => count > 0);
        index.Vacuum(2);
        index.Count.Should().Be(1_000);
        index.Graph.DeletedCount.Should().Be(0);
        Enumerable.Range(0, 1_000).Count(i => Ask(vectors[i]).Item.Id != $"{i}").Should().BeLessThan(30);

        VectorHit Ask(float[] query) => new IndexSearch(index, Options).Run(
            new VectorQuery { Vector = query, K = 5 }, owner: null, new AnswerSize(long.MaxValue)).Hits[0];

        static byte[] Id(int i) => System.Text.Encoding.UTF8.GetBytes($"{i}");

        void Put(int from, int to)
        {
            foreach (var part in Enumerable.Range(from, to - from).Chunk(100))
            {
                var entries = part.Select(i => new ItemBatch.Entry(Id(i), vectors[i], false, null)).ToArray();
                index.Add(ItemBatch.FromLog(entries), 2, () => { });
            }
        }
    }

    private static VectorOptions Options { get; } = VectorOptions.Read(
        new SettingsReader(new ConfigurationBuilder().Build()));

    private static float[] Gaussian(Random random) =>
    [
        .. Enumerable.Range(0, Dimension).Select(
            _ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))
    ];
}
