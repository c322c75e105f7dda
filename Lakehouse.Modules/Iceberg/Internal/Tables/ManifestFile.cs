namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>A manifest as a manifest list has it.</summary>
/// <param name="Path">Its address.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="SequenceNumber">That of the snapshot that has added it.</param>
/// <param name="MinSequenceNumber">The least of its live entries.</param>
/// <param name="SnapshotId">The snapshot that has added it.</param>
internal sealed record ManifestFile(string Path, long SizeBytes, long SequenceNumber, long MinSequenceNumber, long SnapshotId)
{
    /// <summary>0: of data files; 1: of files that say which rows are gone.</summary>
    public int Content { get; init; }

    public int AddedFiles { get; init; }

    public int ExistingFiles { get; init; }

    public int DeletedFiles { get; init; }

    public long AddedRows { get; init; }

    public long ExistingRows { get; init; }

    public long DeletedRows { get; init; }
}
