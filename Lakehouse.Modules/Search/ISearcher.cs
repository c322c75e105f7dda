using Lakehouse.Core.Errors;

namespace Lakehouse.Search;

/// <summary>Searches indexes by meaning, keywords and conditions. Thread-safe.</summary>
public interface ISearcher
{
    /// <summary>Runs a search.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_search</c> (<see cref="ErrorKind.InvalidInput"/>); <c>model_differs</c>, <c>model_changed</c> (<see cref="ErrorKind.Conflict"/>): another
    /// model made the index's vectors; and the errors of the index, of the embedder and, for conditions and columns, of a query.
    /// </exception>
    Task<SearchAnswer> SearchAsync(SearchRequest request, CancellationToken cancellationToken);
}
