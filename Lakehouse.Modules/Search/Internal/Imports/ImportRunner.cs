using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Text;
using Lakehouse.Embed;
using Lakehouse.Storage;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>
/// Makes an index hold exactly the rows of a version of a dataset. The rows are compared with the items of the index, so the work of an interrupted import, or
/// of one of an earlier version, is not repeated, and only the target version has to be stored.
/// </summary>
internal sealed class ImportRunner(
    IVectorIndexes indexes, IEmbedder embedder, DatasetRows dataset, IScratchSpace scratch, SearchOptions options, EmbedOptions embedOptions,
    VectorOptions vectorOptions)
{
    private const int PageOfIds = 100_000;

    /// <summary>Runs an import to its end. The index then holds exactly the rows of the version that is returned.</summary>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="name">The index.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="import">The import.</param>
    /// <param name="held">The version whose rows the index holds by the same import: where rows were only added to it since, these alone are read.</param>
    /// <param name="cancellationToken">Stops the import.</param>
    public async Task<long> RunAsync(
        ImportProgress progress, IndexName name, Guid generation, ImportRequest import, long? held, CancellationToken cancellationToken)
    {
        await using var spool = new RowSpool(scratch);
        var (version, isAddition) = await dataset.ReadAsync(import, held, chunk => spool.AddAsync(chunk, cancellationToken), cancellationToken);
        progress.Begin(version, spool.RowCount, isAddition);
        var lastRow = await FindLastRowsAsync(spool, import, cancellationToken);
        var others = new List<string>();
        await Parallel.ForEachAsync(
            BatchesAsync(spool, import, lastRow, others, progress, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.ImportConcurrency, CancellationToken = cancellationToken },
            async (batch, stop) => await ImportAsync(name, generation, import, batch, progress, stop));
        await (isAddition
            ? RemoveAsync(name, generation, others, progress, cancellationToken)
            : RemoveOthersAsync(name, generation, lastRow, progress, cancellationToken));
        return version;
    }

    /// <summary>Returns the last row of each id, by the first 16 bytes of the id's hash.</summary>
    private static async Task<Dictionary<UInt128, long>> FindLastRowsAsync(RowSpool spool, ImportRequest import, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<UInt128, long>();
        await foreach (var (firstRow, chunk) in spool.ReadAsync(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var id = RowParser.Id(chunk, row)
                    ?? throw SearchErrors.Import($"row {firstRow + row + 1} of the dataset '{import.Dataset}' has no {import.IdColumn}; an item needs an id");
                rows[KeyOf(id)] = firstRow + row;
            }
        }

        return rows;
    }

    private static UInt128 KeyOf(string id) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>The rows that are items, in batches. The ids whose last row is none are taken out of those of the rows, and added to the others.</summary>
    private async IAsyncEnumerable<List<ImportRow>> BatchesAsync(
        RowSpool spool, ImportRequest import, Dictionary<UInt128, long> lastRow, List<string> others, ImportProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = Math.Min(options.ImportBatchRows, vectorOptions.MaxBatchItems);
        var batch = new List<ImportRow>(size);
        await foreach (var (firstRow, chunk) in spool.ReadAsync(cancellationToken))
        {
            var row = firstRow;
            foreach (var item in RowParser.Parse(chunk, import))
            {
                var key = KeyOf(item.Id!);
                var isLast = lastRow[key] == row++;
                var isItem = import.VectorColumn is not null ? item.Vector is not null : !string.IsNullOrWhiteSpace(item.Text);
                if (!isLast || !isItem)
                {
                    // An item that an earlier version had is removed at the end.
                    if (isLast)
                    {
                        lastRow.Remove(key);
                        others.Add(item.Id!);
                    }

                    progress.Skip();
                    continue;
                }

                batch.Add(
                    item.Text is { } text && Utf8Text.IsLonger(text, vectorOptions.MaxTextBytes, out _)
                        ? item with { Text = Utf8Text.Cut(text, vectorOptions.MaxTextBytes) }
                        : item);
                if (batch.Count == size)
                {
                    yield return batch;
                    batch = new List<ImportRow>(size);
                }
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private async Task ImportAsync(
        IndexName name, Guid generation, ImportRequest import, List<ImportRow> rows, ImportProgress progress, CancellationToken cancellationToken)
    {
        var stored = await indexes.GetAsync(
            name, [.. rows.Select(r => r.Id!)], ItemParts.Metadata | ItemParts.Text | ItemParts.Vector, cancellationToken);
        var items = new List<VectorItem>();
        var toEmbed = new List<ImportRow>();
        var unchanged = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, before) = (rows[i], stored[i]);
            var isSameText = before is not null && (before.Text ?? string.Empty) == (row.Text ?? string.Empty);
            var isSameVector = row.Vector is null || (before?.Vector is { } vector && vector.AsSpan().SequenceEqual(row.Vector));
            if (isSameText && isSameVector && IsSameMetadata(before!, row))
            {
                unchanged++;
            }
            else if (row.Vector is not null)
            {
                items.Add(ItemOf(row, row.Vector));
            }
            else if (isSameText)
            {
                items.Add(ItemOf(row, before!.Vector!));
            }
            else
            {
                toEmbed.Add(row);
            }
        }

        // A row with a vector counts as embedded, whichever part of it has changed.
        var updated = import.VectorColumn is null ? items.Count : 0;
        foreach (var part in toEmbed.Chunk(embedOptions.MaxTexts))
        {
            var request = new EmbedRequest([.. part.Select(r => r.Text!)], import.Model, EmbedInput.Document, Truncate: true);
            var answer = await embedder.EmbedAsync(request, cancellationToken);
            items.AddRange(part.Select((row, i) => ItemOf(row, answer.Vectors[i])));
        }

        if (items.Count > 0)
        {
            await indexes.AddAsync(name, items, generation, cancellationToken);
        }

        progress.Add(items.Count - updated, updated, unchanged);
    }

    private static bool IsSameMetadata(StoredItem stored, ImportRow row) =>
        row.Metadata.IsEmpty || JsonElement.DeepEquals(JsonElement.Parse(stored.Metadata), JsonElement.Parse(row.Metadata.Span));

    // An empty text clears the stored text; null would keep it.
    private static VectorItem ItemOf(ImportRow row, ReadOnlyMemory<float> vector) => new(row.Id!, vector, row.Metadata, row.Text ?? string.Empty);

    /// <summary>Removes the items whose ids are not those of rows of the version.</summary>
    private async Task RemoveOthersAsync(
        IndexName name, Guid generation, Dictionary<UInt128, long> rows, ImportProgress progress, CancellationToken cancellationToken)
    {
        var startAfter = string.Empty;
        while ((await indexes.ShowAsync(name, cancellationToken)).ItemCount > rows.Count)
        {
            var page = await indexes.ListItemsAsync(name, startAfter, PageOfIds, ItemParts.None, cancellationToken);
            await RemoveAsync(name, generation, page.Items.Select(i => i.Id).Where(i => !rows.ContainsKey(KeyOf(i))), progress, cancellationToken);
            if (!page.IsTruncated)
            {
                return;
            }

            startAfter = page.Items[^1].Id;
        }
    }
    private async Task RemoveAsync(IndexName name, Guid generation, IEnumerable<string> ids, ImportProgress progress, CancellationToken cancellationToken)
    {
        foreach (var part in ids.Chunk(vectorOptions.MaxBatchItems))
        {
            var removed = await indexes.RemoveAsync(name, part, generation, cancellationToken);
            progress.Remove(removed.DeletedCount);
        }
    }
}
