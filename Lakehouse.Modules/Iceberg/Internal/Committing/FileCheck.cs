using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Iceberg.Internal.Parquet;
using Lakehouse.Iceberg.Internal.Publishing;
using Lakehouse.Iceberg.Internal.Tables;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Iceberg.Internal.Committing;

/// <summary>Looks at data files that another engine has written, before they become part of a dataset.</summary>
internal sealed class FileCheck(TableFiles files, IDataFiles shapes, IObjectStore store, CatalogOptions options, TimeProvider time)
{
    private const int AtOnce = 4;

    /// <summary>Requires that files are there, are as their manifests say, and have the columns of a table.</summary>
    /// <param name="entries">What the manifests say of them.</param>
    /// <param name="columns">The columns of the dataset.</param>
    /// <param name="schema">The table's schema, of these columns.</param>
    /// <param name="fieldIds">As of <see cref="TableTraits"/>.</param>
    /// <param name="isAllowed">
    /// Whether a file at a key may be part of the dataset; null: any may be, whatever other columns it has and however old it is.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The files, with their own columns, and the columns that the dataset has with them: wider where the table says the same of both.</returns>
    /// <exception cref="LakehouseException"><c>invalid_commit</c> (<see cref="ErrorKind.InvalidInput"/>): which file, and why.</exception>
    public async Task<(IReadOnlyList<OfferedFile> Files, IReadOnlyList<DatasetColumn> Columns)> CheckAsync(
        IReadOnlyList<ManifestEntry> entries, IReadOnlyList<DatasetColumn> columns, FieldSchema schema, IReadOnlyDictionary<string, int> fieldIds,
        Func<ObjectKey, bool>? isAllowed, CancellationToken cancellationToken)
    {
        var checkedFiles = new OfferedFile[entries.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, entries.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, token) => checkedFiles[i] = await CheckAsync(entries[i], columns, schema, isAllowed, token));

        // Iceberg knows no small whole numbers: a column of them becomes one of INTEGER, which is the same to a table.
        var widened = checkedFiles.Aggregate(columns, (known, file) => SchemaEvolution.Merge(known, file.Columns!));
        return FieldSchema.TryOf(widened, fieldIds, out var now, out var reason) && now.ToJson() == schema.ToJson()
            ? (checkedFiles, widened)
            : throw GivenJson.Invalid($"a data file has columns of other types than the table: {reason ?? Difference(columns, widened)}");
    }

    /// <summary>Requires that data files which were there before are read alike by a new schema.</summary>
    /// <exception cref="LakehouseException"><c>invalid_commit</c>: which one is not.</exception>
    public async Task RequireFitAsync(IEnumerable<DataFile> kept, FieldSchema schema, CancellationToken cancellationToken)
    {
        foreach (var file in kept)
        {
            if (FileFit.FindFault(schema, await files.ReadFooterAsync(file, cancellationToken)) is { } fault)
            {
                throw GivenJson.Invalid($"with these columns other engines would misread the data file {file.Key}: {fault}; commit the columns by themselves");
            }
        }
    }

    private async Task<OfferedFile> CheckAsync(
        ManifestEntry entry, IReadOnlyList<DatasetColumn> columns, FieldSchema schema, Func<ObjectKey, bool>? isAllowed, CancellationToken cancellationToken)
    {
        if (entry.Content != 0)
        {
            throw TableUpdate.DeleteFiles();
        }

        if (!entry.Format.Equals("parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw Unfit(entry, $"it is {entry.Format}, and the data files of the lake are Parquet");
        }

        if (files.KeyOf(entry.Path) is not { } key || isAllowed?.Invoke(key) == false)
        {
            throw Unfit(entry, "it is not below the table's location, where its data files are");
        }

        var found = await store.FindAsync(key, cancellationToken) ?? throw Unfit(entry, "it is not there");
        if (found.SizeBytes != entry.SizeBytes)
        {
            throw Unfit(entry, $"it has {found.SizeBytes} bytes, and its manifest says {entry.SizeBytes}");
        }

        // A collection removes what no version names and is older than the grace period, also while this commit is made.
        if (isAllowed is not null && found.LastModified < time.GetUtcNow() - (options.GcGrace / 2))
        {
            throw Unfit(entry, "it was written too long ago (half of catalog.gc_grace), so that it may be collected at any time; write it again");
        }

        var data = new DataFile(key, found.SizeBytes, entry.RowCount);
        try
        {
            var footer = await files.ReadFooterAsync(data, cancellationToken);
            if (footer.RowCount != entry.RowCount)
            {
                throw Unfit(entry, $"it has {footer.RowCount} rows, and its manifest says {entry.RowCount}");
            }

            if (FileFit.FindFault(schema, footer) is { } fault)
            {
                throw Unfit(entry, fault);
            }

            var shape = await shapes.DescribeAsync(data, 0, cancellationToken);
            return new OfferedFile(key, entry.RowCount, Columns: OwnColumns(entry, shape.Columns, columns, schema, takesOthers: isAllowed is null));
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            throw Unfit(entry, error.Message);
        }
    }

    /// <summary>The columns of a file that are the table's, as DuckDB reads them.</summary>
    private static IReadOnlyList<DatasetColumn> OwnColumns(
        ManifestEntry entry, IReadOnlyList<DatasetColumn> own, IReadOnlyList<DatasetColumn> columns, FieldSchema schema, bool takesOthers)
    {
        var names = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        DatasetColumn[] shared = [.. own.Where(c => names.Contains(c.Name))];
        if (!takesOthers && own.FirstOrDefault(c => !names.Contains(c.Name)) is { } more)
        {
            // Were such a column added to the table later, some engines would see its values and others NULL.
            throw Unfit(entry, $"its column '{more.Name}' is none of the table's; add it to the table first, or leave it out");
        }

        if (shared.Length == 0)
        {
            throw Unfit(entry, "it has none of the table's columns");
        }

        // What is of the same place and kind has the same key, and what a reader of the table would take for something else has none of them.
        var keys = schema.Fields.SelectMany(f => f.All).Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        return !FieldSchema.TryOf(shared, null, out var fields, out var reason) ? throw Unfit(entry, reason)
            : fields.Fields.SelectMany(f => f.All).FirstOrDefault(f => !keys.Contains(f.Key)) is { } other
                ? throw Unfit(entry, $"its column '{other.Name}' is {other.ColumnType}, which the table's is not")
            : shared;
    }

    private static LakehouseException Unfit(ManifestEntry entry, string reason) => GivenJson.Invalid($"the data file {entry.Path} does not fit: {reason}");

    private static string Difference(IReadOnlyList<DatasetColumn> columns, IReadOnlyList<DatasetColumn> widened) =>
        columns.Zip(widened).Where(p => p.First != p.Second).Select(p => $"'{p.First.Name}' is {p.First.Type}, and would be {p.Second.Type}").First();
}
