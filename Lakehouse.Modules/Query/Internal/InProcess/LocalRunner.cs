using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;

namespace Lakehouse.Query.Internal.InProcess;

/// <summary>Runs statements on an engine of this process, for hosts without engine processes. A statement that crashes the engine ends the program.</summary>
internal sealed class LocalRunner(EnginePool engines, SqlParser parser, DatasetResolver datasets, QueryOptions options) : IStatementRunner
{
    private readonly SqlGate _gate = new(parser, engines.Setup.Bounds, engines.Setup.SystemTables);
    private readonly StatementErrors _errors = new(engines.Setup);

    public async Task<IRunningStatement> StartAsync(
        StatementRequest request, TimeSpan timeout, IDisposable lease, RunningQuery? query, CancellationToken cancellationToken)
    {
        query?.Run(null);
        var statement = new LocalStatement(engines, _gate, _errors, datasets, new StepWatch(timeout, options.InterruptGrace), lease);
        try
        {
            await statement.StartAsync(request, cancellationToken);
            return statement;
        }
        catch
        {
            await statement.DisposeAsync();
            throw;
        }
    }
}
