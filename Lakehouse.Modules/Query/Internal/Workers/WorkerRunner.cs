using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Runs statements in engine processes. A statement whose process ends runs again on the next one, as long as nobody has seen a byte of its answer, unless it is at fault: that is, when it did not
/// stop, or was the only one that ran when the process crashed or took too much memory, or was there a second time when that happened.
/// </summary>
internal sealed class WorkerRunner(WorkerPool pool, DatasetResolver datasets, QueryOptions options, TimeProvider time, ISqlVectors? vectors = null) : IStatementRunner
{
    // A process that somebody keeps ending, or one that never comes up, must not keep a statement for ever.
    private const int AttemptsMax = 20;

    private readonly TextStrikes _strikes = new(options.RefuseFor, time);

    public async Task<IRunningStatement> StartAsync(StatementRequest request, TimeSpan timeout, IDisposable lease, CancellationToken cancellationToken)
    {
        var budget = new TimeBudget(timeout);
        var (isSuspect, ownsLease) = (false, true);
        try
        {
            _strikes.Require(request.Sql);
            for (var attempt = 1; ; attempt++)
            {
                var worker = await budget.RunAsync(async stop => await pool.TakeAsync(stop), cancellationToken);
                var statement = new LaneStatement(worker, datasets, vectors, options, budget, lease, () => _strikes.Add(request.Sql));
                if (!statement.TryEnter())
                {
                    continue; // the process has just ended
                }

                ownsLease = false;
                try
                {
                    await statement.StartAsync(request, cancellationToken);
                    return statement;
                }
                catch (WorkerGoneException fault)
                {
                    ownsLease = true;
                    isSuspect = await JudgeAsync(worker, request, isSuspect, attempt, fault);
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

    /// <summary>Decides whether a statement runs again whose process has ended.</summary>
    /// <returns>True when it was there as a process ended by a fault: the next time it counts as its own.</returns>
    private async Task<bool> JudgeAsync(EngineWorker worker, StatementRequest request, bool isSuspect, int attempt, WorkerGoneException fault)
    {
        var death = await worker.Death;
        var isFault = death is WorkerDeath.Crashed or WorkerDeath.OutOfMemory;
        if (isFault && (isSuspect || worker.SuspectCount <= 1))
        {
            _strikes.Add(request.Sql);
            throw death == WorkerDeath.OutOfMemory ? EngineErrors.OutOfMemory(options) : EngineErrors.Failed(fault);
        }

        return attempt < AttemptsMax ? isSuspect || isFault : throw EngineErrors.Unavailable(fault);
    }
}
