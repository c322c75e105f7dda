using Lakehouse.Iceberg.Internal.Tables;

namespace Lakehouse.Iceberg.Internal.Publishing;

/// <summary>A manifest of the newest snapshot, with as much of its entries as tells what a later commit changes.</summary>
/// <param name="File">The manifest.</param>
/// <param name="Paths">The addresses of its live data files, in order.</param>
internal sealed record HeldManifest(ManifestFile File, IReadOnlyList<string> Paths);
