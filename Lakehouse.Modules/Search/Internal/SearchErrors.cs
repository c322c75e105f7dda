using Lakehouse.Core.Errors;

namespace Lakehouse.Search.Internal;

/// <summary>The errors of the module.</summary>
internal static class SearchErrors
{
    public static LakehouseException Search(string reason) => new(ErrorKind.InvalidInput, "invalid_search", $"The search is refused: {reason}.");

    public static LakehouseException Import(string reason) => new(ErrorKind.InvalidInput, "invalid_import", $"The import is refused: {reason}.");

    public static LakehouseException Conflict(string code, string message) => new(ErrorKind.Conflict, code, message);

    public static LakehouseException DatasetNotFound(string name) =>
        new(ErrorKind.NotFound, "dataset_not_found", $"There is no dataset '{name}'. GET /v1/catalog/list names those there are.");

    public static LakehouseException ImportNotFound(string index) =>
        new(ErrorKind.NotFound, "import_not_found", $"Nothing was imported into the index '{index}', or it was detached.");
}
