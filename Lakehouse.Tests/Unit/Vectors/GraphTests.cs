using Lakehouse.Hnsw;
using Lakehouse.Hnsw.Internal.Graph;

namespace Lakehouse.Tests.Unit.Vectors;

/// <summary>Recall compared with an exact scan, on seeded clusters: 4,000 vectors of 32 dimensions, M 12, ef_construction 100, k 10, 200 queries.</summary>
public sealed class GraphTests
{
    private const int Count = 4_000;
    private const int Dimension = 32;
    private const int QueryCount = 200;
    private const int K = 10;

    public static TheoryData<Metric, Quantization, int, double> Kinds => new()
    {
        { Metric.Cosine, Quantization.None, 64, 0.98 },
        { Metric.L2, Quantization.None, 64, 0.98 },
        { Metric.InnerProduct, Quantization.None, 64, 0.95 },
        { Metric.Cosine, Quantization.Int8, 64, 0.98 },
        { Metric.L2, Quantization.Int8, 64, 0.98 },
        { Metric.InnerProduct, Quantization.Int8, 64, 0.95 },
        { Metric.Cosine, Quantization.Binary, 800, 0.90 }, // 32 sign bits carry little information, so the beam must be wide
        { Metric.L2, Quantization.Binary, 800, 0.80 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_walk_finds_what_a_scan_finds_and_compares_few(Metric metric, Quantization quantization, int ef, double recallMin)
    {
        using var graph = Build(metric, quantization, out _);
        var (recall, compared) = Recall(graph, ef);
        recall.Should().BeGreaterThanOrEqualTo(recallMin);
        compared.Should().BeLessThan(Count * (quantization == Quantization.Binary ? 0.95 : 0.5), "the graph was used");
    }

    [Theory]
    [InlineData(Quantization.None)]
    [InlineData(Quantization.Int8)]
    public void No_recall_is_lost_when_items_come_and_go(Quantization quantization)
    {
        using var graph = Build(Metric.L2, quantization, out var random);
        var fresh = Recall(graph, 32).Recall;
        var size = graph.NodeCount;
        for (var round = 0; round < 6; round++)
        {
            var nodes = Enumerable.Range(0, (int)graph.NodeCount).Select(n => (uint)n).Where(graph.IsLive).ToArray();
            random.Shuffle(nodes);
            var vectors = nodes[..(Count / 2)].Select(node => graph.Read(node).ToArray()).ToList();
            Array.ForEach(nodes[..(Count / 2)], graph.Delete);
            Vacuum(graph);
            vectors.ForEach(vector => Add(graph, vector));
        }

        graph.NodeCount.Should().Be(size, "the places of deleted items are used again");
        Recall(graph, 32).Recall.Should().BeGreaterThanOrEqualTo(fresh - 0.01);
    }

    [Fact]
    public void Every_item_can_be_reached_after_whole_clusters_are_deleted()
    {
        var random = new Random(11);
        using var graph = new VectorGraph(Dimension, Metric.L2, Quantization.None, 8, 40, 1);
        var clusters = Enumerable.Range(0, 20).Select(_ => Gaussian(random, 10)).ToList();
        var nodes = new List<(uint Node, int Cluster)>();
        for (var i = 0; i < 2_000; i++)
        {
            nodes.Add((Add(graph, [.. clusters[i % 20].Zip(Gaussian(random, 0.1f), (a, b) => a + b)]), i % 20));
        }

        foreach (var (node, cluster) in nodes)
        {
            if (cluster % 2 == 0)
            {
                graph.Delete(node);
            }
        }

        Vacuum(graph);
        foreach (var (node, _) in nodes.Where(n => n.Cluster % 2 == 1))
        {
            Search(graph, graph.Read(node).ToArray(), 1, 64)[0].Node.Should().Be(node);
        }
    }

    [Theory]
    [InlineData(Quantization.None)]
    [InlineData(Quantization.Int8)]
    public void Every_item_can_be_reached_in_data_of_few_words(Quantization quantization)
    {
        // Six of forty words, so there are many near neighbours; and one item in twenty is far from all others.
        const int words = 40;
        const int count = 3_000;
        var random = new Random(13);
        var vectors = Enumerable.Range(0, count).Select(i =>
        {
            var vector = new float[2 * words];
            for (var n = 0; n < 6; n++)
            {
                vector[random.Next(1 + random.Next(words))]++;
            }

            vector[words + random.Next(words)] = i % 20 == 0 ? 4 + random.NextSingle() : 0.3f * random.NextSingle();
            return vector;
        }).ToArray();
        using var graph = new VectorGraph(2 * words, Metric.Cosine, quantization, 16, 200, 1);
        var nodes = new uint[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            lock (vectors)
            {
                nodes[i] = graph.Take(vectors[i]);
                graph.Publish(nodes[i]);
            }

            var context = graph.Enter();
            graph.Link(nodes[i], context);
            graph.Enliven(nodes[i]);
            graph.Leave(context);
        });

        Unreachable(graph).Should().BeEmpty();
        graph.Span().Should().Be(0);
        for (var i = 0; i < count; i += 3)
        {
            graph.Delete(nodes[i]);
        }

        Vacuum(graph);
        Unreachable(graph).Should().BeEmpty();
        graph.Span().Should().Be(0);

        // All items are deleted, and others are added before the vacuum that removes the deleted ones.
        foreach (var node in nodes.Where((_, i) => i % 3 != 0))
        {
            graph.Delete(node);
        }

        foreach (var vector in vectors[..500])
        {
            Add(graph, vector);
        }

        Unreachable(graph).Should().BeEmpty();
        Vacuum(graph);
        Unreachable(graph).Should().BeEmpty();

        // As in a file that was written by a version without the spanning tree.
        var lost = ForgetTree(graph);
        Unreachable(graph).Should().Contain(lost);
        graph.Span().Should().BePositive();
        Unreachable(graph).Should().BeEmpty();
    }

    [Theory]
    [InlineData(Metric.Cosine, Quantization.None)]
    [InlineData(Metric.L2, Quantization.None)]
    [InlineData(Metric.L2, Quantization.Int8)]
    public void Copies_of_one_vector_are_no_island(Metric metric, Quantization quantization)
    {
        const int groups = 60;
        const int copies = 50;
        var random = new Random(3);
        var vectors = Enumerable.Range(0, groups).Select(_ => Gaussian(random, 1)).ToList();
        using var graph = new VectorGraph(Dimension, metric, quantization, 16, 60, 1);
        for (var i = 0; i < groups * copies; i++)
        {
            Add(graph, vectors[i / copies]); // one group of copies after the other, which is the worst order
        }

        var found = vectors.Sum(vector => Search(graph, vector, copies, 100).Count(n => n.Distance < 1e-3));
        found.Should().BeGreaterThanOrEqualTo(groups * copies * 85 / 100, "a few are only found by a scan; without care it is four in five");
    }

    [Fact]
    public void The_last_item_can_be_deleted_and_a_first_one_added_again()
    {
        using var graph = new VectorGraph(2, Metric.L2, Quantization.None, 4, 10, 1);
        for (var round = 0; round < 3; round++)
        {
            var first = Add(graph, [1, 0]);
            var second = Add(graph, [0, 1]);
            graph.Delete(first);
            graph.Delete(second);
            Search(graph, [1, 0], 5, 10).Should().BeEmpty();
            var bridged = Add(graph, [1, 1]); // while there are only deleted nodes to link to
            Search(graph, [1, 0], 5, 10).Select(n => n.Node).Should().Equal(bridged);
            Vacuum(graph);
            Search(graph, [1, 0], 5, 10).Select(n => n.Node).Should().Equal(bridged);
            graph.Delete(bridged);
            Vacuum(graph);
            graph.Graph.Entry.Should().BeNull();
            graph.FreeCount.Should().Be((int)graph.NodeCount);
            graph.NodeCount.Should().BeLessThanOrEqualTo(3);
        }
    }

    private static VectorGraph Build(Metric metric, Quantization quantization, out Random random)
    {
        random = new Random(42);
        var graph = new VectorGraph(Dimension, metric, quantization, 12, 100, 7);
        foreach (var vector in Vectors(random, Count))
        {
            Add(graph, vector);
        }

        return graph;
    }

    private static IEnumerable<float[]> Vectors(Random random, int count)
    {
        var centres = Enumerable.Range(0, 40).Select(i => Gaussian(new Random(i), 1)).ToList();
        for (var i = 0; i < count; i++)
        {
            yield return [.. centres[random.Next(centres.Count)].Zip(Gaussian(random, 0.5f), (a, b) => a + b)];
        }
    }

    private static float[] Gaussian(Random random, float scale) =>
        [
            .. Enumerable.Range(0, Dimension).Select(
                _ => scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))
        ];

    private static uint Add(VectorGraph graph, float[] vector)
    {
        var node = graph.Take(vector);
        graph.Publish(node);
        var context = graph.Enter();
        graph.Link(node, context);
        graph.Leave(context);
        graph.Enliven(node);
        return node;
    }

    /// <summary>The live nodes that the widest search does not reach, in any of twenty searches for different vectors.</summary>
    private static List<uint> Unreachable(VectorGraph graph)
    {
        var live = Enumerable.Range(0, (int)graph.NodeCount).Select(n => (uint)n).Where(graph.IsLive).ToList();
        return [.. Enumerable.Range(0, 20)
            .SelectMany(i => live.Except(Search(graph, graph.Read(live[i * live.Count / 20]).ToArray(), live.Count, live.Count).Select(n => n.Node)))
            .Distinct()];
    }

    /// <summary>Removes the tree marks of all links, and all links from and to one node.</summary>
    private static unsafe uint ForgetTree(VectorGraph graph)
    {
        var links = graph.Graph.Links;
        var lost = Enumerable.Range(0, (int)graph.NodeCount).Select(n => (uint)n).First(n => graph.IsLive(n) && links.Head(n)->Level == 0);
        for (var node = 0u; node < graph.NodeCount; node++)
        {
            links.Head(node)->TreeCount = 0;
            var list = links.List(node, 0);
            var others = new ReadOnlySpan<uint>(list, LinkTable.Count(list, links.M0))
                .ToArray()
                .Select(link => link - 1)
                .Where(to => node != lost && to != lost)
                .ToArray();
            LinkTable.Replace(list, links.M0, others);
        }

        return lost;
    }

    private static void Vacuum(VectorGraph graph)
    {
        graph.Repair(2);
        var detached = graph.Detach(2);
        graph.WaitForReaders();
        graph.Free(detached);
    }

    private static List<Neighbour> Search(VectorGraph graph, float[] query, int k, int ef)
    {
        var results = new List<Neighbour>();
        var context = graph.Enter();
        graph.Search(query, k, ef, null, int.MaxValue, context, results);
        graph.Leave(context);
        return results;
    }

    private static (double Recall, double Compared) Recall(VectorGraph graph, int ef)
    {
        var (hits, compared) = (0, 0L);
        foreach (var query in Vectors(new Random(99), QueryCount))
        {
            var (exact, walked) = (new List<Neighbour>(), new List<Neighbour>());
            var context = graph.Enter();
            graph.Scan(query, K, null, null, context, exact);
            graph.Search(query, K, ef, null, int.MaxValue, context, walked);
            compared += context.ScoreCount;
            graph.Leave(context);
            hits += exact.Select(n => n.Node).Intersect(walked.Select(n => n.Node)).Count();
        }

        return ((double)hits / (QueryCount * K), (double)compared / QueryCount);
    }
}
