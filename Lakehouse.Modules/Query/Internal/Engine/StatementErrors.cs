using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Gate.Tokens;
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

    /// <summary>The statement runs, and cannot be put into the one that makes a format.</summary>
    public static LakehouseException NoForm(AnswerFormat format, DuckDbException error) =>
        new(
            ErrorKind.InvalidInput,
            "format_unsupported",
            $"The statement cannot be answered as {format}: a column has a type that has no form there, or its text ends in a way that cannot be put in "
            + "brackets. Cast the column, e.g. to VARCHAR or JSON, and leave out semicolons and comments at the end; or choose another format.",
            error);

    /// <summary>Translates an error of the engine.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isWrapped">Whether the text that ran was made of the statement, so that a place in it means nothing to its author.</param>
    public LakehouseException Translate(DuckDbException error, bool isWrapped = false)
    {
        var message = Paths.Hide(EngineErrors.Cut(error.Message));
        if (isWrapped && message.IndexOf("\n\nLINE ", StringComparison.Ordinal) is var place and >= 0)
        {
            message = message[..place];
        }

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
