using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Catalog.Internal;

/// <summary>The manifests in the bucket. One that cannot be read is said once, and not tried again.</summary>
internal sealed partial class ManifestFiles(IObjectStore store, IManifestCodec codec, IJournal journal, ILogger<ManifestFiles> logger)
{
    private const int ListingPage = 10_000;

    private readonly ConcurrentDictionary<ObjectKey, byte> _damaged = new();

    /// <summary>Writes a version: the commit. False: the version exists.</summary>
    public async Task<bool> TryAddAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var content = await codec.EncodeAsync(manifest, cancellationToken);
        return await store.PutIfAbsentAsync(ManifestKey.For(manifest.Name, manifest.Version), content, cancellationToken) is not null;
    }

    /// <summary>The versions of the datasets whose keys start with <paramref name="prefix"/>, in order, with the time each was written.</summary>
    public async Task<Dictionary<DatasetName, List<VersionFile>>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<DatasetName, List<VersionFile>>();
        var startAfter = string.Empty;
        while (true)
        {
            var page = await store.ListAsync(prefix, startAfter, ListingPage, cancellationToken);
            foreach (var found in page.Objects)
            {
                if (ManifestKey.TryParse(found.Key, out var name, out var version))
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(versions, name, out _) ??= []).Add(new VersionFile(found.Key, version, found.SizeBytes, found.LastModified));
                }
                else if (_damaged.TryAdd(found.Key, 0))
                {
                    LogForeign(found.Key.Value);
                }
            }

            if (!page.IsTruncated)
            {
                return versions;
            }

            startAfter = page.Objects[^1].Key.Value;
        }
    }

    /// <summary>Reads a version. Null: it is damaged, or not there any more.</summary>
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
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the file says it is version {manifest.Version} of '{manifest.Name}'"));
            }

            return manifest;
        }
        catch (InvalidDataException fault)
        {
            _damaged.TryAdd(key, 0);
            LogDamaged(fault, key.Value);
            journal.Record("manifest_refused", key.Value, $"The manifest cannot be read ({fault.Message}); an older version of the dataset is used where there is one.");
            return null;
        }
    }

    /// <summary>The highest version of a dataset that cannot be read; 0 when there is none.</summary>
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

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "The manifest {Key} cannot be read and is skipped; an older version of the dataset is used where there is one")]
    private partial void LogDamaged(Exception fault, string key);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "The object {Key} is no manifest and is skipped")]
    private partial void LogForeign(string key);
}
