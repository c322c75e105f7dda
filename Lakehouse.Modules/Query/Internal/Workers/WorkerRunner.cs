using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Protocol;
using Lakehouse.Query.Internal.SystemTables;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Runs statements in engine processes. A statement whose process ends before the first bytes of its answer runs again on the next process, unless it is at
/// fault: because it did not stop, or because <see cref="StatementCase"/> decides so when the process crashed or took too much memory. All its runs share one
/// time limit, in which starting a process does not count.
/// </summary>
internal sealed class WorkerRunner(
    WorkerPool pool, DatasetResolver datasets, QueryOptions options, TimeProvider time, SystemRows system, ISqlVectors? vectors = null)
    : IStatementRunner, IDisposable
{
    private readonly FunctionCalls _calls = new(new CallTargets(vectors, system), options);
    private readonly TextStrikes _strikes = new(options.RefuseFor, time);

    public async Task<IRunningStatement> StartAsync(
        StatementRequest request, TimeSpan timeout, IDisposable lease, RunningQuery? query, CancellationToken cancellationToken)
    {
        // With its parameters: a text that is harmless with others must not be refused.
        var text = request.Sql + '\0' + request.Parameters;
        var budget = new TimeBudget(timeout);
        using var history = new StatementCase(request.Sql);
        var (ownsLease, takesSecond) = (true, false);
        try
        {
            _strikes.Require(text);
            while (true)
            {
                // Not in the statement's time: that another statement has just ended the process is not its fault. A start has a limit of its own.
                var worker = await pool.TakeAsync(takesSecond, cancellationToken);
                var statement = new LaneStatement(worker, history, datasets, _calls, options, budget, lease, () => _strikes.Add(text));
                if (!statement.TryEnter())
                {
                    continue; // the process has just ended
                }

                ownsLease = false;
                query?.Run(statement.GetProgress);
                try
                {
                    await statement.StartAsync(request, cancellationToken);
                    history.Succeed();
                    return statement;
                }
                catch (MemoryTakenException error)
                {
                    ownsLease = true;
                    takesSecond = !takesSecond ? true : throw error.Error;
                }
                catch (WorkerGoneException error)
                {
                    ownsLease = true;
                    await JudgeAsync(history, worker, text, error, cancellationToken);
                }
            }
        }
        finally
        {
            if (ownsLease)
            {
                lease.Dispose();
            }
        }
    }

    public void Dispose() => _calls.Dispose();

    /// <summary>Returns when a statement whose process has ended may run again, and throws when it may not.</summary>
    private async Task JudgeAsync(
        StatementCase history, EngineWorker worker, string text, WorkerGoneException error, CancellationToken cancellationToken)
    {
        var death = await worker.Death;
        if (death is WorkerDeath.Crashed or WorkerDeath.OutOfMemory)
        {
            if (history.Judge(worker.Suspects) || await history.IsLeftAsync(worker.Suspects, worker.DiedAt, cancellationToken))
            {
                _strikes.Add(text);
                throw death == WorkerDeath.OutOfMemory ? EngineErrors.OutOfMemory(options) : EngineErrors.Failed(error);
            }
        }
    }
}
