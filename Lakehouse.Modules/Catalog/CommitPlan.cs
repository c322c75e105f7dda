using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>Where a writer puts the data files of its next commit.</summary>
/// <param name="Fingerprint">That of the schema.</param>
/// <param name="Keys">
/// One for each content, in order: that of the newest version where this has the content already, so that it is not stored twice; else a new one. The same
/// content twice has one key.
/// </param>
public sealed record CommitPlan(SchemaFingerprint Fingerprint, IReadOnlyList<ObjectKey> Keys);
