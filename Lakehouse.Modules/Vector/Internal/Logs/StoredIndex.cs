using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Files;

namespace Lakehouse.Vector.Internal.Logs;

/// <summary>The objects of an index in the bucket, as they were listed.</summary>
/// <param name="Name">The index.</param>
/// <param name="Objects">Its objects, in the order of their keys.</param>
internal sealed record StoredIndex(IndexName Name, IReadOnlyList<ObjectInfo> Objects)
{
    /// <summary>Its definition; null where there is none.</summary>
    public ObjectInfo? Definition => Find(VectorKeys.Definition(Name));

    /// <summary>Whether there is an index.</summary>
    public bool Exists => Definition is not null && !IsDeleted;

    /// <summary>Whether it was deleted, and its objects are being removed.</summary>
    public bool IsDeleted => Find(VectorKeys.Tombstone(Name)) is not null;

    /// <summary>What identifies the objects that are replaced as a whole.</summary>
    public IndexTags Tags => new(Definition?.ETag ?? string.Empty, Find(VectorKeys.Owner(Name))?.ETag);

    /// <summary>Its snapshots and its log.</summary>
    public IReadOnlyList<LogFile> Log => LogFile.Of(Name, Objects);

    /// <summary>The claims to write it.</summary>
    public IEnumerable<ObjectInfo> Claims => Objects.Where(o => o.Key.Value.StartsWith(VectorKeys.Claims(Name), StringComparison.Ordinal));

    /// <summary>The newest epoch that a process has claimed; 0 where none has.</summary>
    public long LastEpoch => Claims.LastOrDefault() is { } last ? VectorKeys.EpochOf(last.Key, Name) : 0;

    private ObjectInfo? Find(Core.Names.ObjectKey key) => Objects.FirstOrDefault(o => o.Key == key);
}
