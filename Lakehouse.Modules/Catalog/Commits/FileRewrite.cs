using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>Data files that take the place of others of a dataset.</summary>
/// <param name="Removed">
/// The files that go, in the order of the dataset, each as often as it goes; each is one of the newest version, or the commit is refused.
/// </param>
/// <param name="Files">Those that come to the place of the first of them; none where nothing of them is left.</param>
public sealed record FileRewrite(IReadOnlyList<ObjectKey> Removed, IReadOnlyList<OfferedFile> Files);
