using Lakehouse.Core.Errors;

namespace Lakehouse.Query;

/// <summary>
/// Answers the SQL functions <c>embed</c> and <c>vector_search</c>. Implemented by a module that knows embeddings and vector indexes, which this one does not.
/// Thread-safe.
/// </summary>
public interface ISqlVectors
{
    /// <summary>Returns one vector for each text, in the same order.</summary>
    /// <param name="texts">Distinct texts, up to 2,048.</param>
    /// <param name="model">The model's name; null for the default.</param>
    /// <param name="cancellationToken">Cancelled when the query is stopped.</param>
    /// <exception cref="LakehouseException">
    /// The error of the embedder. A position in it counts <paramref name="texts"/> and means nothing to the query.
    /// </exception>
    Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(IReadOnlyList<string> texts, string? model, CancellationToken cancellationToken);

    /// <summary>Returns the hits of each search of one index, in the order of the searches.</summary>
    /// <param name="index">The index or alias.</param>
    /// <param name="queries">Up to 2,048 searches.</param>
    /// <param name="cancellationToken">Cancelled when the query is stopped.</param>
    /// <exception cref="LakehouseException">
    /// The error of the index or of the embedder. <c>call_too_large</c> and <c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>): fewer searches in
    /// one call may succeed.
    /// </exception>
    Task<IReadOnlyList<IReadOnlyList<SqlVectorHit>>> SearchAsync(string index, IReadOnlyList<SqlVectorQuery> queries, CancellationToken cancellationToken);
}
