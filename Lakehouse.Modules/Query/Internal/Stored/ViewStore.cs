using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Names;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>Views are manifests with a query and without files.</summary>
internal sealed class ViewStore(QueryEngine engine, ICatalog catalog) : IViews
{
    public async Task<Manifest> PutAsync(DatasetName name, string sql, CancellationToken cancellationToken)
    {
        var head = await engine.DefineAsync(sql, cancellationToken);
        Caller.Current.RequireSeen(ResourceKind.View, name.Value);
        foreach (var dataset in head.Datasets.Where(d => Caller.Current.GuardOf(d.Name) is not null))
        {
            // Others read the view with their own rights, and so would show in derived datasets what its author does not see.
            throw Caller.Current.Guarded(dataset.Name, "Only those who see all of a dataset make views of it.");
        }

        catalog.RequireNoCycle(name.Value, head.Datasets.Select(d => d.Name));
        var definition = new DatasetDefinition(DefinitionKind.View, sql, DatasetWriter.SourcesOf(head));
        return (await catalog.CommitViewAsync(name, definition, DatasetWriter.ColumnsOf(head), CancellationToken.None)).Manifest;
    }

    public Manifest Find(DatasetName name) => catalog.FindView(name.Value) is { } view && view.Name == name
        ? view
        : throw EngineErrors.NoView(name.Value, catalog.ListViews().Select(v => v.Name.Value));
}
