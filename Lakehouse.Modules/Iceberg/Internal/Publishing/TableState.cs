using Lakehouse.Iceberg.Internal.Tables;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>What is known of a published table. Immutable.</summary>
/// <param name="Number">The number of its newest metadata; 0 for none.</param>
/// <param name="Metadata">That metadata; not changed.</param>
/// <param name="Manifests">The manifests of its newest snapshot.</param>
internal sealed record TableState(long Number, TableMetadata? Metadata, IReadOnlyList<HeldManifest> Manifests)
{
    /// <summary>Of a table that is not there.</summary>
    public static readonly TableState None = new(0, null, []);

    /// <summary>The newest version of the dataset that is a snapshot; 0 for none.</summary>
    public long Version => Metadata?.Current?.Version ?? 0;
}
