using System.Globalization;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// Mark and sweep, without locks, while other processes may commit. docs/adr/0007-garbage-collection.md says why that is safe: a data file that a concurrent
/// commit names was either written within the grace period, or is named by a version that was the newest one within it.
/// </summary>
internal sealed partial class GarbageCollector(
    IObjectStore store, ManifestFiles files, CatalogOptions options, TimeProvider time, IJournal journal, IEnumerable<IVersionHolder> holders,
    ILogger<GarbageCollector> logger) : IGarbageCollector, IDisposable
{
    private const int DeletesAtOnce = 8;

    // Some stores give times in whole seconds, so an object may be up to a second younger than its time says.
    private static readonly TimeSpan ClockGrain = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);

    public async Task<Collection> CollectAsync(bool isDryRun, int listMax, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new LakehouseException(ErrorKind.Conflict, "collection_running", "This process is collecting already. Try again when it has ended.");
        }

        var tally = new Tally(isDryRun, listMax);
        try
        {
            return await CollectAsync(tally, cancellationToken);
        }
        finally
        {
            _turn.Release();
            if (!isDryRun && tally.Count > 0)
            {
                LogCollected(tally.Count, tally.SizeBytes);
                journal.Record(
                    "collected",
                    ManifestKey.Prefix,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Removed {tally.Count} objects ({ByteSize.Format(tally.SizeBytes)}) of old versions, of dropped datasets, or of no version."));
            }
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Collection> CollectAsync(Tally tally, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow() - ClockGrain;
        var versions = await files.ListAsync(ManifestKey.Prefix, cancellationToken);
        var marks = new Marks();
        foreach (var (name, ofName) in versions)
        {
            // Manifests before data files, so that no manifest names a missing object even when the collection ends early. The oldest manifest first, one at a
            // time: ManifestFiles.TryAddAsync relies on it.
            foreach (var due in await MarkAsync(name, ofName, now, marks, cancellationToken))
            {
                await RemoveAsync(due, tally, cancellationToken);
            }
        }

        // A bucket without any manifest has lost its manifests. Its data files are kept, because they are all that is left of the data.
        if (versions.Count > 0 && marks.Unreadable.Count == 0)
        {
            await SweepAsync(now - options.GcGrace, marks, tally, cancellationToken);
        }

        if (marks.Unreadable.Count > 0)
        {
            journal.Record(
                "collection_held", marks.Unreadable[0].Value, $"{marks.Unreadable.Count} kept manifests cannot be read (the first is this one), so no data "
                + "file was collected: they may name any of them.");
        }

        var unfinished = await store.RemoveUnfinishedAsync(now - options.GcGrace, tally.IsDryRun, cancellationToken);
        return new Collection(tally.IsDryRun, tally.Count, tally.SizeBytes, tally.Listed, unfinished, marks.Unreadable);
    }

    /// <summary>Reads the kept versions of a dataset, the newest first, and marks the files that they name.</summary>
    /// <returns>The manifests of the versions that are not kept, the oldest first.</returns>
    private async Task<IEnumerable<CollectedObject>> MarkAsync(
        DatasetName name, List<VersionFile> versions, DateTimeOffset now, Marks marks, CancellationToken cancellationToken)
    {
        var (isDropped, isReadable) = (false, true);
        var held = new HashSet<long>();
        foreach (var holder in holders)
        {
            held.UnionWith(await holder.HeldAsync(name, cancellationToken) ?? versions.Select(v => v.Version).ToHashSet());
        }

        var due = new List<CollectedObject>();
        for (var i = versions.Count - 1; i >= 0; i--)
        {
            var file = versions[i];
            marks.Seen.Add(file.Key);
            if (i < versions.Count - 1 && !held.Contains(file.Version) && !IsKept(versions[i + 1].WrittenAt, versions.Count - i))
            {
                due.Add(new CollectedObject(file.Key, file.SizeBytes, file.WrittenAt, isDropped ? "dropped" : "expired"));
                continue;
            }

            var manifest = await ReadAsync(name, file, marks, cancellationToken);
            isDropped |= manifest is { IsDropped: true };
            isReadable &= manifest is not null;
        }

        // When a newer version cannot be read, the dataset shows an older one, so no manifest is removed.
        return isReadable ? Enumerable.Reverse(due) : [];

        // A version was the newest one until replacedAt. Versions before a drop, and of a dataset that the program adds rows to all the time, are kept for the
        // grace period only.
        bool IsKept(DateTimeOffset replacedAt, int age) =>
            replacedAt > now - options.GcGrace
            || (!isDropped && !DatasetName.IsOfProgram(name.Value) && (replacedAt > now - options.KeepFor || age <= options.KeepVersions));
    }

    private static bool IsCollected(ObjectKey key) => DataFileKey.Is(key) || DataFileKey.IsOfTable(key);

    private async Task SweepAsync(DateTimeOffset graceStart, Marks marks, Tally tally, CancellationToken cancellationToken)
    {
        await foreach (var page in store.ListPagesAsync(DataFileKey.Prefix, cancellationToken: cancellationToken))
        {
            var candidates = page.Where(o => !marks.Named.Contains(o.Key) && o.LastModified < graceStart && IsCollected(o.Key)).ToList();
            if (candidates.Count > 0)
            {
                await MarkNewAsync(marks, cancellationToken);
                if (marks.Unreadable.Count > 0)
                {
                    return;
                }

                await Parallel.ForEachAsync(
                    candidates.Where(o => !marks.Named.Contains(o.Key)),
                    new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancellationToken },
                    async (found, token) => await RemoveAsync(new CollectedObject(found.Key, found.SizeBytes, found.LastModified, "unnamed"), tally, token));
            }
        }
    }

    /// <summary>
    /// Marks the files of versions that were committed since the last listing. Called right before a batch is removed, so that a file which a client has
    /// registered again is kept.
    /// </summary>
    private async Task MarkNewAsync(Marks marks, CancellationToken cancellationToken)
    {
        foreach (var (name, versions) in await files.ListAsync(ManifestKey.Prefix, cancellationToken))
        {
            foreach (var file in versions.Where(v => marks.Seen.Add(v.Key)))
            {
                await ReadAsync(name, file, marks, cancellationToken);
            }
        }
    }

    /// <summary>Reads a kept version and marks the files that it names. Null when it cannot be read.</summary>
    private async Task<Manifest?> ReadAsync(DatasetName name, VersionFile file, Marks marks, CancellationToken cancellationToken)
    {
        var manifest = await files.TryReadAsync(name, file.Version, cancellationToken);
        if (manifest is null)
        {
            marks.Unreadable.Add(file.Key);
        }
        else
        {
            marks.Named.UnionWith(manifest.Objects.Select(o => o.Key));
        }

        return manifest;
    }

    private async Task RemoveAsync(CollectedObject found, Tally tally, CancellationToken cancellationToken)
    {
        if (!tally.IsDryRun)
        {
            await store.DeleteAsync(found.Key, cancellationToken);
        }

        tally.Add(found);
    }

    [LoggerMessage(EventId = 2007, Level = LogLevel.Information, Message = "Collected {Count} objects of {Bytes} bytes")]
    private partial void LogCollected(int count, long bytes);

    /// <summary>What is known from the manifests.</summary>
    private sealed class Marks
    {
        /// <summary>Manifests that were listed already.</summary>
        public HashSet<ObjectKey> Seen { get; } = [];

        /// <summary>Data files that kept manifests name.</summary>
        public HashSet<ObjectKey> Named { get; } = [];

        /// <summary>Kept manifests that cannot be read.</summary>
        public List<ObjectKey> Unreadable { get; } = [];
    }

    /// <summary>Counts the objects that were removed, or would be removed.</summary>
    private sealed class Tally(bool isDryRun, int listMax)
    {
        private readonly List<CollectedObject> _listed = [];
        private readonly Lock _gate = new();

        public bool IsDryRun => isDryRun;

        public int Count { get; private set; }

        public long SizeBytes { get; private set; }

        public IReadOnlyList<CollectedObject> Listed => [.. _listed.OrderBy(o => o.Key.Value, StringComparer.Ordinal)];

        public void Add(CollectedObject found)
        {
            lock (_gate)
            {
                Count++;
                SizeBytes += found.SizeBytes;
                if (_listed.Count < listMax)
                {
                    _listed.Add(found);
                }
            }
        }
    }
}
