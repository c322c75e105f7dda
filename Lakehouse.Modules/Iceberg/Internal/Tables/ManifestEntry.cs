namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>A data file as a manifest has it.</summary>
/// <param name="Status">What the snapshot does with it.</param>
/// <param name="SnapshotId">The snapshot that has added it, or has removed it.</param>
/// <param name="SequenceNumber">That of the snapshot that has added its rows.</param>
/// <param name="FileSequenceNumber">That of the snapshot that has added the file.</param>
/// <param name="File">The record <c>data_file</c>, its fields in the order of <see cref="ManifestForms.Entry"/>.</param>
internal sealed record ManifestEntry(EntryStatus Status, long SnapshotId, long SequenceNumber, long FileSequenceNumber, object?[] File)
{
    private const int ContentField = 0;
    private const int PathField = 1;
    private const int FormatField = 2;
    private const int RowsField = 4;
    private const int SizeField = 5;

    /// <summary>Whether its rows are part of the table.</summary>
    public bool IsLive => Status is not EntryStatus.Deleted;

    /// <summary>Its kind: 0 for rows; others say which rows of other files are gone.</summary>
    public int Content => (int)File[ContentField]!;

    /// <summary>Its address.</summary>
    public string Path => (string)File[PathField]!;

    public string Format => (string)File[FormatField]!;

    public long RowCount => (long)File[RowsField]!;

    public long SizeBytes => (long)File[SizeField]!;
}
