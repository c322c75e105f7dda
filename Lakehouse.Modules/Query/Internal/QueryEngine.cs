using Lakehouse.Catalog;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal;

/// <summary>Turn, gate, engine, first rows.</summary>
internal sealed class QueryEngine(SqlGate gate, EnginePool engines, ICatalog catalog, IObjectStore store, StorageOptions storage, QueryOptions options)
    : IQueryEngine, IDisposable
{
    private readonly SemaphoreSlim _running = new(options.MaxRunning);
    private readonly HostPaths _paths = new(store, storage);
    private int _waiting;

    public async Task<IQueryResult> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var turn = await TakeTurnAsync(cancellationToken);
        var query = new RunningQuery(engines, turn, options, _paths);
        try
        {
            await query.StartAsync(sql, text => gate.Judge(text, name => catalog.FindIgnoringCase(name) is not null), Datasets, cancellationToken);
            return query;
        }
        catch
        {
            await query.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _running.Dispose();

    /// <summary>The newest version of each dataset that the statement names.</summary>
    private List<Manifest> Datasets(GatedStatement statement)
    {
        if (statement.NamesEveryDataset)
        {
            return [.. catalog.List().Where(m => m.Objects.Count > 0)];
        }

        var datasets = statement.Datasets.Select(name => catalog.FindIgnoringCase(name)!).ToList();
        return datasets.Find(d => d.Objects.Count == 0) is { } empty ? throw QueryErrors.NoDataFiles(empty.Name.Value) : datasets;
    }

    private async Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        if (!_running.Wait(0, cancellationToken))
        {
            if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
            {
                Interlocked.Decrement(ref _waiting);
                throw QueryErrors.TooManyQueries(options);
            }

            try
            {
                if (!await _running.WaitAsync(options.Timeout, cancellationToken))
                {
                    throw QueryErrors.TooManyQueries(options);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        return new Turn(_running);
    }

    private sealed class Turn(SemaphoreSlim running) : IDisposable
    {
        public void Dispose() => running.Release();
    }
}
