using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Http;

namespace Lakehouse.Vector.Internal;

/// <summary>Adds the rows of a dataset in batches, each durable before the next one is read. Of rows with one id the last counts.</summary>
internal sealed class VectorImporter(IVectorIndexes indexes, IVectorSource source, VectorOptions options)
{
    public async Task<ImportResponse> RunAsync(IndexName name, VectorImport import, CancellationToken cancellationToken)
    {
        var result = new ImportResponse(0, 0, 0, 0, indexes.Show(name).ItemCount);
        var batch = new Dictionary<string, VectorItem>(StringComparer.Ordinal);
        long rows = 0;
        await foreach (var item in source.ReadAsync(import, cancellationToken))
        {
            rows++;
            if (item is null)
            {
                result = result with { Skipped = result.Skipped + 1 };
                continue;
            }

            batch[item.Id] = item;
            if (batch.Count == Math.Min(options.ImportBatchItems, options.MaxBatchItems))
            {
                result = await AddAsync(name, batch, result, rows, cancellationToken);
            }
        }

        return await AddAsync(name, batch, result, rows, cancellationToken);
    }

    private async Task<ImportResponse> AddAsync(IndexName name, Dictionary<string, VectorItem> batch, ImportResponse so, long rows, CancellationToken cancellationToken)
    {
        try
        {
            var items = batch.Values.ToList();
            batch.Clear();
            var added = await indexes.AddAsync(name, items, null, cancellationToken);
            return new ImportResponse(rows, so.Added + added.AddedCount, so.Updated + added.UpdatedCount, so.Skipped, added.ItemCount);
        }
        catch (LakehouseException fault) when (fault.Kind == ErrorKind.InvalidInput)
        {
            throw new LakehouseException(fault.Kind, fault.Code, $"Among rows {so.Rows + 1} to {rows}: {fault.Message} The {so.Rows} rows before are in the index.", fault);
        }
    }
}
