using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;

namespace Lakehouse.Catalog.Internal;

internal static class CatalogErrors
{
    /// <summary>There is no such dataset. Names of another letter case are near, too: a path takes a name as it was given, unlike SQL.</summary>
    public static LakehouseException NotFound(string name, ICatalog catalog) =>
        new(
            ErrorKind.NotFound,
            "dataset_not_found",
            catalog.FindView(name) is { } view && Caller.Current.Sees(ResourceKind.View, name)
                ? $"There is no dataset '{name}', but a view of that name (/v1/catalog/view/{view.Name})."
                : $"There is no dataset '{name}'{Hint(name, catalog.List())}. GET /v1/catalog/list names those there are.");

    /// <summary>There is no such view.</summary>
    public static LakehouseException ViewNotFound(string name, ICatalog catalog) =>
        new(ErrorKind.NotFound, "view_not_found", $"There is no view '{name}'{Hint(name, catalog.ListViews())}. GET /v1/catalog/views names those there are.");

    public static LakehouseException Derived(string name) =>
        new(
            ErrorKind.Conflict,
            "dataset_derived",
            $"The dataset '{name}' is derived: its query fills it. Use another name, change its query (PUT /v1/catalog/derived/{name}), or drop it (DELETE "
            + $"/v1/catalog/derived/{name}).");

    private static string Hint(string name, IReadOnlyList<Manifest> names) => NearestName.Hint(name, Caller.Current.See(names).Select(n => n.Name.Value));
}
