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

    private StatementDatasets Datasets(GatedStatement statement)
    {
        // One may have been dropped since the gate looked.
        var named = statement.Datasets.Select(name => catalog.FindIgnoringCase(name) ?? throw GateErrors.UnknownDataset(name, null)).ToList();
        return named.Find(d => d.Objects.Count == 0) is { } empty
            ? throw QueryErrors.NoDataFiles(empty.Name.Value)
            : new StatementDatasets(named, statement.NamesEveryDataset ? [.. catalog.List().Where(m => m.Objects.Count > 0)] : null);
    }
}
