using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>Finds what must be there.</summary>
public static class CatalogLookup
{
    /// <summary>The newest version of a dataset that is known to this process.</summary>
    /// <exception cref="LakehouseException"><c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>), with the nearest name.</exception>
    public static Manifest Require(this ICatalog catalog, DatasetName name) => catalog.Find(name) ?? throw CatalogErrors.NotFound(name.Value, catalog);
}
