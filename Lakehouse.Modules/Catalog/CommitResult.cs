namespace Lakehouse.Catalog;

/// <summary>What a commit did.</summary>
/// <param name="Manifest">The newest version.</param>
/// <param name="IsUnchanged">True when that version was there already and says the same.</param>
public sealed record CommitResult(Manifest Manifest, bool IsUnchanged);
