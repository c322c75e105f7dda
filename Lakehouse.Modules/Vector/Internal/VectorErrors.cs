using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal;

/// <summary>The module's errors, each with one code and one wording.</summary>
internal static class VectorErrors
{
    public static LakehouseException NotFound(IndexName name) =>
        new(ErrorKind.NotFound, "index_not_found", $"There is no vector index '{name}'. GET /v1/vectors/index names those there are.");

    /// <summary>Another process writes the index.</summary>
    public static LakehouseException Shared(IndexName name) => new(
        ErrorKind.Conflict,
        "index_shared",
        $"Another process writes the index '{name}'. Only one process at a time can write an index: send changes to that one. When it has ended, restart this "
        + "one, which then sees the changes and can write again.");

    public static LakehouseException Damaged(IndexName name, string error) =>
        new(
            ErrorKind.Damaged,
            "index_damaged",
            $"The index '{name}' cannot be used: {error} Restore its files from a copy, or delete the index and build it again.");

    public static LakehouseException Item(int position, string reason, Exception? inner = null) =>
        new(ErrorKind.InvalidInput, "invalid_item", $"items[{position}]: {reason}. Nothing was changed.", inner)
        {
            Details = new Dictionary<string, object?> { ["position"] = position },
        };

    public static LakehouseException Index(string reason) =>
        new(ErrorKind.InvalidInput, "invalid_index", $"The index is refused: {reason}.");

    public static LakehouseException Query(string reason) =>
        new(ErrorKind.InvalidInput, "invalid_query", $"The search is refused: {reason}.");

    public static LakehouseException Request(string reason, Exception? inner = null) => JsonMembers.Invalid(reason, inner);

    public static LakehouseException MemoryFull(long neededBytes, long usedBytes, long limitBytes) =>
        new(
            ErrorKind.InsufficientStorage,
            "vector_memory_full",
            $"The indexes use {Mebibytes(usedBytes)} of memory and would need {Mebibytes(neededBytes)} more; {Mebibytes(limitBytes)} are allowed "
            + "(vector.memory_limit). Nothing was changed. Delete an index or raise the limit.");

    public static LakehouseException OutOfMemory(Exception cause) =>
        new(ErrorKind.InsufficientStorage, "out_of_memory", "The system has no memory to give to the index.", cause);

    private static string Mebibytes(long bytes) => $"{bytes / 1048576.0:0.0} MiB";
}
