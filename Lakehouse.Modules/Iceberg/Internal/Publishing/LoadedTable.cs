using Lakehouse.Iceberg.Internal.Tables;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>A table as a catalog's client loads it.</summary>
/// <param name="Location">The address of its newest metadata.</param>
/// <param name="Metadata">That metadata; not changed.</param>
/// <param name="Manifests">The manifests of its newest snapshot.</param>
internal sealed record LoadedTable(string Location, TableMetadata Metadata, IReadOnlyList<HeldManifest> Manifests);
