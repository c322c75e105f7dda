using Lakehouse.Core.Access;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;

namespace Lakehouse.Query.Internal;

/// <summary>The errors of running queries that do not come from the engine itself.</summary>
internal static class EngineErrors
{
    /// <summary>The code of <see cref="Timeout"/>.</summary>
    public const string TimeoutCode = "query_timeout";

    /// <summary>The code of <see cref="OutOfMemory"/>, and of the engine's own error.</summary>
    public const string OutOfMemoryCode = "query_out_of_memory";

    /// <summary>The code of <see cref="CallTooLarge"/>.</summary>
    public const string CallTooLargeCode = "call_too_large";

    /// <summary>The longest message of the engine: a message can quote a value of the data, of any length.</summary>
    private const int MessageLengthMax = 4_096;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>The beginning of a message that is too long for a person.</summary>
    public static string Cut(string message)
    {
        if (message.Length <= MessageLengthMax)
        {
            return message;
        }

        // Within the bound together, so that what was cut is not cut again on its way.
        var rest = $"... ({message.Length} characters in all)";
        var end = MessageLengthMax - rest.Length;
        return message[..(char.IsHighSurrogate(message[end - 1]) ? end - 1 : end)] + rest;
    }

    public static LakehouseException Timeout(TimeSpan limit) =>
        new(
            ErrorKind.Timeout,
            TimeoutCode,
            $"The query took longer than {Duration.Format(limit)} (query.timeout, or its own timeout_ms) and was stopped. Narrow it down, or raise the limit.");

    public static LakehouseException TooManyQueries(QueryOptions options) =>
        new(
            ErrorKind.Busy,
            "too_many_queries",
            $"{options.MaxRunning} queries are running and {options.MaxWaiting} are waiting. Try again in a second.")
        { RetryAfter = Soon };

    public static LakehouseException NoneEnded(QueryOptions options) =>
        new(
            ErrorKind.Busy,
            "too_many_queries",
            $"{options.MaxRunning} queries are running (query.max_running), and none of them has ended for {Duration.Format(options.Timeout)}. Try again in "
            + "a second.")
        { RetryAfter = Soon };

    public static LakehouseException ReaderTooSlow() =>
        new(
            ErrorKind.Timeout,
            "reader_too_slow",
            "Other queries are waiting to run, and this one has waited longest for its client to read. Read faster, or ask for less.");

    public static LakehouseException EnginesStuck(int count) =>
        new(
            ErrorKind.Busy,
            "engines_stuck",
            $"{count} engines are held by queries that do not stop. Try again later, or restart the program.")
        { RetryAfter = TimeSpan.FromSeconds(30) };

    public static LakehouseException Unavailable(Exception? cause) =>
        new(ErrorKind.Busy, "engine_unavailable", "The SQL engine cannot be started. The log holds the cause.", cause) { RetryAfter = TimeSpan.FromSeconds(5) };

    public static LakehouseException Failed(Exception? cause) =>
        new(ErrorKind.Failed, "engine_failed", "The query ended the SQL engine. The log holds the cause; a query that asks for less may succeed.", cause);

    public static LakehouseException Interrupted() =>
        new(ErrorKind.Failed, "engine_failed", "The SQL engine ended while the answer was being sent. The query can be tried again.");

    public static LakehouseException Cancelled(Exception cause) =>
        new(ErrorKind.Cancelled, "query_cancelled", "The query was cancelled (DELETE /v1/queries/{id}).", cause);

    public static LakehouseException BeyondBound(string member, string bound, string setting) =>
        new(ErrorKind.InvalidInput, "invalid_request", $"The request is refused: {member} is beyond the configured bound, {bound} ({setting}).");

    public static LakehouseException AnswerCut(long rows) =>
        new(
            ErrorKind.InvalidInput,
            "answer_cut",
            $"The answer has more than {rows} rows (query.max_rows, or rows_per_answer of a profile), and this format has no place to say that it was cut. Ask "
            + "for fewer rows, by LIMIT or max_rows, or for JSON.");

    public static LakehouseException OutOfMemory(QueryOptions options) =>
        new(
            ErrorKind.InsufficientStorage,
            OutOfMemoryCode,
            $"The query took the SQL engine far beyond {ByteSize.Format(options.MemoryLimitBytes)} of memory (query.memory_limit) and was ended. Narrow it "
            + "down, or raise the limit.");

    public static LakehouseException Refused(TimeSpan left) =>
        new(
            ErrorKind.Forbidden,
            "query_refused",
            "This query has ended the SQL engine twice, and is refused for another "
            + $"{Duration.Format(TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)))} (query.refuse_for). Write it so that it asks for less.");

    public static LakehouseException CallTooLarge(string what, long sizeBytes, long sizeBytesMax) =>
        new(
            ErrorKind.InvalidInput,
            CallTooLargeCode,
            $"One {what} of embed or vector_search would be {ByteSize.Format(sizeBytes)}, at most {ByteSize.Format(sizeBytesMax)} are allowed. Ask for "
            + "fewer or shorter texts, or for fewer hits.");

    public static LakehouseException MissingDataFile(string dataset, string key) =>
        new(
            ErrorKind.Damaged,
            "data_file_missing",
            $"The data file '{key}' of the dataset '{dataset}' is not in the bucket any more. Restore it, or ingest the dataset again.");

    public static LakehouseException UnknownPin(string name, IEnumerable<string> names) =>
        new(
            ErrorKind.InvalidInput,
            "invalid_request",
            $"The request is refused: \"at\" pins '{name}', and the statement reads no dataset of that name{NearestName.Hint(name, names)}.");

    public static LakehouseException GoneFromView(string view, string dataset) =>
        new(
            ErrorKind.InvalidInput,
            "unknown_dataset",
            $"The view '{view}' reads '{dataset}', which does not exist any more. Ingest it again, restore it (POST "
            + $"/v1/catalog/restore/{dataset}?version=N), or change the view (PUT /v1/catalog/view/{view}).");

    public static LakehouseException DefinitionCycle(IReadOnlyList<string> names) =>
        new(
            ErrorKind.InvalidInput,
            "definition_cycle",
            $"Views and derived datasets would read each other in a circle: {string.Join(" -> ", names.Select(n => $"'{n}'"))}. Change or drop one of them.");

    public static LakehouseException NoView(string name, IEnumerable<string> names) =>
        new(ErrorKind.NotFound, "view_not_found", $"There is no view '{name}'{NearestName.Hint(name, names)}. GET /v1/catalog/views names those there are.");

    public static LakehouseException NotDerived(string name) =>
        new(ErrorKind.NotFound, "derived_not_found", $"There is no derived dataset '{name}'. GET /v1/catalog/derived names those there are.");

    public static LakehouseException IsDerived(string name) =>
        new(
            ErrorKind.Conflict,
            "dataset_derived",
            $"The dataset '{name}' is derived: its query fills it. Write into another one, or drop it first (DELETE /v1/catalog/derived/{name}).");

    public static LakehouseException NotDerivedYet(string name) =>
        new(
            ErrorKind.Conflict,
            "name_conflict",
            $"There is a dataset '{name}' that is not derived, and its rows would be replaced. Use another name, or drop it first.");

    public static LakehouseException DerivedOfVersion(string name) =>
        new(
            ErrorKind.InvalidInput,
            "sql_error",
            $"The query is refused: the derived dataset '{name}' would read an old version, which never changes. Name the datasets without versions, or write "
            + "the rows once, with \"into\".");

    public static LakehouseException StoredTooLarge(long sizeBytesMax) =>
        new(
            ErrorKind.InvalidInput,
            "answer_too_large",
            $"The rows take more than {ByteSize.Format(sizeBytesMax)} as Parquet (query.max_stored_bytes). Write fewer, or raise the limit.");

    public static LakehouseException InvalidView(string view, LakehouseException error)
    {
        var message = $"The view '{view}' cannot be read: {error.Message}\nPUT /v1/catalog/view/{view} changes its query.";
        return error.Code == "sql_error"
            ? new LakehouseException(ErrorKind.InvalidInput, "view_invalid", message, error.InnerException)
            : new LakehouseException(error.Kind, error.Code, message, error.InnerException);
    }

    public static LakehouseException NoDataFiles(string dataset) =>
        new(ErrorKind.InvalidInput, "dataset_empty", $"The dataset '{dataset}' has no data files and no columns yet. Ingest a file into it first.");

    /// <summary>What a caller sees of a dataset cannot be made. The cause is for the log alone.</summary>
    public static LakehouseException GuardFailed(string dataset, Exception cause) => new(
        ErrorKind.Forbidden,
        "guard_failed",
        $"What the profile sees of the dataset '{dataset}' cannot be made: a mask or the row filter does not fit its columns. An administrator can find out "
        + "by storing the profile again.",
        cause);

    /// <summary>An answer has more bytes than the caller's profile allows.</summary>
    public static LakehouseException AnswerTooLarge(Caller caller) => new(
        ErrorKind.InvalidInput,
        "answer_too_large",
        $"The answer has more than {caller.BytesMax} bytes, the most for the profile '{caller.Name}' (bytes_per_answer). Select fewer rows or columns.");
}
