using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>Views: queries with a name. Thread-safe.</summary>
internal sealed class ViewStore(QueryEngine engine, ICatalog catalog)
{
    /// <summary>Stores a view after its query was judged and planned.</summary>
    /// <exception cref="LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>; <c>definition_cycle</c> (<see cref="ErrorKind.InvalidInput"/>), <c>name_conflict</c>
    /// (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    public async Task<Manifest> PutAsync(DatasetName name, string sql, CancellationToken cancellationToken)
    {
        var head = await engine.DefineAsync(sql, cancellationToken);
        catalog.RequireNoCycle(name.Value, head.Datasets.Select(d => d.Name));
        var definition = new DatasetDefinition(DefinitionKind.View, sql, DatasetWriter.SourcesOf(head));
        return (await catalog.CommitViewAsync(name, definition, DatasetWriter.ColumnsOf(head), CancellationToken.None)).Manifest;
    }

    /// <summary>A view.</summary>
    /// <exception cref="LakehouseException"><c>view_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    public Manifest Find(DatasetName name) => catalog.FindView(name.Value) is { } view && view.Name == name
        ? view
        : throw EngineErrors.NoView(name.Value, catalog.ListViews().Select(v => v.Name.Value));
}
