using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal;

/// <summary>The module's errors, each with one code and one wording.</summary>
internal static class VectorErrors
{
    public const string BehindCode = "index_behind";

    public static LakehouseException NotFound(IndexName name) =>
        new(ErrorKind.NotFound, "index_not_found", $"There is no vector index '{name}'. GET /v1/vectors/index names those there are.");

    /// <summary>Another process writes the index.</summary>
    public static LakehouseException Shared(IndexName name, TimeSpan remaining) => new(
        ErrorKind.Conflict,
        "index_shared",
        $"Another process writes the index '{name}'. Only one process at a time can write an index: send changes to that one. When it has stopped, or has "
        + $"ended and its lease is over (in {Math.Ceiling(remaining.TotalSeconds):0} s if it has ended now; vector.lease_time), this one takes over with the "
        + "next change. Nothing was changed.")
    {
        RetryAfter = remaining,
    };

    /// <summary>Another process has become the writer while a change was written.</summary>
    public static LakehouseException Relieved(IndexName name) => new(
        ErrorKind.Conflict,
        "index_shared",
        $"Another process has taken over the index '{name}' while the change was written, so that it is not known whether it counts. Send it again, to that "
        + "process: an add or a delete can be repeated.");

    /// <summary>An earlier change has failed in a way that leaves open whether it and those after it count.</summary>
    public static LakehouseException Unconfirmed(IndexName name) => new(
        ErrorKind.Busy,
        "change_unconfirmed",
        $"A change of the index '{name}' has failed while this one was written, so that it is not known whether this one counts. Send it again: an add or a "
        + "delete can be repeated.");

    /// <summary>The process must first read the index again.</summary>
    public static LakehouseException Behind(IndexName name) => new(
        ErrorKind.Busy,
        BehindCode,
        $"Another process has written the index '{name}', and this one has not read all of it yet. It does so every vector.refresh_every; send the request "
        + "again after that.");

    /// <summary>The store has failed while the index was read.</summary>
    public static LakehouseException NotRead(IndexName name, string error) => new(
        ErrorKind.Busy,
        BehindCode,
        $"The index '{name}' could not be read: {error} It is read again every vector.refresh_every; send the request again after that.");

    /// <summary>A change that a caller waits for has not come.</summary>
    public static LakehouseException NotThere(IndexName name, long sequence, TimeSpan waited) => new(
        ErrorKind.Busy,
        "index_behind",
        $"The index '{name}' has no change {sequence} here after {waited.TotalSeconds:0.#} s (vector.max_follow_wait). Ask the process that writes it, or send "
        + "the request again.");

    /// <summary>The index was deleted by another process.</summary>
    public static LakehouseException Replaced(IndexName name) => new(
        ErrorKind.Conflict,
        "index_shared",
        $"Another process has deleted the index '{name}', or made it again. This one sees that within vector.refresh_every. Nothing was changed.");

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
