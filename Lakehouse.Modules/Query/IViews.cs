using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Query;

/// <summary>Views: queries with a name. Thread-safe.</summary>
public interface IViews
{
    /// <summary>Stores a view after its query was judged and planned.</summary>
    /// <exception cref="LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>; <c>definition_cycle</c> (<see cref="ErrorKind.InvalidInput"/>), <c>name_conflict</c>
    /// (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    Task<Manifest> PutAsync(DatasetName name, string sql, CancellationToken cancellationToken);

    /// <summary>A view.</summary>
    /// <exception cref="LakehouseException"><c>view_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Manifest Find(DatasetName name);
}
