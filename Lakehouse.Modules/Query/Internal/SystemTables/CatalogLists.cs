using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>The datasets and views at one moment, which all lists of a statement are made of.</summary>
internal sealed class CatalogLists(ICatalog catalog)
{
    private Dictionary<string, Manifest>? _byName;

    /// <summary>The datasets, by name.</summary>
    public IReadOnlyList<Manifest> Datasets { get; } = catalog.List();

    /// <summary>The views, by name.</summary>
    public IReadOnlyList<Manifest> Views { get; } = catalog.ListViews();

    /// <summary>A dataset, by its name as it is written in these lists.</summary>
    public Manifest? FindDataset(string name) =>
        (_byName ??= Datasets.ToDictionary(m => m.Name.Value, StringComparer.Ordinal)).GetValueOrDefault(name);
}
