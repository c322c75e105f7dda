using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>Translates the errors of an engine into errors for the caller.</summary>
internal sealed class StatementErrors(EngineSetup setup)
{
    private const string StoppedCode = "query_stopped";

    /// <summary>Hides the host's paths.</summary>
    public HostPaths Paths { get; } = new(setup.DataFolder, setup.HostFolder);

    /// <summary>The statement was stopped. No caller waits for this error.</summary>
    public static LakehouseException Stopped() => new(ErrorKind.Timeout, StoppedCode, "The query was stopped.");

    /// <summary>Translates an error of the engine.</summary>
    public LakehouseException Translate(DuckDbException error)
    {
        var message = Paths.Hide(error.Message);
        return error.Kind switch
        {
            DuckDbErrorKind.OutOfMemory => new LakehouseException(
                ErrorKind.InsufficientStorage,
                EngineErrors.OutOfMemoryCode,
                $"The query needs more than {ByteSize.Format(setup.MemoryLimitBytes)} of memory (query.memory_limit), or more disk than "
                + $"{ByteSize.Format(setup.MaxTempBytes)} (query.max_temp_bytes). Narrow it down, or raise the limits.",
                error),

            // An error of one thread interrupts the others, and sometimes the engine reports that interruption instead of the error.
            DuckDbErrorKind.Interrupted => new LakehouseException(
                ErrorKind.InvalidInput,
                "sql_error",
                "One part of the query failed and stopped the others, and the engine lost the cause. Run the query again to see it.",
                error),
            DuckDbErrorKind.Engine => new LakehouseException(
                ErrorKind.Failed, "engine_failed", "The SQL engine failed. The log holds the cause; the query can be tried again.", error),
            DuckDbErrorKind.InputOutput => new LakehouseException(
                ErrorKind.Damaged, "data_file_unreadable", "A data file of the dataset cannot be read. The log holds the cause.", error),
            DuckDbErrorKind.Permission => new LakehouseException(ErrorKind.Forbidden, "sql_forbidden", message, error),
            _ => new LakehouseException(ErrorKind.InvalidInput, "sql_error", message, error),
        };
    }

    /// <summary>
    /// The view of a dataset cannot be made from its data files. The engine's message ends with the statement that makes the view, which is not the caller's.
    /// </summary>
    public LakehouseException Misregistered(string dataset, DuckDbException error)
    {
        var message = Paths.Hide(error.Message);
        var statement = message.IndexOf("\n\nLINE ", StringComparison.Ordinal);
        return new LakehouseException(
            ErrorKind.InvalidInput,
            "sql_error",
            $"The dataset '{dataset}' cannot be read as it was registered: {(statement < 0 ? message : message[..statement])} Drop it (DELETE "
            + $"/v1/catalog/dataset/{dataset}), and register it with the columns of its files.",
            error);
    }

    /// <summary>
    /// Adds the position of the call to an error of a vector function: the only call of the function, or the one with most of these arguments.
    /// </summary>
    public static LakehouseException Locate(VectorError error, string sql, IReadOnlyList<FunctionCall> calls)
    {
        var ofFunction = calls.Where(c => c.Function == error.Function).ToList();
        var call = ofFunction.Count == 1
            ? ofFunction[0]
            : ofFunction.Where(c => c.Constants.Any(error.Arguments.Contains)).MaxBy(c => c.Constants.Count(error.Arguments.Contains));
        return call is null ? error.Error : SqlPosition.At(error.Error, sql, call.OffsetBytes);
    }
}
