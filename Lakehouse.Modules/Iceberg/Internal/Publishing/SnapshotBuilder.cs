using System.Globalization;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Iceberg.Internal.Committing;
using Lakehouse.Iceberg.Internal.Parquet;
using Lakehouse.Iceberg.Internal.Tables;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>
/// Makes snapshots of versions, one after the other. A version that adds files costs one manifest for them; the manifests of files that are gone are written
/// again, and all others stay.
/// </summary>
internal sealed class SnapshotBuilder(DatasetName name, TableFiles files, IcebergOptions options, TableMetadata metadata, IReadOnlyList<HeldManifest> manifests)
{
    private readonly Dictionary<ObjectKey, ParquetFooter> _footers = [];

    /// <summary>The manifests of the newest snapshot.</summary>
    public IReadOnlyList<HeldManifest> Manifests { get; private set; } = manifests;

    /// <summary>The data files of a version that other engines do not read as its columns say, with the reasons. Nothing is changed.</summary>
    public async Task<IReadOnlyList<(DataFile File, string Fault)>> FindUnfitAsync(
        Manifest version, FieldSchema schema, CancellationToken cancellationToken)
    {
        var known = Manifests.SelectMany(m => m.Paths).ToHashSet(StringComparer.Ordinal);
        var unfit = new List<(DataFile File, string Fault)>();
        var isSameSchema = metadata.Current?.SchemaId is { } id && metadata.FindSchema(schema) == id;
        foreach (var file in version.Objects.DistinctBy(o => o.Key))
        {
            // A file of the snapshot before fits its schema; where that is another one now, it is looked at again.
            if (isSameSchema && known.Contains(files.AddressOf(file.Key)))
            {
                continue;
            }

            if (FileFit.FindFault(schema, await FooterAsync(file, cancellationToken)) is { } fault)
            {
                unfit.Add((file, fault));
            }
        }

        return unfit;
    }

    /// <summary>
    /// Adds a version that another engine has committed, with the snapshot that this one has made. False for other versions, and where it is not the next one
    /// of the table, because that was made again.
    /// </summary>
    public async Task<bool> TryTakeAsync(Manifest version, FieldSchema schema, CancellationToken cancellationToken)
    {
        if (version.TableChange is not { } change)
        {
            return false;
        }

        var snapshot = TableUpdate.SnapshotIn(change);
        if (snapshot is null || snapshot.ParentId != metadata.Current?.Id || snapshot.SequenceNumber <= metadata.LastSequenceNumber
            || metadata.Snapshots.Any(known => known.Id == snapshot.Id) || await ReadAsync(snapshot, cancellationToken) is not { } held)
        {
            TableUpdate.Replay(change, metadata);
            return false;
        }

        metadata.Add(snapshot with
        {
            SchemaId = SetForm(version, schema),
            Summary = new Dictionary<string, string>(snapshot.Summary) { [Snapshot.VersionProperty] = Text(version.Version) },
        });
        TableUpdate.Replay(change, metadata);
        Manifests = held;
        return true;
    }

    /// <summary>The manifests of another engine's snapshot; null where they are not there any more, because the table was removed meanwhile.</summary>
    private async Task<IReadOnlyList<HeldManifest>?> ReadAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var known = Manifests.ToDictionary(m => m.File.Path, StringComparer.Ordinal);
        var held = new List<HeldManifest>();
        try
        {
            foreach (var manifest in await files.ReadListAsync(snapshot, cancellationToken))
            {
                held.Add(known.TryGetValue(manifest.Path, out var same)
                    ? same
                    : new HeldManifest(manifest, [.. (await files.ReadManifestAsync(manifest, cancellationToken)).Where(e => e.IsLive).Select(e => e.Path)]));
            }
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged)
        {
            return null;
        }

        return held;
    }

    private int SetForm(Manifest version, FieldSchema schema)
    {
        var sortBy = (version.SortBy ?? []).SelectMany(n => schema.Fields.Where(f => f.Name.Equals(n, StringComparison.OrdinalIgnoreCase)));
        var id = metadata.SetSchema(schema);
        metadata.SetSortOrder([.. sortBy.Select(f => f.Id)]);
        return id;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds a version as a snapshot. Its files fit the schema.</summary>
    public async Task AddAsync(Manifest version, FieldSchema schema, CancellationToken cancellationToken)
    {
        var schemaId = SetForm(version, schema);
        var parent = metadata.Current;
        var (id, sequence) = (version.Version, metadata.LastSequenceNumber + 1);
        while (metadata.Snapshots.Any(s => s.Id == id))
        {
            id++; // another engine can have taken the number for one of its own
        }

        var json = schema.ToJson();
        var left = CountsOf(version);
        var next = new List<HeldManifest>();
        var tally = new ChangeTally();
        foreach (var held in Manifests)
        {
            var gone = new List<int>();
            for (var i = 0; i < held.Paths.Count; i++)
            {
                if (left.GetValueOrDefault(held.Paths[i]) is > 0 and var count)
                {
                    left[held.Paths[i]] = count - 1;
                }
                else
                {
                    gone.Add(i);
                }
            }

            if (gone.Count > 0)
            {
                var entries = Remove(await files.ReadManifestAsync(held.File, cancellationToken), gone, id, tally);
                next.Add(await WriteAsync(entries, json, schemaId, id, sequence, cancellationToken));
            }
            else if (held.Paths.Count > 0)
            {
                next.Add(held);
            }
        }

        if (await AddedAsync(version, schema, left, id, sequence, tally, cancellationToken) is { Count: > 0 } added)
        {
            next.Add(await WriteAsync(added, json, schemaId, id, sequence, cancellationToken));
        }

        if (next.Count(m => m.Paths.Count > 0) >= options.MergeManifests)
        {
            next = await MergeAsync(next, json, schemaId, id, sequence, cancellationToken);
        }

        var list = ManifestAvro.WriteList([.. next.Select(m => m.File)], id, parent?.Id, sequence);
        var address = await files.WriteAvroAsync(name, "snap", list, cancellationToken);
        metadata.Add(new Snapshot(
            id, parent?.Id, sequence, version.UpdatedAt.ToUnixTimeMilliseconds(), address, schemaId, tally.Summarize(version, next.Select(m => m.File))));
        Manifests = next;
    }

    private static Dictionary<string, int> CountsOf(IEnumerable<string> paths) => paths.CountBy(p => p).ToDictionary(StringComparer.Ordinal);

    private Dictionary<string, int> CountsOf(Manifest version) => CountsOf(version.Objects.Select(o => files.AddressOf(o.Key)));

    private static List<ManifestEntry> Remove(IReadOnlyList<ManifestEntry> entries, List<int> gone, long id, ChangeTally tally)
    {
        var changed = new List<ManifestEntry>();
        var (place, next) = (0, 0);
        foreach (var entry in entries.Where(e => e.IsLive))
        {
            var isGone = next < gone.Count && gone[next] == place;
            place++;
            if (isGone)
            {
                next++;
                tally.Remove(entry);
                changed.Add(entry with { Status = EntryStatus.Deleted, SnapshotId = id });
            }
            else
            {
                changed.Add(entry with { Status = EntryStatus.Existing });
            }
        }

        return changed;
    }

    private async Task<List<ManifestEntry>> AddedAsync(
        Manifest version, FieldSchema schema, Dictionary<string, int> left, long id, long sequence, ChangeTally tally, CancellationToken cancellationToken)
    {
        var added = new List<ManifestEntry>();
        foreach (var file in version.Objects)
        {
            var address = files.AddressOf(file.Key);
            if (left.GetValueOrDefault(address) is not (> 0 and var count))
            {
                continue;
            }

            left[address] = count - 1;
            var footer = await FooterAsync(file, cancellationToken);
            if (footer.RowCount == 0)
            {
                continue; // a dataset without rows has such a file, and a table needs none
            }

            var entry = new ManifestEntry(
                EntryStatus.Added, id, sequence, sequence,
                ManifestAvro.DataFile(address, footer.RowCount, file.SizeBytes, FileMetrics.Of(schema, footer)));
            tally.Add(entry);
            added.Add(entry);
        }

        return added;
    }

    /// <summary>Puts the live entries of all manifests into one. What is removed by this snapshot stays where it is.</summary>
    private async Task<List<HeldManifest>> MergeAsync(
        List<HeldManifest> held, string json, int schemaId, long id, long sequence, CancellationToken cancellationToken)
    {
        var (merged, others) = (new List<ManifestEntry>(), new List<HeldManifest>());
        foreach (var manifest in held)
        {
            if (manifest.File.SnapshotId == id)
            {
                others.Add(manifest); // it tells what this snapshot changes
                continue;
            }

            merged.AddRange((await files.ReadManifestAsync(manifest.File, cancellationToken)).Where(e => e.IsLive).Select(
                e => e with { Status = EntryStatus.Existing }));
        }

        return merged.Count == 0 ? others : [await WriteAsync(merged, json, schemaId, id, sequence, cancellationToken), .. others];
    }

    private async Task<HeldManifest> WriteAsync(
        List<ManifestEntry> entries, string json, int schemaId, long id, long sequence, CancellationToken cancellationToken)
    {
        var content = ManifestAvro.WriteManifest(entries, json, schemaId);
        var address = await files.WriteAvroAsync(name, "m", content, cancellationToken);
        var byStatus = entries.ToLookup(e => e.Status);
        var least = entries.Where(e => e.IsLive).Select(e => e.SequenceNumber).DefaultIfEmpty(sequence).Min();
        var file = new ManifestFile(address, content.Length, sequence, least, id)
        {
            AddedFiles = byStatus[EntryStatus.Added].Count(),
            ExistingFiles = byStatus[EntryStatus.Existing].Count(),
            DeletedFiles = byStatus[EntryStatus.Deleted].Count(),
            AddedRows = byStatus[EntryStatus.Added].Sum(e => e.RowCount),
            ExistingRows = byStatus[EntryStatus.Existing].Sum(e => e.RowCount),
            DeletedRows = byStatus[EntryStatus.Deleted].Sum(e => e.RowCount),
        };
        return new HeldManifest(file, [.. entries.Where(e => e.IsLive).Select(e => e.Path)]);
    }

    private async Task<ParquetFooter> FooterAsync(DataFile file, CancellationToken cancellationToken)
    {
        if (!_footers.TryGetValue(file.Key, out var footer))
        {
            footer = await files.ReadFooterAsync(file, cancellationToken);
            _footers[file.Key] = footer;
        }

        return footer;
    }

    /// <summary>Counts what a snapshot changes.</summary>
    private sealed class ChangeTally
    {
        private (long Files, long Rows, long Bytes) _added;
        private (long Files, long Rows, long Bytes) _removed;

        public void Add(ManifestEntry entry) => _added = Plus(_added, entry);

        public void Remove(ManifestEntry entry) => _removed = Plus(_removed, entry);

        /// <summary>The summary of the specification's "Snapshots", with what this program adds to it.</summary>
        public Dictionary<string, string> Summarize(Manifest version, IEnumerable<ManifestFile> manifests)
        {
            var rows = manifests.Aggregate((Files: 0L, Rows: 0L), (sum, m) =>
                (sum.Files + m.AddedFiles + m.ExistingFiles, sum.Rows + m.AddedRows + m.ExistingRows));
            var operation = version.RowsSince is not null && _added.Rows == _removed.Rows ? "replace"
                : _removed.Files == 0 ? "append"
                : _added.Files == 0 ? "delete"
                : "overwrite";
            var summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = operation };
            Tell("added-data-files", _added.Files);
            Tell("added-records", _added.Rows);
            Tell("added-files-size", _added.Bytes);
            Tell("deleted-data-files", _removed.Files);
            Tell("deleted-records", _removed.Rows);
            Tell("removed-files-size", _removed.Bytes);
            summary["total-data-files"] = Text(rows.Files);
            summary["total-records"] = Text(rows.Rows);
            summary["total-files-size"] = Text(version.Objects.Sum(o => o.SizeBytes));
            summary["total-delete-files"] = "0";
            summary["total-position-deletes"] = "0";
            summary["total-equality-deletes"] = "0";
            summary[Snapshot.VersionProperty] = Text(version.Version);
            summary["lakehouse.made-by"] = version.MadeBy ?? string.Empty;
            return summary;

            void Tell(string key, long count)
            {
                if (count > 0)
                {
                    summary[key] = Text(count);
                }
            }
        }

        private static (long Files, long Rows, long Bytes) Plus((long Files, long Rows, long Bytes) sum, ManifestEntry entry) =>
            (sum.Files + 1, sum.Rows + entry.RowCount, sum.Bytes + entry.SizeBytes);
    }
}
