using Lakehouse.Core.Errors;

namespace Lakehouse.Search;

/// <summary>Searches indexes by meaning, keywords and conditions. Thread-safe.</summary>
public interface ISearcher
{
    /// <summary>Runs a search.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_search</c> (<see cref="ErrorKind.InvalidInput"/>); <c>model_differs</c>, <c>model_changed</c> (<see cref="ErrorKind.Conflict"/>): the index's
    /// vectors are of another model; and the errors of the index, the embedder and, for conditions and columns, of a query.
    /// </exception>
    Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellationToken);
}
