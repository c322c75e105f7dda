namespace Lakehouse.Catalog;

/// <summary>What a commit did.</summary>
/// <param name="Manifest">The newest version.</param>
/// <param name="IsUnchanged">True when the newest version already had this content, so that nothing was committed.</param>
public sealed record CommitResult(Manifest Manifest, bool IsUnchanged);
