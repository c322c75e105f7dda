using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>The errors of the gate.</summary>
internal static class GateErrors
{
    public static LakehouseException Forbidden(string reason) =>
        new(ErrorKind.Forbidden, "sql_forbidden", $"The query is refused: {reason}.");

    public static LakehouseException Invalid(string reason) =>
        new(ErrorKind.InvalidInput, "sql_error", $"The query is refused: {reason}.");

    /// <summary>The code of <see cref="UnknownDataset"/>.</summary>
    public const string UnknownDatasetCode = "unknown_dataset";

    public static LakehouseException UnknownDataset(string name, int? position) =>
        new(
            ErrorKind.InvalidInput,
            UnknownDatasetCode,
            $"There is no dataset '{name}'{(position is null ? string.Empty : $" (named at character {position + 1})")}. SHOW TABLES lists those there are.")
        {
            Details = position is null
                ? new Dictionary<string, object?> { ["dataset"] = name }
                : new Dictionary<string, object?> { ["dataset"] = name, ["position"] = position + 1 },
        };
}
