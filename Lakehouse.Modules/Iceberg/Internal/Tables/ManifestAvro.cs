using System.Globalization;
using Lakehouse.Iceberg.Internal.Avro;
using Lakehouse.Iceberg.Internal.Parquet;

namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>Manifests and manifest lists as Avro files.</summary>
internal static class ManifestAvro
{
    private static readonly AvroSchema EntrySchema = AvroSchema.Parse(System.Text.Encoding.UTF8.GetBytes(ManifestForms.Entry));
    private static readonly AvroSchema FileSchema = EntrySchema.Fields[^1].Type;

    /// <summary>The record of a data file that a commit adds.</summary>
    /// <param name="path">Its address.</param>
    /// <param name="rowCount">Its rows.</param>
    /// <param name="sizeBytes">Its length.</param>
    /// <param name="metrics">What it has; null where nothing is known.</param>
    public static object?[] DataFile(string path, long rowCount, long sizeBytes, FileMetrics? metrics) =>
    [
        0,
        path,
        "PARQUET",
        Array.Empty<object?>(),
        rowCount,
        sizeBytes,
        Pairs(metrics?.Sizes),
        Pairs(metrics?.ValueCounts),
        Pairs(metrics?.NullCounts),
        null,
        Pairs(metrics?.LowerBounds),
        Pairs(metrics?.UpperBounds),
        null,
        metrics is { SplitOffsets.Count: > 0 } ? metrics.SplitOffsets.Select(o => (object?)o).ToList() : null,
        null,
        0,
    ];

    /// <summary>Writes a manifest.</summary>
    /// <param name="entries">Its entries.</param>
    /// <param name="schema">The schema of the table, as JSON.</param>
    /// <param name="schemaId">Its id.</param>
    public static byte[] WriteManifest(IReadOnlyList<ManifestEntry> entries, string schema, int schemaId) => AvroFile.Write(
        ManifestForms.Entry,
        new Dictionary<string, string>
        {
            ["schema"] = schema,
            ["schema-id"] = schemaId.ToString(CultureInfo.InvariantCulture),
            ["partition-spec"] = "[]",
            ["partition-spec-id"] = "0",
            ["format-version"] = "2",
            ["content"] = "data",
        },
        entries.Select(e => new object?[] { (int)e.Status, e.SnapshotId, e.SequenceNumber, e.FileSequenceNumber, e.File }));

    /// <summary>Reads a manifest.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="of">What its list says of it, of which entries can inherit.</param>
    /// <param name="bytesMax">As of <see cref="AvroFile.Read"/>.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static IReadOnlyList<ManifestEntry> ReadManifest(ReadOnlyMemory<byte> file, ManifestFile of, long bytesMax)
    {
        var content = AvroFile.Read(file, bytesMax);
        var top = new RecordView(content.Schema, EntrySchema);
        var inner = new RecordView(top.TypeOf(EntrySchema.Fields.Count - 1), FileSchema);
        return
        [
            .. content.Records.Select(r =>
            {
                var values = top.Of(r);
                var status = values[0] is int number and >= 0 and <= 2 ? (EntryStatus)number : throw Malformed("an entry has no status");
                var entry = new ManifestEntry(
                    status,
                    values[1] as long? ?? of.SnapshotId,
                    values[2] as long? ?? Inherited(status, of),
                    values[3] as long? ?? Inherited(status, of),
                    inner.Of(values[^1]));
                entry.File[0] ??= of.Content; // format version 1 has no such field
                return entry.File[0] is int && entry.File[1] is string && entry.File[2] is string && entry.File[4] is long && entry.File[5] is long
                    ? entry
                    : throw Malformed("a data file is not described");
            }),
        ];
    }

    /// <summary>Writes a manifest list.</summary>
    public static byte[] WriteList(IReadOnlyList<ManifestFile> manifests, long snapshotId, long? parentId, long sequenceNumber) => AvroFile.Write(
        ManifestForms.Manifest,
        new Dictionary<string, string>
        {
            ["snapshot-id"] = snapshotId.ToString(CultureInfo.InvariantCulture),
            ["parent-snapshot-id"] = parentId?.ToString(CultureInfo.InvariantCulture) ?? "null",
            ["sequence-number"] = sequenceNumber.ToString(CultureInfo.InvariantCulture),
            ["format-version"] = "2",
        },
        manifests.Select(m => new object?[]
        {
            m.Path, m.SizeBytes, 0, m.Content, m.SequenceNumber, m.MinSequenceNumber, m.SnapshotId, m.AddedFiles, m.ExistingFiles, m.DeletedFiles,
            m.AddedRows, m.ExistingRows, m.DeletedRows, null, null,
        }));

    /// <summary>Reads a manifest list.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="bytesMax">As of <see cref="AvroFile.Read"/>.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static IReadOnlyList<ManifestFile> ReadList(ReadOnlyMemory<byte> file, long bytesMax)
    {
        var content = AvroFile.Read(file, bytesMax);
        var view = new RecordView(content.Schema, AvroSchema.Parse(System.Text.Encoding.UTF8.GetBytes(ManifestForms.Manifest)));
        return
        [
            .. content.Records.Select(r =>
            {
                var values = view.Of(r);
                return new ManifestFile(
                    values[0] as string ?? throw Malformed("a manifest has no address"),
                    Number(values[1]),
                    values[4] as long? ?? 0,
                    values[5] as long? ?? 0,
                    Number(values[6]))
                {
                    Content = values[3] as int? ?? 0,
                    AddedFiles = values[7] as int? ?? 0,
                    ExistingFiles = values[8] as int? ?? 0,
                    DeletedFiles = values[9] as int? ?? 0,
                    AddedRows = values[10] as long? ?? 0,
                    ExistingRows = values[11] as long? ?? 0,
                    DeletedRows = values[12] as long? ?? 0,
                };
            }),
        ];
    }

    /// <summary>Only what the snapshot of the manifest itself has added inherits its number.</summary>
    private static long Inherited(EntryStatus status, ManifestFile of) =>
        status is EntryStatus.Added || of.SequenceNumber == 0 ? of.SequenceNumber : throw Malformed("an entry has no sequence number");

    private static long Number(object? value) => value as long? ?? throw Malformed("a number is missing");

    private static InvalidDataException Malformed(string why) => new(why);

    private static List<object?>? Pairs<T>(Dictionary<int, T>? values) => values is null or { Count: 0 } ? null
        : [.. values.OrderBy(v => v.Key).Select(v => new object?[] { v.Key, v.Value })];
}
