using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lakehouse.Core.Configuration;
using Lakehouse.Hnsw;
using Lakehouse.Vector;
using Lakehouse.Vector.Internal;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Metadata;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Bench.Vectors;

/// <summary>An index in this process. Ids are the positions of the vectors; the metadata, if any, is <c>{"n": position % 1000}</c>.</summary>
internal sealed class BenchedIndex : IDisposable
{
    private readonly float[] _vectors;
    private readonly int _threads;
    private readonly bool _hasMetadata;

    public BenchedIndex(float[] vectors, int dimension, Quantization quantization, int m, int efConstruction, int threads, bool hasMetadata = true)
    {
        (_vectors, _threads, _hasMetadata) = (vectors, threads, hasMetadata);
        Index = new VectorIndex(new VectorIndexSpec(IndexName.Parse("bench"), dimension, Metric.InnerProduct, quantization, m, efConstruction, EfSearch: 64));
        var started = Stopwatch.GetTimestamp();
        Add([.. Enumerable.Range(0, vectors.Length / dimension)]);
        BuildSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public VectorIndex Index { get; }

    public double BuildSeconds { get; }

    public static VectorOptions Options { get; } = VectorOptions.Read(new SettingsReader(new ConfigurationBuilder().Build()));

    public void Add(int[] positions)
    {
        var dimension = Index.Spec.Dimension;
        const int batch = 10_000;
        foreach (var part in positions.Chunk(batch))
        {
            var entries = part.Select(i => new ItemBatch.Entry(
                Encoding.UTF8.GetBytes(Id(i)), _vectors.AsMemory(i * dimension, dimension), _hasMetadata, MetadataDocument.Encode(
                    Encoding.UTF8.GetBytes($"{{\"n\":{i % 1_000}}}"))));
            Index.Add(ItemBatch.FromLog([.. entries]), _threads, () => { });
        }
    }

    public void Remove(int[] positions)
    {
        Index.Remove([.. positions.Select(i => Encoding.UTF8.GetBytes(Id(i)))]);
        Index.Vacuum(_threads);
    }

    /// <summary>Answers every query on one thread, as positions of vectors.</summary>
    public (double Seconds, int[][] Found) Search(float[] queries, int ef, int k)
    {
        var dimension = Index.Spec.Dimension;
        var nodes = new uint[queries.Length / dimension][];
        var results = new List<Neighbour>(k);
        var started = Stopwatch.GetTimestamp();
        for (var q = 0; q < nodes.Length; q++)
        {
            var context = Index.Graph.Enter();
            Index.Graph.Search(queries.AsSpan(q * dimension, dimension), k, ef, null, int.MaxValue, context, results);
            Index.Graph.Leave(context);
            nodes[q] = [.. results.Select(r => r.Node)];
        }

        return (
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            [.. nodes.Select(found => found.Select(node => Position(Encoding.UTF8.GetString(Index.Id(node)))).ToArray())]);
    }

    /// <summary>Answers one query with ids and metadata, as the API does.</summary>
    public VectorAnswer Ask(VectorQuery query) => new IndexSearch(Index, Options).Run(query, owner: null, new AnswerSize(long.MaxValue));

    public static int Position(string id) => int.Parse(id, CultureInfo.InvariantCulture);

    public void Dispose() => Index.Dispose();

    private static string Id(int position) => position.ToString(CultureInfo.InvariantCulture);
}
