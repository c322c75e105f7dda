using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>Where a writer puts the data files of its next commit.</summary>
/// <param name="Fingerprint">The fingerprint of the schema.</param>
/// <param name="Keys">
/// One key for each data file, in order: the existing key when the newest version already has a file of the same content, so that it is not stored twice;
/// otherwise a new key. Two files of the same content get the same key.
/// </param>
/// <param name="Added">Those of the keys that are new, and that nothing names yet.</param>
public sealed record CommitPlan(SchemaFingerprint Fingerprint, IReadOnlyList<ObjectKey> Keys, IReadOnlySet<ObjectKey> Added);
