using Lakehouse.Core.Errors;

namespace Lakehouse.Catalog.Internal;

internal static class CatalogErrors
{
    public static LakehouseException NotFound(string name, bool isView = false) =>
        new(
            ErrorKind.NotFound,
            "dataset_not_found",
            isView
                ? $"There is no dataset '{name}', but a view of that name (/v1/catalog/view/{name})."
                : $"There is no dataset '{name}'. GET /v1/catalog/list names those there are.");

    public static LakehouseException ViewNotFound(string name) =>
        new(ErrorKind.NotFound, "view_not_found", $"There is no view '{name}'. GET /v1/catalog/views names those there are.");

    public static LakehouseException Derived(string name) =>
        new(
            ErrorKind.Conflict,
            "dataset_derived",
            $"The dataset '{name}' is derived: its query fills it. Use another name, change its query (PUT /v1/catalog/derived/{name}), or drop it (DELETE "
            + $"/v1/catalog/derived/{name}).");
}
