using System.Runtime.CompilerServices;
using Lakehouse.Query;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary><c>lakehouse.indexes</c>: the vector indexes, and the datasets that they were imported from.</summary>
internal sealed class IndexesTable(IVectorIndexes indexes) : ISystemTable
{
    public string Name => "indexes";

    public IReadOnlyList<QueryColumn> Columns { get; } =
    [
        new("name", "VARCHAR"), new("status", "VARCHAR"), new("dimension", "BIGINT"), new("distance", "VARCHAR"), new("quantization", "VARCHAR"),
        new("items", "BIGINT"), new("texts", "BIGINT"), new("deleted", "BIGINT"), new("memory_bytes", "BIGINT"), new("log_batches", "BIGINT"),
        new("dataset", "VARCHAR"), new("dataset_version", "BIGINT"), new("created_at", "TIMESTAMP"), new("fault", "VARCHAR"),
    ];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var index in indexes.ListSeen())
        {
            var origin = index.Origin?.Dataset;
            yield return
            [
                index.Spec.Name.Value, index.Status.ToString().ToLowerInvariant(), (long)index.Spec.Dimension, index.Spec.MetricName,
                index.Spec.QuantizationName, index.ItemCount, index.TextCount, index.DeletedCount, index.MemoryBytes, index.LogCount,
                origin?.Dataset, origin?.Version, index.CreatedAt, index.Error,
            ];
        }
    }
}
