using Lakehouse.Core.Errors;

namespace Lakehouse.Memory.Internal;

/// <summary>Errors of memories.</summary>
internal static class MemoryErrors
{
    public static LakehouseException Memory(NewMemory memory, int position, string reason) => memory.Line is { } line
        ? Trace(line, reason)
        : new(ErrorKind.InvalidInput, "invalid_memory", $"memories[{position}] is refused: {reason}. Nothing was remembered.");

    public static LakehouseException Trace(int line, string reason, Exception? inner = null) =>
        new(ErrorKind.Unprocessable, "invalid_trace", $"Line {line} is refused: {reason}. Nothing was remembered.", inner);

    public static LakehouseException Recall(string reason) => new(ErrorKind.InvalidInput, "invalid_recall", $"The recall is refused: {reason}.");

    public static LakehouseException NotFound(SpaceName space) =>
        new(ErrorKind.NotFound, "space_not_found", $"Nothing was remembered in the space '{space}'. POST /v1/memory/{space}/remember makes it.");

    public static LakehouseException NotDistilled(SpaceName space) => new(
        ErrorKind.NotFound, "not_distilled", $"The space '{space}' has no playbooks yet. POST /v1/memory/{space}/distill makes them.");

    public static LakehouseException MemoryNotFound(SpaceName space, string id) =>
        new(ErrorKind.NotFound, "memory_not_found", $"The space '{space}' has no memory with the id '{id}'.");

    public static LakehouseException Full(string reason) => new(ErrorKind.Conflict, "space_full", $"{reason} Forget some, or raise the setting.");

    public static LakehouseException Taken(SpaceName space) => new(
        ErrorKind.Conflict, "space_taken",
        $"The dataset '{space.Stored}' is not a space's: it has not the columns of memories. Choose another space, or drop the dataset.");
}
