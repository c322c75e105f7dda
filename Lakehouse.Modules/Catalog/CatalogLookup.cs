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

    /// <summary>
    /// Looks in the bucket for a dataset or view that this process does not know: another one may have created it since the last refresh. Does nothing for one
    /// that is known, in any letter case, and for what cannot be a name.
    /// </summary>
    public static async ValueTask SeekAsync(this ICatalog catalog, string name, CancellationToken cancellationToken)
    {
        if (catalog.FindIgnoringCase(name) is null && catalog.FindView(name) is null && DatasetName.TryParse(name, out var parsed, out _))
        {
            await catalog.RefreshAsync(parsed, cancellationToken);
        }
    }
}
