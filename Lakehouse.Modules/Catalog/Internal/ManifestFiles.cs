using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>Reads and writes the manifests in the bucket. A manifest that cannot be read is reported once and not read again.</summary>
internal sealed partial class ManifestFiles(IObjectStore store, IManifestCodec codec, IJournal journal, ILogger<ManifestFiles> logger)
{
    private readonly ConcurrentDictionary<ObjectKey, byte> _damaged = new();

    /// <summary>Writes a version, which is the commit. False when the version exists or has existed.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="isRecent">
    /// Called after the put: whether the version before it was the newest one too short a time ago for its successor to be collected.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// A process that was suspended or disconnected may know such an old version that the one after it has been collected; then put-if-absent of that number
    /// succeeds. This is detected after the put: collections remove the oldest versions first, so after a valid version the next listed number is its own plus
    /// one, or there is none.
    /// </remarks>
    public async Task<bool> TryAddAsync(Manifest manifest, Func<bool> isRecent, CancellationToken cancellationToken)
    {
        var key = ManifestKey.For(manifest.Name, manifest.Version);
        if (await store.PutIfAbsentAsync(key, codec.Encode(manifest), cancellationToken) is null)
        {
            return false;
        }

        if (isRecent())
        {
            return true;
        }

        var later = await ListAsync(ManifestKey.PrefixOf(manifest.Name), cancellationToken, key.Value);
        if (!later.TryGetValue(manifest.Name, out var versions) || versions[0].Version == manifest.Version + 1)
        {
            return true;
        }

        await store.DeleteAsync(key, CancellationToken.None);
        return false;
    }

    /// <summary>
    /// Lists the versions whose keys start with <paramref name="prefix"/> and sort after <paramref name="startAfter"/>, by dataset, in ascending order.
    /// </summary>
    public async Task<Dictionary<DatasetName, List<VersionFile>>> ListAsync(string prefix, CancellationToken cancellationToken, string startAfter = "")
    {
        var versions = new Dictionary<DatasetName, List<VersionFile>>();
        await foreach (var (name, files) in ListEachAsync(prefix, startAfter, cancellationToken))
        {
            versions.Add(name, files);
        }

        return versions;
    }

    /// <summary>
    /// As <see cref="ListAsync"/>, each dataset as soon as all its versions are known, so that it can be read while the next ones are listed: the versions of
    /// a dataset follow each other.
    /// </summary>
    public async IAsyncEnumerable<(DatasetName Name, List<VersionFile> Versions)> ListEachAsync(
        string prefix, string startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (name, versions) = (default(DatasetName), new List<VersionFile>());
        await foreach (var page in store.ListPagesAsync(prefix, startAfter, cancellationToken))
        {
            foreach (var found in page)
            {
                if (!ManifestKey.TryParse(found.Key, out var next, out var version))
                {
                    if (_damaged.TryAdd(found.Key, 0))
                    {
                        LogForeign(found.Key.Value);
                    }

                    continue;
                }

                if (versions.Count > 0 && next != name)
                {
                    yield return (name, versions);
                    versions = [];
                }

                name = next;
                versions.Add(new VersionFile(found.Key, version, found.SizeBytes, found.LastModified));
            }
        }

        if (versions.Count > 0)
        {
            yield return (name, versions);
        }
    }

    /// <summary>Reads a version. Null when it is damaged or no longer exists.</summary>
    public async Task<Manifest?> TryReadAsync(DatasetName name, long version, CancellationToken cancellationToken)
    {
        var key = ManifestKey.For(name, version);
        if (_damaged.ContainsKey(key))
        {
            return null;
        }

        try
        {
            using var file = await store.LocalizeAsync(key, null, cancellationToken);
            var manifest = file is null ? null : await codec.DecodeAsync(file.Path, cancellationToken);
            if (manifest is not null && (manifest.Name != name || manifest.Version != version))
            {
                throw new InvalidDataException(
                    string.Create(CultureInfo.InvariantCulture, $"the file says it is version {manifest.Version} of '{manifest.Name}'"));
            }

            return manifest;
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentException or OverflowException or FormatException)
        {
            // Also a value that no manifest of this program can have: one file must not keep all datasets from being served.
            _damaged.TryAdd(key, 0);
            LogDamaged(error, key.Value);
            journal.Record(
                "manifest_refused", key.Value, $"The manifest cannot be read ({error.Message}); an older version of the dataset is used where there is one.");
            return null;
        }
    }

    /// <summary>The highest version of a dataset that is known to be damaged; 0 when there is none.</summary>
    public long FindLastDamaged(DatasetName name)
    {
        var last = 0L;
        foreach (var damaged in _damaged.Keys)
        {
            if (ManifestKey.TryParse(damaged, out var other, out var version) && other == name)
            {
                last = Math.Max(last, version);
            }
        }

        return last;
    }

    [LoggerMessage(
        EventId = 2004,
        Level = LogLevel.Error,
        Message = "The manifest {Key} cannot be read and is skipped; an older version of the dataset is used where there is one")]
    private partial void LogDamaged(Exception error, string key);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "The object {Key} is not a manifest and is skipped")]
    private partial void LogForeign(string key);
}
