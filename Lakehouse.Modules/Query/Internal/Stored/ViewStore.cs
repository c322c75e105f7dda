using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
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

        if (!Caller.Current.IsAdministrator && !head.IsRepeatable)
        {
            throw new LakehouseException(
                ErrorKind.Forbidden, "not_allowed",
                $"A view of the profile '{Caller.Current.Name}' reads datasets alone: no system table, no index, and nothing that depends on the time or on "
                + "chance.");
        }

        catalog.RequireNoCycle(name.Value, head.Datasets.Select(d => d.Name));
        var definition = new DatasetDefinition(DefinitionKind.View, sql, DatasetWriter.SourcesOf(head));
        return (await catalog.CommitViewAsync(name, definition, DatasetWriter.ColumnsOf(head), CancellationToken.None)).Manifest;
    }

    public Manifest Find(DatasetName name) => catalog.FindView(name.Value) is { } view && view.Name == name && Caller.Current.Exists(view)
        ? view
        : throw EngineErrors.NoView(name.Value, Caller.Current.See(catalog.ListViews()).Select(v => v.Name.Value));
}
