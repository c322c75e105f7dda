using System.Buffers;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query;
using Lakehouse.Query.Rows;

namespace Lakehouse.Memory.Internal;

/// <summary>
/// Reads and changes the rows of spaces, on behalf of the program: who may use a space is decided before, and that is no right to its dataset in SQL.
/// </summary>
internal sealed class MemoryRows(IRowFileWriter files, ICatalog catalog, IQueryEngine engine, IDatasetRows rows) : IDisposable
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    private const int TextBytesMax = 1 << 20;
    private const int BytesOfCharMax = 3; // of UTF-8

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The newest version of a space's dataset; null where there is none.</summary>
    public Manifest? Find(SpaceName space) => catalog.Find(DatasetName.Parse(space.Stored));

    /// <summary>Whether a dataset is one of memories.</summary>
    public static bool IsSpace(Manifest dataset) =>
        MemoryColumns.All.All(c => dataset.Columns.Any(d => d.Name == c.Name && d.Type == c.Type));

    /// <summary>Learns what other programs have committed.</summary>
    public Task RefreshAsync(SpaceName space, CancellationToken cancellationToken) =>
        catalog.RefreshAsync(DatasetName.Parse(space.Stored), cancellationToken);

    /// <summary>Commits rows as new ones. Returns the version.</summary>
    public Task<long> AppendAsync(
        SpaceName space, ArrayBufferWriter<byte> lines, int count, int longestBytes, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            using var file = await MakeAsync(lines, count, longestBytes, cancellationToken);
            return (await files.AppendAsync(DatasetName.Parse(space.Stored), file, "memory", cancellationToken)).Manifest.Version;
        });

    /// <summary>Commits rows in place of those with the same ids; the version that is expected is as of <see cref="IRowFileWriter.UpsertAsync"/>.</summary>
    /// <returns>The version.</returns>
    public Task<long> UpsertAsync(
        SpaceName space, ArrayBufferWriter<byte> lines, int count, int longestBytes, long? expectedVersion, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            using var file = await MakeAsync(lines, count, longestBytes, cancellationToken);
            var change = await files.UpsertAsync(
                DatasetName.Parse(space.Stored), file, [MemoryColumns.Id], "memory", expectedVersion, cancellationToken);
            return change.Result.Manifest.Version;
        });

    /// <summary>Removes the rows with some ids. Returns how many there were.</summary>
    public Task<long> RemoveAsync(SpaceName space, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            var list = string.Join(", ", ids.Select(DuckDbSql.Literal));
            return (await rows.DeleteAsync(DatasetName.Parse(space.Stored), $"id IN ({list})", null, cancellationToken)).RemovedCount;
        });

    /// <summary>How many memories of a space have some ids, and how many of a profile have others.</summary>
    public Task<(long WithIds, long OwnOthers)> CountAsync(
        SpaceName space, string profile, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            var hasId = ids.Count == 0 ? "false" : $"id IN ({string.Join(", ", ids.Select(DuckDbSql.Literal))})";
            var sql = $"SELECT (count(*) FILTER ({hasId}))::VARCHAR, (count(*) FILTER (profile = {DuckDbSql.Literal(profile)} AND NOT ({hasId})))::VARCHAR "
                + $"FROM \"{space.Stored}\"";
            await using var found = await engine.ReadAsync(sql, new QueryBounds(ReadTimeout, sql.Length * BytesOfCharMax), cancellationToken);
            var chunk = await found.ReadAsync(cancellationToken);
            return (Number(chunk!, 0), Number(chunk!, 1));
        });

    /// <summary>A row as JSON, member by member; null where there is none.</summary>
    public Task<IReadOnlyDictionary<string, JsonElement>?> ReadAsync(SpaceName space, string id, CancellationToken cancellationToken) =>
        Caller.RunAsync(Caller.Program, async () =>
        {
            var columns = string.Join(", ", MemoryColumns.All.Select(c => c.Name));
            var sql = $"SELECT {columns} FROM \"{space.Stored}\" WHERE id = {DuckDbSql.Literal(id)}";
            await using var found = await engine.ReadAsync(sql, new QueryBounds(ReadTimeout, TextBytesMax), cancellationToken);
            if (await found.ReadAsync(cancellationToken) is not { RowCount: > 0 } chunk)
            {
                return null;
            }

            var row = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            var value = new ArrayBufferWriter<byte>();
            for (var column = 0; column < MemoryColumns.All.Count; column++)
            {
                value.ResetWrittenCount();
                chunk.WriteJson(column, 0, value);
                row[MemoryColumns.All[column].Name] = JsonElement.Parse(value.WrittenSpan);
            }

            return (IReadOnlyDictionary<string, JsonElement>?)row;
        });

    public void Dispose()
    {
        files.Dispose();
        _turn.Dispose();
    }

    private static long Number(QueryChunk chunk, int column) => long.Parse(chunk.GetText(column, 0).Span, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<IRowFile> MakeAsync(ArrayBufferWriter<byte> lines, int count, int longestBytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => files.Write(lines.WrittenSpan, count, longestBytes), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }
}
