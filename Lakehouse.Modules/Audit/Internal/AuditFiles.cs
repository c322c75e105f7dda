using System.Security.Cryptography;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Audit.Internal;

/// <summary>
/// Writes requests as data files, and commits them. The engine that makes them is kept, because to open one takes longer than to write a file. One thread at a
/// time may use it.
/// </summary>
internal sealed class AuditFiles(IObjectStore store, IScratchSpace scratch, ICatalog catalog, AuditOptions options) : IDisposable
{
    private static readonly string Columns = "{" + string.Join(", ", AuditColumns.All.Select(c => $"{c.Name}: '{AuditColumns.Given(c)}'")) + "}";

    private static readonly string Values = string.Join(", ", AuditColumns.All.Select(AuditColumns.Value));

    private static readonly DatasetName Dataset = DatasetName.OfProgram(AuditColumns.Table);

    private DuckDbDatabase? _database;
    private DuckDbConnection? _connection;

    /// <summary>Writes a batch to a data file. The caller disposes of it.</summary>
    public AuditBatch Write(AuditRows rows)
    {
        var folder = scratch.Create();
        try
        {
            var lines = Path.Combine(folder.Path, "rows.jsonl");
            var path = Path.Combine(folder.Path, "rows.parquet");
            File.WriteAllBytes(lines, rows.Lines);
            Convert(lines, path, rows.LongestBytes);
            File.Delete(lines);
            using var file = File.OpenRead(path);
            return new AuditBatch(folder, path, System.Convert.ToHexStringLower(SHA256.HashData(file)), rows.Count, rows.Lines.Length - rows.Count);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Commits a batch. It can be called again after an error: a batch that was committed all the same is not committed twice.</summary>
    public async Task CommitAsync(AuditBatch batch, CancellationToken cancellationToken)
    {
        var plan = await catalog.PlanAsync(Dataset, AuditColumns.All, SchemaRule.Evolve, [batch.Sha256], cancellationToken);

        // A copy, because the store takes the file away, and a second attempt needs it under another key: the first may have been collected by then.
        var copy = batch.Path + ".copy";
        try
        {
            File.Copy(batch.Path, copy, overwrite: true);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }

        await store.ImportAsync(plan.Keys[0], copy, cancellationToken);
        var commit = new DatasetCommit(
            Dataset,
            plan.Fingerprint,
            AuditColumns.All,
            [new OfferedFile(plan.Keys[0], batch.RowCount, batch.Sha256)],
            batch.RowCount,
            "audit",
            CommitMode.Append,
            Request: new CommitRequest(batch.Id, batch.Sha256),
            Schema: SchemaRule.Evolve);
        await catalog.CommitAsync(commit, cancellationToken);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _database?.Dispose();
    }

    private void Convert(string lines, string path, long longest)
    {
        const int lineBytesMin = 1 << 20; // the engine reads in buffers of twice this size

        _database ??= DuckDbDatabase.OpenIsolated($"{options.MemoryLimitBytes / 1024}KiB", ("threads", "1"));
        _connection ??= _database.Connect();
        _connection.Execute(
            $"COPY (SELECT {Values} FROM read_json({DuckDbSql.Literal(lines)}, format = 'newline_delimited', columns = {Columns}, maximum_object_size = "
            + $"{Math.Max(lineBytesMin, longest + 1)})) TO {DuckDbSql.Literal(path)} (FORMAT parquet, COMPRESSION zstd)");
    }
}
