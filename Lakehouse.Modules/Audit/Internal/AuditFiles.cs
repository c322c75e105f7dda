using System.Security.Cryptography;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Audit.Internal;

/// <summary>
/// Writes requests as data files, and commits them. The engine that makes them is kept, because to open one takes longer than to write a file. One thread at a
/// time may use it.
/// </summary>
internal sealed class AuditFiles(IObjectStore store, IScratchSpace scratch, ICatalog catalog, AuditOptions options) : IDisposable
{
    private static readonly string Columns = "{" + string.Join(", ", AuditColumns.All.Select(c => $"{c.Name}: '{c.Type}'")) + "}";

    private static readonly DatasetName Dataset = DatasetName.OfProgram(AuditColumns.Table);

    private DuckDbDatabase? _database;
    private DuckDbConnection? _connection;

    /// <summary>Writes a batch to a data file. The caller disposes of it.</summary>
    public AuditBatch Write(IReadOnlyList<RequestRecord> records)
    {
        var folder = scratch.Create();
        try
        {
            var lines = Path.Combine(folder.Path, "rows.jsonl");
            var path = Path.Combine(folder.Path, "rows.parquet");
            Convert(lines, path, WriteLines(lines, records));
            File.Delete(lines);
            using var file = File.OpenRead(path);
            return new AuditBatch(folder, path, System.Convert.ToHexStringLower(SHA256.HashData(file)), records.Count);
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
        await store.ImportAsync(plan.Keys[0], batch.Path, cancellationToken);
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

    /// <returns>The length of the longest line in bytes.</returns>
    private long WriteLines(string path, IReadOnlyList<RequestRecord> records)
    {
        const int bufferBytes = 256 * 1024;
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferBytes);
        using var json = new Utf8JsonWriter(file);
        long longest = 0;
        foreach (var record in records)
        {
            AuditColumns.Write(json, record, options.Texts);
            json.Flush();
            longest = Math.Max(longest, json.BytesCommitted);
            file.WriteByte((byte)'\n');
            json.Reset();
        }

        return longest;
    }

    private void Convert(string lines, string path, long longest)
    {
        const int lineBytesMin = 1 << 20; // the engine reads in buffers of twice this size

        _database ??= DuckDbDatabase.OpenIsolated($"{options.MemoryLimitBytes / 1024}KiB", ("threads", "1"));
        _connection ??= _database.Connect();
        _connection.Execute(
            $"COPY (SELECT * FROM read_json({DuckDbSql.Literal(lines)}, format = 'newline_delimited', columns = {Columns}, maximum_object_size = "
            + $"{Math.Max(lineBytesMin, longest + 1)})) TO {DuckDbSql.Literal(path)} (FORMAT parquet, COMPRESSION zstd)");
    }
}
