using Lakehouse.Core.Errors;

namespace Lakehouse.Catalog.Internal;

internal static class CatalogErrors
{
    public static LakehouseException NotFound(string name) =>
        new(ErrorKind.NotFound, "dataset_not_found", $"There is no dataset '{name}'. GET /v1/catalog/list names those there are.");
}
