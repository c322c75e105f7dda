using System.Runtime.CompilerServices;
using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// The names of datasets and views, each with the query of a view: what <see cref="CatalogMacros"/> lists. Statements cannot name it. It is less than a tenth
/// of <c>lakehouse.datasets</c>.
/// </summary>
internal sealed class NamesTable(ICatalog catalog) : ISystemTable
{
    /// <summary>Its name.</summary>
    public const string Table = "names";

    public string Name => Table;

    public IReadOnlyList<QueryColumn> Columns { get; } = [new("name", "VARCHAR"), new("sql", "VARCHAR")];

    public async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var m in catalog.List())
        {
            yield return [m.Name.Value];
        }

        foreach (var m in catalog.ListViews())
        {
            yield return [m.Name.Value, m.Definition!.Sql];
        }
    }
}
