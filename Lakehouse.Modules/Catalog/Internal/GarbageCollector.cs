using System.Globalization;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>
/// Mark and sweep. Other processes may commit meanwhile, and nothing is locked; why that is safe is in docs/adr/0007-garbage-collection.md: a data file
/// that a commit on its way names was either written within the grace period, or is named by a version that was the newest within it.
/// </summary>
internal sealed partial class GarbageCollector(
    IObjectStore store, ManifestFiles files, CatalogOptions options, TimeProvider time, IJournal journal,
    ILogger<GarbageCollector> logger) : IGarbageCollector, IDisposable
{
    private const int DeletesAtOnce = 8;

    // Some stores tell times in whole seconds, so a thing may be that much younger than it looks.
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
                        $"Removed {tally.Count} objects ({ByteSize.Format(tally.SizeBytes)}): of versions beyond retention, dropped datasets or no version."));
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
            // Manifests first: none names a missing object, even when this ends half-way. And the oldest first, one after the other: commits rely on it.
            foreach (var due in await MarkAsync(name, ofName, now, marks, cancellationToken))
            {
                await RemoveAsync(due, tally, cancellationToken);
            }
        }

        // A bucket without any manifest has lost them: then the files are all there is.
        if (versions.Count > 0 && marks.Unreadable.Count == 0)
        {
            await SweepAsync(now - options.GcGrace, marks, tally, cancellationToken);
        }

        if (marks.Unreadable.Count > 0)
        {
            journal.Record(
                "collection_held", marks.Unreadable[0].Value, $"{marks.Unreadable.Count} kept manifests cannot be read, this one first, so no data file was "
                + "collected: they may name any.");
        }

        var unfinished = await store.RemoveUnfinishedAsync(now - options.GcGrace, tally.IsDryRun, cancellationToken);
        return new Collection(tally.IsDryRun, tally.Count, tally.SizeBytes, tally.Listed, unfinished, marks.Unreadable);
    }

    /// <summary>Reads the versions of a dataset that are kept, from the newest on, and marks the files they name.</summary>
    /// <returns>The manifests of the others, the oldest first.</returns>
    private async Task<IEnumerable<CollectedObject>> MarkAsync(
        DatasetName name, List<VersionFile> versions, DateTimeOffset now, Marks marks, CancellationToken cancellationToken)
    {
        var (isDropped, isReadable) = (false, true);
        var due = new List<CollectedObject>();
        for (var i = versions.Count - 1; i >= 0; i--)
        {
            var file = versions[i];
            marks.Seen.Add(file.Key);
            if (i < versions.Count - 1 && !IsKept(versions[i + 1].WrittenAt, versions.Count - i))
            {
                due.Add(new CollectedObject(file.Key, file.SizeBytes, file.WrittenAt, isDropped ? "dropped" : "expired"));
                continue;
            }

            var manifest = await ReadAsync(name, file, marks, cancellationToken);
            isDropped |= manifest is { IsDropped: true };
            isReadable &= manifest is not null;
        }

        // Where a newer one cannot be read, an old version is what the dataset is.
        return isReadable ? Enumerable.Reverse(due) : [];

        // Until it was replaced, it was the newest version. What came before a drop has only the grace period.
        bool IsKept(DateTimeOffset replacedAt, int age) =>
            replacedAt > now - options.GcGrace || (!isDropped && (replacedAt > now - options.KeepFor || age <= options.KeepVersions));
    }

    private async Task SweepAsync(DateTimeOffset graceStart, Marks marks, Tally tally, CancellationToken cancellationToken)
    {
        await foreach (var page in store.ListPagesAsync(DataFileKey.Prefix, cancellationToken: cancellationToken))
        {
            var candidates = page.Where(o => !marks.Named.Contains(o.Key) && o.LastModified < graceStart && DataFileKey.Is(o.Key)).ToList();
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
    /// Marks what versions name that were committed since the last look: right before a batch goes, so that a file which somebody registers again stays.
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

    /// <summary>Reads a version that is kept, and marks the files it names. Null: it cannot be read.</summary>
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

    /// <summary>What the manifests say.</summary>
    private sealed class Marks
    {
        /// <summary>Manifests that were looked at.</summary>
        public HashSet<ObjectKey> Seen { get; } = [];

        /// <summary>Data files that kept ones name.</summary>
        public HashSet<ObjectKey> Named { get; } = [];

        /// <summary>Kept ones that cannot be read.</summary>
        public List<ObjectKey> Unreadable { get; } = [];
    }

    /// <summary>Counts what was removed, or would be.</summary>
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
