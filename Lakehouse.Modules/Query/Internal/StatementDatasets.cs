using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal;

/// <summary>What a statement needs to know of the catalog.</summary>
/// <param name="Named">The newest version of each dataset that it names.</param>
/// <param name="Listed">All datasets, for a statement that lists them; else null.</param>
internal sealed record StatementDatasets(IReadOnlyList<Manifest> Named, IReadOnlyList<Manifest>? Listed);
