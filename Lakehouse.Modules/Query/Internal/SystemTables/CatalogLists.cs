using Lakehouse.Catalog;
using Lakehouse.Core.Access;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>The datasets and views at one moment that a caller sees, as it sees them: all lists of a statement are made of these.</summary>
internal sealed class CatalogLists(ICatalog catalog, Caller caller)
{
    private Dictionary<string, Manifest>? _byName;

    /// <summary>The datasets, by name. One that is seen in part has no data files, and no count of its rows where it has a row filter.</summary>
    public IReadOnlyList<Manifest> Datasets { get; } = caller.See(catalog.List());

    /// <summary>The views, by name.</summary>
    public IReadOnlyList<Manifest> Views { get; } = caller.See(catalog.ListViews());

    /// <summary>Whether the rows of a dataset may be counted without reading them.</summary>
    public bool CountsRows(Manifest dataset) => caller.CountsRows(dataset);

    /// <summary>A dataset, by its name as it is written in these lists.</summary>
    public Manifest? FindDataset(string name) =>
        (_byName ??= Datasets.ToDictionary(m => m.Name.Value, StringComparer.Ordinal)).GetValueOrDefault(name);
}
