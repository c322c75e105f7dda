using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal;

/// <summary>The errors of running queries.</summary>
internal static class QueryErrors
{
    public static LakehouseException Timeout(TimeSpan limit) =>
        new(ErrorKind.Timeout, "query_timeout", $"The query took longer than {Duration.Format(limit)} (query.timeout) and was stopped. Narrow it down, or raise the limit.");

    public static LakehouseException TooManyQueries(QueryOptions options) =>
        new(ErrorKind.Busy, "too_many_queries", $"{options.MaxRunning} queries are running and {options.MaxWaiting} are waiting. Try again in a second.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static LakehouseException EnginesStuck(int count) =>
        new(ErrorKind.Busy, "engines_stuck", $"{count} engines are held by queries that do not stop. Try again later, or restart the program.")
        {
            RetryAfter = TimeSpan.FromSeconds(30),
        };

    public static LakehouseException MissingDataFile(string dataset, string key) =>
        new(ErrorKind.Corrupt, "data_file_missing", $"The data file '{key}' of the dataset '{dataset}' is not in the bucket any more. Restore it, or ingest the dataset again.");

    public static LakehouseException NoDataFiles(string dataset) =>
        new(ErrorKind.InvalidInput, "dataset_empty", $"The dataset '{dataset}' has no data files and no columns yet. Ingest a file into it first.");

    /// <summary>What the engine says, with the paths of the host taken out.</summary>
    public static LakehouseException Translate(DuckDbException fault, HostPaths paths, QueryOptions options)
    {
        var message = paths.Hide(fault.Message);
        return fault.Kind switch
        {
            DuckDbErrorKind.OutOfMemory => new LakehouseException(
                ErrorKind.InsufficientStorage,
                "query_out_of_memory",
                $"The query needs more than {ByteSize.Format(options.MemoryLimitBytes)} of memory (query.memory_limit), or more disk than {ByteSize.Format(options.MaxTempBytes)} (query.max_temp_bytes). Narrow it down, or raise the limits.",
                fault),
            DuckDbErrorKind.Engine => new LakehouseException(ErrorKind.Corrupt, "engine_failed", "The SQL engine failed. The log holds the cause; the query can be tried again.", fault),
            DuckDbErrorKind.InputOutput => new LakehouseException(ErrorKind.Corrupt, "data_file_unreadable", "A data file of the dataset cannot be read. The log holds the cause.", fault),
            DuckDbErrorKind.Permission => new LakehouseException(ErrorKind.Forbidden, "sql_forbidden", message, fault),
            _ => new LakehouseException(ErrorKind.InvalidInput, "sql_error", message, fault),
        };
    }
}
