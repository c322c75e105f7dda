using System.Diagnostics;
using Lakehouse.Vector;
using Lakehouse.Vector.Hnsw;

namespace Lakehouse.Bench.Vectors;

/// <summary>A graph over vectors whose node numbers are their positions.</summary>
internal sealed class BenchedGraph : IDisposable
{
    private readonly int _dimension;

    public BenchedGraph(float[] vectors, int dimension, Quantization quantization, int m, int efConstruction, int threads)
    {
        _dimension = dimension;
        Graph = new VectorGraph(dimension, Metric.InnerProduct, quantization, m, efConstruction, seed: 1);
        var started = Stopwatch.GetTimestamp();
        var count = vectors.Length / dimension;
        for (var i = 0; i < count; i++)
        {
            Graph.Publish(Graph.Take(vectors.AsSpan(i * dimension, dimension)));
        }

        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var context = Graph.Enter();
            Graph.Link((uint)i, context);
            Graph.Enliven((uint)i);
            Graph.Leave(context);
        });
        BuildSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public VectorGraph Graph { get; }

    public double BuildSeconds { get; }

    /// <summary>Answers every query on one thread.</summary>
    public (double Seconds, int[][] Found) Search(float[] queries, int ef, int k)
    {
        var found = new int[queries.Length / _dimension][];
        var results = new List<Neighbour>(k);
        var started = Stopwatch.GetTimestamp();
        for (var q = 0; q < found.Length; q++)
        {
            var context = Graph.Enter();
            Graph.Search(queries.AsSpan(q * _dimension, _dimension), k, ef, null, int.MaxValue, context, results);
            Graph.Leave(context);
            found[q] = [.. results.Select(r => (int)r.Node)];
        }

        return (Stopwatch.GetElapsedTime(started).TotalSeconds, found);
    }

    public void Dispose() => Graph.Dispose();
}
