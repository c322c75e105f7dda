using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Stored;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>
/// Changes rows by copy on write. One query finds the data files that have rows which go; only these are written again. The statements run on an engine like
/// all others. A commit that another writer overtakes is made again from the new version.
/// </summary>
internal sealed partial class RowEditor(QueryEngine engine, ICatalog catalog, IObjectStore store, IScratchSpace scratch, QueryOptions options) : IDatasetRows
{
    private const int TriesMax = 8;

    private const string Rows = "rows" + RowStatement.Version;
    private const string New = "new" + RowStatement.Version;

    /// <summary>Data files are written again together up to this size, so that many small ones become fewer.</summary>
    private const long GroupBytes = 64 << 20;

    public Task<RowChange> DeleteAsync(DatasetName name, string condition, string? parameters, CancellationToken cancellationToken)
    {
        RequireExpression(condition);
        Caller.Current.RequireWhole(name.Value);

        // A condition may name tables, but not this one: what is in it differs from step to step.
        var source = $"rows_{Guid.NewGuid():N}{RowStatement.Version}";
        var alias = $"AS {DuckDbSql.Identifier(name.Value)}";
        return TryAsync(async () =>
        {
            // Another process may have brought rows that this one has not heard of: what is not there now is said to be not there.
            await catalog.RefreshAsync(name, cancellationToken);
            var dataset = catalog.Require(name);
            RequireOwn(dataset);
            var table = new AttachedTable(dataset.Objects, dataset.Columns);
            var statement = new RowStatement($"DELETE FROM {name} WHERE {condition}", source, table, parameters, AttachedTable.None, StatementRequest.NoPins)
            {
                Order = RowStatement.OrderOf(dataset),
                FieldIds = dataset.Table?.FieldIds,
            };
            try
            {
                statement = statement with { Pins = await CheckAsync(statement, alias, condition, cancellationToken) };
            }
            catch (LakehouseException error)
            {
                throw InCondition(error, name, source);
            }

            var found = await FindAsync(statement, $"{alias} WHERE (\n{condition}\n)", cancellationToken);
            if (found.Count == 0)
            {
                return new RowChange(new CommitResult(dataset, IsUnchanged: true), 0);
            }

            using var folder = scratch.Create();
            var rewrites = await RewriteAsync(name, statement, found, $"{alias} WHERE (\n{condition}\n) IS NOT TRUE", folder.Path, cancellationToken);
            var removed = RemovedCount(found, rewrites);
            var commit = new DatasetCommit(
                name, dataset.Fingerprint, dataset.Columns, [], -removed, "delete", CommitMode.Append, ExpectedVersion: dataset.Version, Rewrites: rewrites);
            return new RowChange(await catalog.CommitAsync(commit, CancellationToken.None), removed);
        });
    }

    public Task<RowChange> UpsertAsync(DatasetCommit commit, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        TryAsync(() => UpsertOnceAsync(commit, keys, cancellationToken), commit.ExpectedVersion is null ? TriesMax : 1);

    private async Task<RowChange> UpsertOnceAsync(DatasetCommit commit, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        Caller.Current.RequireWhole(commit.Name.Value);
        var dataset = catalog.Find(commit.Name);
        if (dataset is not null)
        {
            RequireOwn(dataset);
        }

        // Both sides as the wider type, so that they can be compared.
        var columns = dataset is null ? commit.Columns : SchemaEvolution.Merge(dataset.Columns, commit.Columns);
        RequireKeys(keys, dataset?.Columns ?? [], commit.Columns, columns);
        using var folder = scratch.Create();
        var files = await LastOfEachAsync(commit, keys, folder.Path, cancellationToken);
        commit = commit with { ExpectedVersion = commit.ExpectedVersion ?? dataset?.Version ?? 0, Mode = CommitMode.Append };
        var rowCount = files.Sum(f => f.RowCount ?? 0);
        if (dataset is null || dataset.Objects.Count == 0)
        {
            return new RowChange(await catalog.CommitAsync(commit with { Objects = files, RowCount = rowCount }, CancellationToken.None), 0);
        }

        var news = new Dictionary<string, AttachedTable> { [New] = new(await AsDataFilesAsync(files, commit.Columns, columns, cancellationToken), columns) };
        var table = new AttachedTable([.. dataset.Objects.Select(o => o with { Columns = OwnColumns(o.Columns ?? dataset.Columns, columns) })], columns);
        var match = string.Join(" AND ", keys.Select(k => $"r.{DuckDbSql.Identifier(k)} = n.{DuckDbSql.Identifier(k)}"));
        var statement = new RowStatement($"UPSERT INTO {commit.Name}", Rows, table, null, news, StatementRequest.NoPins)
        {
            Order = RowStatement.OrderOf(dataset),
            FieldIds = dataset.Table?.FieldIds,
        };
        var found = await FindAsync(statement, $"r SEMI JOIN \"{New}\" n ON {match}", cancellationToken);
        var rewrites = found.Count == 0
            ? null
            : await RewriteAsync(commit.Name, statement, found, $"r ANTI JOIN \"{New}\" n ON {match}", folder.Path, cancellationToken);
        var removed = rewrites is null ? 0 : RemovedCount(found, rewrites);
        var result = await catalog.CommitAsync(
            commit with { Objects = files, RowCount = rowCount - removed, Rewrites = rewrites }, CancellationToken.None);
        return new RowChange(result, result.IsUnchanged ? 0 : removed);
    }

    /// <summary>
    /// How many rows are gone. A condition that is not the same each time, such as one that reads other datasets, may have removed others than were found.
    /// </summary>
    private static long RemovedCount(IReadOnlyList<FoundFile> found, IReadOnlyList<FileRewrite> rewrites) =>
        found.All(f => f.File is { IsOwn: true, RowCount: not null })
            ? found.Sum(f => f.File.RowCount!.Value) - rewrites.Sum(r => r.Files.Sum(f => f.RowCount!.Value))
            : found.Sum(f => f.Count);

    /// <summary>Lets the engine judge a condition over the columns of the dataset alone, so that its errors name these.</summary>
    /// <returns>The versions of the other datasets that it reads, so that every step reads the same.</returns>
    private async Task<IReadOnlyDictionary<string, DatasetVersion>> CheckAsync(
        RowStatement statement, string alias, string condition, CancellationToken cancellationToken)
    {
        var value = $"SELECT (\n{condition}\n) FROM \"{statement.Source}\" {alias} LIMIT 0";
        await using (var values = await engine.ReadAsync(statement, value, options.RewriteTimeout, cancellationToken))
        {
            if (values.Columns is not [{ Type: "BOOLEAN" }])
            {
                throw GateErrors.Invalid($"where is no condition: it is {string.Join(", ", values.Columns.Select(c => c.Type))}, and not true or false");
            }
        }

        var sql = $"SELECT 1 FROM \"{statement.Source}\" {alias} WHERE (\n{condition}\n) LIMIT 0";
        await using var rows = await engine.ReadAsync(statement, sql, options.RewriteTimeout, cancellationToken);
        return rows.Head.Datasets.Where(d => rows.Head.Newest.Contains(d.Name) && d.Name != statement.Source).DistinctBy(d => d.Name)
            .ToDictionary(d => d.Name, d => new DatasetVersion(d.Version, default), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Puts one data file in the place of several of a dataset, which hold the same rows.</summary>
    /// <exception cref="LakehouseException">
    /// <c>version_conflict</c>, <c>schema_conflict</c>: another writer has changed them. As <see cref="IQueryEngine.AnswerAsync"/>.
    /// </exception>
    public async Task<CommitResult> MergeAsync(Manifest dataset, IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        try
        {
            return await CommitMergedAsync(dataset, files, cancellationToken);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    public Task<CommitResult> RewriteAsync(Manifest dataset, DataFile file, CancellationToken cancellationToken) =>
        MergeAsync(dataset, [file], cancellationToken);

    public async Task<CommitResult> ConvertAsync(Manifest dataset, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        RequireOwn(dataset);
        using var folder = scratch.Create();
        var statement = RowStatement.Of($"ALTER TYPES OF {dataset.Name}", Rows, new AttachedTable(dataset.Objects, dataset.Columns)) with
        {
            FieldIds = dataset.Table?.FieldIds,
            Order = RowStatement.OrderOf(dataset),
        };
        try
        {
            foreach (var (old, now) in dataset.Columns.Zip(columns).Where(c => c.First.Type != c.Second.Type))
            {
                await RequireKeptAsync(dataset.Name, statement, old, now, cancellationToken);
            }

            var casts = string.Join(", ", columns.Select(c => $"CAST({DuckDbSql.Identifier(c.Name)} AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}"));
            var files = dataset.Objects.Select((file, i) => new FoundFile(file, i, 0)).ToList();
            var rewrites = await RewriteAsync(dataset.Name, statement, files, string.Empty, folder.Path, cancellationToken, casts);
            var commit = new DatasetCommit(
                dataset.Name, SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type))), columns, [], 0, "types", CommitMode.Append,
                ExpectedVersion: dataset.Version, Schema: SchemaRule.Set, Rewrites: rewrites, KeepsRows: true);
            return await catalog.CommitAsync(commit, CancellationToken.None);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    /// <summary>Requires that a column's values are the same in another type and back.</summary>
    private async Task RequireKeptAsync(
        DatasetName name, RowStatement statement, DatasetColumn old, DatasetColumn now, CancellationToken cancellationToken)
    {
        var column = DuckDbSql.Identifier(old.Name);
        var sql = $"SELECT (count(*) FILTER (TRY_CAST(TRY_CAST({column} AS {now.Type}) AS {old.Type}) IS DISTINCT FROM {column}))::VARCHAR FROM \"{Rows}\"";
        await using var rows = await engine.ReadAsync(statement, sql, options.RewriteTimeout, cancellationToken);
        var lost = Encoding.UTF8.GetString((await rows.ReadAsync(cancellationToken))!.GetText(0, 0).Span);
        if (lost != "0")
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "values_lost",
                $"The column '{old.Name}' of '{name}' is {old.Type}, and {lost} of its values are not the same as {now.Type}.");
        }
    }

    public async Task<OfferedFile> WriteNoneAsync(
        DatasetName name, IReadOnlyList<DatasetColumn> columns, TableTraits? table, CancellationToken cancellationToken)
    {
        using var folder = scratch.Create();
        var statement = RowStatement.Of($"CREATE {name}", Rows, new AttachedTable([], columns)) with { FieldIds = table?.FieldIds };
        try
        {
            return (await StoreAsync(name, statement, $"SELECT * FROM \"{Rows}\"", folder.Path, isNeeded: true, cancellationToken))!;
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    private async Task<CommitResult> CommitMergedAsync(Manifest dataset, IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        using var folder = scratch.Create();
        var statement = RowStatement.Of($"MERGE FILES OF {dataset.Name}", Rows, new AttachedTable(files, dataset.Columns)) with
        {
            FieldIds = dataset.Table?.FieldIds,
        };
        var sql = $"SELECT * FROM \"{Rows}\"{RowStatement.OrderOf(dataset)}";
        var merged = await StoreAsync(dataset.Name, statement, sql, folder.Path, isNeeded: true, cancellationToken);
        if (files.All(f => f.RowCount is not null) && files.Sum(f => f.RowCount) != merged!.RowCount)
        {
            throw new LakehouseException(
                ErrorKind.Failed,
                "engine_failed",
                $"The engine read {merged.RowCount} rows of {files.Sum(f => f.RowCount)} from data files of '{dataset.Name}'.");
        }

        var commit = new DatasetCommit(
            dataset.Name,
            dataset.Fingerprint,
            dataset.Columns,
            [],
            0,
            "compaction",
            CommitMode.Append,
            Rewrites: [new FileRewrite([.. files.Select(f => f.Key)], [merged!])],
            KeepsRows: true);
        return await catalog.CommitAsync(commit, CancellationToken.None);
    }

    /// <summary>Runs a change again when another writer has committed meanwhile.</summary>
    private static async Task<RowChange> TryAsync(Func<Task<RowChange>> change, int triesMax = TriesMax)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await change();
            }
            catch (LakehouseException conflict) when (conflict.Code == "version_conflict" && tries < triesMax)
            {
                // The next try reads what the other writer has left.
            }
            catch (Exception error) when (FileSystemErrors.Is(error))
            {
                throw FileSystemErrors.Translate(error);
            }
        }
    }

    /// <summary>The data files that have rows which a clause selects, and how many of them.</summary>
    private async Task<IReadOnlyList<FoundFile>> FindAsync(RowStatement statement, string clause, CancellationToken cancellationToken)
    {
        var held = new List<ILocalFile>();
        try
        {
            var table = statement.Table;
            var byPath = new Dictionary<string, DataFile>(StringComparer.Ordinal);
            foreach (var file in table.Files)
            {
                var local = await store.LocalizeAsync(file.Key, new ContentHash(file.SizeBytes, file.Sha256), cancellationToken)
                    ?? throw EngineErrors.MissingDataFile(statement.Source, file.Key.Value);
                held.Add(local);
                byPath[local.Path] = file;
            }

            var column = Unique("file@", table.Columns);
            var name = DuckDbSql.Identifier(column);
            var sql = $"SELECT {name}, count(*)::VARCHAR FROM \"{statement.Source}\" {clause} GROUP BY ALL";
            await using var rows = await engine.ReadAsync(
                statement with { Table = table with { FileColumn = column } }, sql, options.RewriteTimeout, cancellationToken);
            var counts = new Dictionary<ObjectKey, long>();
            while (await rows.ReadAsync(cancellationToken) is { } chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    var path = Encoding.UTF8.GetString(chunk.GetText(0, row).Span);
                    counts.Add(byPath[path].Key, long.Parse(chunk.GetText(1, row).Span, CultureInfo.InvariantCulture));
                }
            }

            // The same file can be there more than once, when the same rows were added again: the count is that of all of them.
            var times = table.Files.CountBy(f => f.Key).ToDictionary();
            return
            [
                .. table.Files.Select((file, i) => (file, i)).Where(f => counts.ContainsKey(f.file.Key))
                    .Select(f => new FoundFile(f.file, f.i, counts[f.file.Key] / times[f.file.Key])),
            ];
        }
        finally
        {
            held.ForEach(file => file.Dispose());
        }
    }

    /// <summary>
    /// Writes the rows of data files that a clause selects into new ones, and stores these. Neighbours become one, so the rows keep their order.
    /// </summary>
    private async Task<IReadOnlyList<FileRewrite>> RewriteAsync(
        DatasetName name, RowStatement statement, IReadOnlyList<FoundFile> found, string clause, string folder, CancellationToken cancellationToken,
        string select = "*")
    {
        var rewrites = new List<FileRewrite>();
        for (var start = 0; start < found.Count;)
        {
            var (end, size) = (start, 0L);
            while (end < found.Count && (end == start || (found[end].Index == found[end - 1].Index + 1 && size + found[end].File.SizeBytes <= GroupBytes)))
            {
                size += found[end++].File.SizeBytes;
            }

            var old = found.Skip(start).Take(end - start).Select(f => f.File).ToList();
            start = end;

            // A dataset without files could not be read: the last one stays, without rows.
            var isNeeded = found.Count == statement.Table.Files.Count && end == found.Count && rewrites.All(r => r.Files.Count == 0);
            var part = statement with { Table = statement.Table with { Files = old } };
            var sql = $"SELECT {select} FROM \"{statement.Source}\" {clause}{statement.Order}";
            var file = await StoreAsync(name, part, sql, folder, isNeeded, cancellationToken);
            rewrites.Add(new FileRewrite([.. old.Select(f => f.Key)], file is null ? [] : [file]));
        }

        return rewrites;
    }

    /// <summary>The new rows with each key once: the files as they are where none comes twice.</summary>
    private async Task<IReadOnlyList<OfferedFile>> LastOfEachAsync(
        DatasetCommit commit, IReadOnlyList<string> keys, string folder, CancellationToken cancellationToken)
    {
        var files = await AsDataFilesAsync(commit.Objects, commit.Columns, commit.Columns, cancellationToken);
        var statement = RowStatement.Of($"UPSERT INTO {commit.Name}", New, new AttachedTable(files, commit.Columns)) with
        {
            FieldIds = catalog.Find(commit.Name)?.Table?.FieldIds,
        };
        var names = string.Join(", ", keys.Select(DuckDbSql.Identifier));
        var isNull = string.Join(" OR ", keys.Select(k => $"{DuckDbSql.Identifier(k)} IS NULL"));
        var sql = $"SELECT (count(*) FILTER ({isNull}))::VARCHAR, (count(*) - count(DISTINCT ({names})))::VARCHAR FROM \"{New}\"";
        await using var rows = await engine.ReadAsync(statement, sql, options.RewriteTimeout, cancellationToken);
        var counts = await rows.ReadAsync(cancellationToken);
        if (long.Parse(counts!.GetText(0, 0).Span, CultureInfo.InvariantCulture) is > 0 and var nulls)
        {
            throw new LakehouseException(
                ErrorKind.Unprocessable, "upsert_key_null", $"{nulls} {(nulls == 1 ? "row has" : "rows have")} no value in a column of the key ({names}), so "
                    + "that it is not known which rows they replace. Nothing was registered; give each row a key, or name other columns.");
        }

        if (counts.GetText(1, 0).Span.SequenceEqual("0"u8))
        {
            return commit.Objects;
        }

        var order = DuckDbSql.Identifier(Unique("order@", commit.Columns));
        var sortBy = (commit.SortBy ?? catalog.Find(commit.Name)?.SortBy ?? [])
            .Where(n => commit.Columns.Any(c => c.Name.Equals(n, StringComparison.OrdinalIgnoreCase))).Select(DuckDbSql.Identifier);
        var last = $"""
            SELECT * EXCLUDE ({order}) FROM (SELECT *, row_number() OVER () AS {order} FROM "{New}")
            QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY {order} DESC) = 1 ORDER BY {string.Join(", ", [.. sortBy, order])}
            """;
        return [(await StoreAsync(commit.Name, statement, last, folder, isNeeded: true, cancellationToken))!];
    }

    /// <summary>Writes the rows of a query into a data file and stores it.</summary>
    /// <returns>Null where there are no rows, and none are needed.</returns>
    private async Task<OfferedFile?> StoreAsync(
        DatasetName name, RowStatement statement, string sql, string folder, bool isNeeded, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.parquet");
        var rows = await engine.StoreAsync(statement, sql, options.RewriteTimeout, path, cancellationToken);
        if (rows.RowCount == 0 && !isNeeded)
        {
            return null;
        }

        var columns = DatasetWriter.ColumnsOf(rows.Head);
        var plan = await catalog.PlanAsync(name, columns, SchemaRule.Set, [rows.Sha256], cancellationToken);
        await store.ImportAsync(plan.Keys[0], path, cancellationToken);
        return new OfferedFile(plan.Keys[0], rows.RowCount, rows.Sha256, columns);
    }

    private async Task<IReadOnlyList<DataFile>> AsDataFilesAsync(
        IReadOnlyList<OfferedFile> files, IReadOnlyList<DatasetColumn> own, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var found = new List<DataFile>(files.Count);
        foreach (var file in files)
        {
            var info = await store.FindAsync(file.Key, cancellationToken) ?? throw EngineErrors.MissingDataFile(New, file.Key.Value);
            found.Add(new DataFile(file.Key, info.SizeBytes, file.RowCount, file.Sha256, OwnColumns(file.Columns ?? own, columns)));
        }

        return found;
    }

    private static IReadOnlyList<DatasetColumn>? OwnColumns(IReadOnlyList<DatasetColumn> own, IReadOnlyList<DatasetColumn> columns) =>
        own.Count == 0 || own.SequenceEqual(columns) ? null : own;

    private static string Unique(string name, IReadOnlyList<DatasetColumn> columns)
    {
        while (columns.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            name += "@";
        }

        return name;
    }

    private static void RequireOwn(Manifest dataset)
    {
        if (dataset.IsDerived)
        {
            throw EngineErrors.IsDerived(dataset.Name.Value);
        }

        if (dataset.Columns.Count == 0)
        {
            throw new LakehouseException(
                ErrorKind.Conflict,
                "columns_unknown",
                $"The dataset '{dataset.Name}' was registered without its columns, so its rows cannot be changed. Register it again with them.");
        }
    }

    /// <summary>Refuses keys that are rounded before they are compared: different ones could become the same.</summary>
    private static void RequireKeys(
        IReadOnlyList<string> keys, IReadOnlyList<DatasetColumn> before, IReadOnlyList<DatasetColumn> added, IReadOnlyList<DatasetColumn> joined)
    {
        foreach (var key in keys)
        {
            var (old, @new, both) = (TypeOf(before, key), TypeOf(added, key), TypeOf(joined, key));
            if (both == "DOUBLE" && old is not null && (!IsFloat(old) || !IsFloat(@new!)))
            {
                throw new LakehouseException(
                    ErrorKind.Unprocessable,
                    "upsert_key_type",
                    $"The column '{key}' of the key is {old} in the dataset and {@new} in the file. As DOUBLE, which holds both, different keys could become "
                    + "the same. Nothing was registered; say types= to have it read as the dataset's type.");
            }
        }

        static string? TypeOf(IReadOnlyList<DatasetColumn> columns, string name) =>
            columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Type;

        static bool IsFloat(string type) => type is "FLOAT" or "DOUBLE";
    }

    private void RequireExpression(string condition)
    {
        if (Encoding.UTF8.GetByteCount(condition) > options.MaxSqlBytes)
        {
            throw GateErrors.Invalid($"where has more than {options.MaxSqlBytes} bytes (query.max_sql_bytes)");
        }

        SqlCondition.Require(condition);
        if (SqlCondition.HasColumns(condition))
        {
            throw GateErrors.Invalid("where names columns by COLUMNS(...); write their names");
        }
    }

    /// <summary>An error in a condition as its author knows it: with the dataset's name, and lines counted from its own first one.</summary>
    private static LakehouseException InCondition(LakehouseException error, DatasetName name, string table)
    {
        var message = LineNumber().Replace(
            error.Message.Replace(table, name.Value, StringComparison.Ordinal),
            line => string.Create(CultureInfo.InvariantCulture, $"LINE {int.Parse(line.Groups["number"].Value, CultureInfo.InvariantCulture) - 1}:"));
        return new LakehouseException(error.Kind, error.Code, message, error) { Details = error.Details };
    }

    [GeneratedRegex("LINE (?<number>[2-9]|[1-9][0-9]{1,8}):", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineNumber();

    /// <summary>A data file with rows that go.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Index">Its position in the dataset.</param>
    /// <param name="Count">How many rows go.</param>
    private sealed record FoundFile(DataFile File, int Index, long Count);
}
