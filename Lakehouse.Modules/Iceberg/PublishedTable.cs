using Lakehouse.Core.Names;

namespace Lakehouse.Iceberg;

/// <summary>A dataset that is a table of Apache Iceberg.</summary>
/// <param name="Name">The dataset.</param>
/// <param name="Version">Its newest version.</param>
/// <param name="PublishedVersion">The newest one that is a snapshot; 0 for none.</param>
/// <param name="SnapshotId">That snapshot; null for none.</param>
/// <param name="MetadataLocation">The address of the table's metadata; null where nothing is published yet.</param>
/// <param name="Fault">Why newer versions are no snapshots; null where they will be soon.</param>
public sealed record PublishedTable(
    DatasetName Name, long Version, long PublishedVersion, long? SnapshotId, string? MetadataLocation, string? Fault);
