using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>What an engine says, as errors for people.</summary>
internal sealed class StatementErrors(EngineSetup setup)
{
    private const string StoppedCode = "query_stopped";

    /// <summary>Hides the host's paths.</summary>
    public HostPaths Paths { get; } = new(setup.DataFolder, setup.HostFolder);

    /// <summary>The statement was given up; nobody waits for this error.</summary>
    public static LakehouseException Stopped() => new(ErrorKind.Timeout, StoppedCode, "The query was stopped.");

    /// <summary>An error of the engine.</summary>
    public LakehouseException Translate(DuckDbException fault)
    {
        var message = Paths.Hide(fault.Message);
        return fault.Kind switch
        {
            DuckDbErrorKind.OutOfMemory => new LakehouseException(
                ErrorKind.InsufficientStorage,
                EngineErrors.OutOfMemoryCode,
                $"The query needs more than {ByteSize.Format(setup.MemoryLimitBytes)} of memory (query.memory_limit), or more disk than "
                + $"{ByteSize.Format(setup.MaxTempBytes)} (query.max_temp_bytes). Narrow it down, or raise the limits.",
                fault),
            DuckDbErrorKind.Engine => new LakehouseException(
                ErrorKind.Failed, "engine_failed", "The SQL engine failed. The log holds the cause; the query can be tried again.", fault),
            DuckDbErrorKind.InputOutput => new LakehouseException(
                ErrorKind.Damaged, "data_file_unreadable", "A data file of the dataset cannot be read. The log holds the cause.", fault),
            DuckDbErrorKind.Permission => new LakehouseException(ErrorKind.Forbidden, "sql_forbidden", message, fault),
            _ => new LakehouseException(ErrorKind.InvalidInput, "sql_error", message, fault),
        };
    }

    /// <summary>The error of a vector function, at its call: the only one of the function, or the one that has most of these arguments.</summary>
    public static LakehouseException Locate(VectorFault fault, string sql, IReadOnlyList<FunctionCall> calls)
    {
        var ofFunction = calls.Where(c => c.Function == fault.Function).ToList();
        var call = ofFunction.Count == 1
            ? ofFunction[0]
            : ofFunction.Where(c => c.Constants.Any(fault.Arguments.Contains)).MaxBy(c => c.Constants.Count(fault.Arguments.Contains));
        return call is null ? fault.Error : SqlPosition.At(fault.Error, sql, call.OffsetBytes);
    }
}
