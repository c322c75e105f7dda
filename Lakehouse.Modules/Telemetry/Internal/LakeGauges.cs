using System.Diagnostics.Metrics;
using Lakehouse.Audit;
using Lakehouse.Catalog;
using Lakehouse.Core.Observation;
using Lakehouse.Query;
using Lakehouse.Vector;
using Microsoft.Extensions.Hosting;

namespace Lakehouse.Telemetry.Internal;

/// <summary>Shows the state of the lake when it is asked for.</summary>
internal sealed class LakeGauges(IMeterFactory meters, ICatalog catalog, IQueryControl queries, IVectorIndexes indexes, IAuditState audit) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Of this server, where several run in one process; it is disposed of with the services.
        var meter = meters.Create(Tracing.Name);
        meter.CreateObservableGauge("lakehouse.datasets", () => catalog.List().Count, "{dataset}", "Datasets");
        meter.CreateObservableGauge("lakehouse.dataset.rows", () => catalog.List().Sum(m => m.RowCount), "{row}", "Rows of all datasets");
        meter.CreateObservableGauge("lakehouse.queries.running", () => CountQueries(QueryState.Running), "{query}", "Queries that run");
        meter.CreateObservableGauge("lakehouse.queries.waiting", () => CountQueries(QueryState.Waiting), "{query}", "Queries that wait");
        meter.CreateObservableGauge("lakehouse.indexes", () => indexes.List().Count, "{index}", "Vector indexes");
        meter.CreateObservableGauge("lakehouse.index.items", () => indexes.List().Sum(i => i.ItemCount), "{item}", "Items of all vector indexes");
        meter.CreateObservableGauge("lakehouse.index.memory", () => indexes.List().Sum(i => i.MemoryBytes), "By", "Memory of all vector indexes");
        meter.CreateObservableGauge("lakehouse.audit.rows.waiting", () => audit.WaitingCount, "{row}", "Rows of the audit that wait to be written");
        meter.CreateObservableCounter("lakehouse.audit.rows.dropped", () => audit.DroppedCount, "{row}", "Requests that have no row in the audit");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private int CountQueries(QueryState state) => queries.List().Count(q => q.State == state);
}
