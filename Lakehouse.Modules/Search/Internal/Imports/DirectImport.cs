using Lakehouse.Core.Errors;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>
/// Adds the rows of a dataset that have vectors, in batches, each durable before the next one is read. Of rows with the same id the last one is kept.
/// </summary>
internal sealed class DirectImport(IVectorIndexes indexes, DatasetRows dataset, SearchOptions options, VectorOptions vectors)
{
    public async Task<DirectImportResult> RunAsync(IndexName name, ImportRequest import, CancellationToken cancellationToken)
    {
        var info = await indexes.ShowAsync(name, cancellationToken);
        var result = new DirectImportResult(0, 0, 0, 0, info.ItemCount);
        var batch = new Dictionary<string, VectorItem>(StringComparer.Ordinal);
        long rows = 0;
        var (version, _) = await dataset.ReadAsync(
            import,
            since: null,
            async chunk =>
            {
                foreach (var row in RowParser.Parse(chunk, import))
                {
                    rows++;
                    if (row.Vector is null)
                    {
                        result = result with { SkippedCount = result.SkippedCount + 1 };
                        continue;
                    }

                    var id = row.Id
                        ?? throw new LakehouseException(
                            ErrorKind.InvalidInput,
                            "invalid_item",
                            $"Row {rows} of the dataset '{import.Dataset}' has no {import.IdColumn}; an item needs an id.");
                    batch[id] = new VectorItem(id, row.Vector, row.Metadata);
                    if (batch.Count == Math.Min(options.ImportBatchRows, vectors.MaxBatchItems))
                    {
                        result = await AddAsync(name, batch, result, rows, cancellationToken);
                    }
                }
            },
            cancellationToken);
        result = await AddAsync(name, batch, result, rows, cancellationToken);
        var origin = new DatasetOrigin(
            import.Dataset, version, null, import.IdColumn, null, import.VectorColumn, import.MetadataColumns, Owns: false, Follow: false);
        await indexes.SetOwnerAsync(name, new VectorOrigin(info.Origin?.Embedding, origin), info.Generation, cancellationToken);
        return result;
    }

    private async Task<DirectImportResult> AddAsync(
        IndexName name, Dictionary<string, VectorItem> batch, DirectImportResult so, long rows, CancellationToken cancellationToken)
    {
        try
        {
            var items = batch.Values.ToList();
            batch.Clear();
            var added = await indexes.AddAsync(name, items, null, cancellationToken);
            return new DirectImportResult(rows, so.AddedCount + added.AddedCount, so.UpdatedCount + added.UpdatedCount, so.SkippedCount, added.ItemCount);
        }
        catch (LakehouseException error) when (error.Kind == ErrorKind.InvalidInput)
        {
            throw new LakehouseException(
                error.Kind, error.Code, $"Among rows {so.RowCount + 1} to {rows}: {error.Message} The {so.RowCount} rows before are in the index.", error);
        }
    }
}
