using Lakehouse.Catalog;
using Lakehouse.Core.Concurrency;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal;

/// <summary>Turn, gate, engine, first rows.</summary>
internal sealed class QueryEngine(SqlGate gate, EnginePool engines, ICatalog catalog, IObjectStore store, StorageOptions storage, QueryOptions options)
    : IQueryEngine, IDisposable
{
    private readonly Places _turns = new(options.MaxRunning, options.MaxWaiting, options.Timeout, () => QueryErrors.TooManyQueries(options));
    private readonly HostPaths _paths = new(store, storage);

    public async Task<IQueryResult> ExecuteAsync(string sql, QueryBounds? bounds, CancellationToken cancellationToken)
    {
        var turn = await _turns.TakeAsync(cancellationToken);
        var own = bounds is null ? options : options with { Timeout = bounds.Timeout, MaxSqlBytes = bounds.MaxSqlBytes, MaxRows = 0 };
        var query = new RunningQuery(engines, turn, own, _paths);
        try
        {
            await query.StartAsync(sql, text => gate.Judge(text, own, name => catalog.FindIgnoringCase(name) is not null), Datasets, cancellationToken);
            return query;
        }
        catch
        {
            await query.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

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
}
