using System.Security.Cryptography;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>Writes rows as Parquet by an engine of its own, in this process, which reads nothing but them.</summary>
internal sealed class RowFileWriter(
    IObjectStore store, IScratchSpace scratch, ICatalog catalog, IDatasetRows rows, IReadOnlyList<RowColumn> columns, long memoryBytes) : IRowFileWriter
{
    private const int LineBytesMin = 1 << 20; // the engine reads in buffers of twice this size

    private readonly List<DatasetColumn> _columns = [.. columns.Select(c => c.Column)];
    private readonly string _given = "{" + string.Join(", ", columns.Select(c => $"{c.Column.Name}: '{c.GivenType}'")) + "}";
    private readonly string _values = string.Join(", ", columns.Select(c => $"{c.Value} AS \"{c.Column.Name}\""));
    private readonly string _fields = FieldSchema.CopyOptions([.. columns.Select(c => c.Column)], null);
    private DuckDbDatabase? _database;
    private DuckDbConnection? _connection;

    public IRowFile Write(ReadOnlySpan<byte> lines, int count, int longestBytes)
    {
        var folder = scratch.Create();
        try
        {
            var given = Path.Combine(folder.Path, "rows.jsonl");
            var path = Path.Combine(folder.Path, "rows.parquet");
            File.WriteAllBytes(given, lines);
            _database ??= DuckDbDatabase.OpenIsolated($"{memoryBytes / 1024}KiB", ("threads", "1"));
            _connection ??= _database.Connect();
            _connection.Execute(
                $"COPY (SELECT {_values} FROM read_json({DuckDbSql.Literal(given)}, format = 'newline_delimited', columns = {_given}, maximum_object_size = "
                + $"{Math.Max(LineBytesMin, longestBytes + 1L)})) TO {DuckDbSql.Literal(path)} (FORMAT parquet, COMPRESSION zstd{_fields})");
            File.Delete(given);
            using var file = File.OpenRead(path);
            return new OfferedRows(folder, path, Convert.ToHexStringLower(SHA256.HashData(file)), count);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async Task<CommitResult> AppendAsync(DatasetName name, IRowFile file, string source, CancellationToken cancellationToken)
    {
        var written = (OfferedRows)file;
        var commit = await OfferAsync(name, written, source, cancellationToken);
        return await catalog.CommitAsync(commit with { Request = new CommitRequest(written.Id, written.Sha256) }, cancellationToken);
    }

    public async Task<CommitResult> ReplaceAsync(DatasetName name, IRowFile file, string source, CancellationToken cancellationToken)
    {
        var commit = await OfferAsync(name, (OfferedRows)file, source, cancellationToken);
        return await catalog.CommitAsync(commit with { Mode = CommitMode.Replace }, cancellationToken);
    }

    public async Task<RowChange> UpsertAsync(
        DatasetName name, IRowFile file, IReadOnlyList<string> keys, string source, long? expectedVersion, CancellationToken cancellationToken)
    {
        var commit = await OfferAsync(name, (OfferedRows)file, source, cancellationToken);
        return await rows.UpsertAsync(commit with { ExpectedVersion = expectedVersion }, keys, cancellationToken);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _database?.Dispose();
    }

    /// <summary>Puts the file into the bucket. Returns the commit that names it.</summary>
    private async Task<DatasetCommit> OfferAsync(DatasetName name, OfferedRows file, string source, CancellationToken cancellationToken)
    {
        var plan = await catalog.PlanAsync(name, _columns, SchemaRule.Evolve, [file.Sha256], cancellationToken);

        // A copy, because the store takes the file away, and a second attempt needs it under another key: the first may have been collected by then.
        var copy = file.Path + ".copy";
        try
        {
            File.Copy(file.Path, copy, overwrite: true);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }

        await store.ImportAsync(plan.Keys[0], copy, cancellationToken);
        return new DatasetCommit(
            name, plan.Fingerprint, _columns, [new OfferedFile(plan.Keys[0], file.RowCount, file.Sha256)], file.RowCount, source, CommitMode.Append,
            Schema: SchemaRule.Evolve);
    }
}
