using Lakehouse.Core.Errors;

namespace Lakehouse.Query;

/// <summary>
/// What SQL's <c>embed</c> and <c>vector_search</c> ask. Implemented by whoever knows embeddings and vector indexes; this module does not. Thread-safe.
/// </summary>
public interface ISqlVectors
{
    /// <summary>One vector for each text, in their order.</summary>
    /// <param name="texts">Different texts, up to 2,048.</param>
    /// <param name="model">The model's name; null for the default.</param>
    /// <param name="cancellationToken">The query was given up.</param>
    /// <exception cref="LakehouseException">As of the embedder; positions in it mean nothing to a query.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(IReadOnlyList<string> texts, string? model, CancellationToken cancellationToken);

    /// <summary>The hits of each search of one index, in the searches' order.</summary>
    /// <param name="index">The index or alias.</param>
    /// <param name="queries">Up to 2,048 searches.</param>
    /// <param name="cancellationToken">The query was given up.</param>
    /// <exception cref="LakehouseException">
    /// As of the index and of the embedder. <c>call_too_large</c> and <c>answer_too_large</c> (<see cref="ErrorKind.InvalidInput"/>): fewer at once may do.
    /// </exception>
    Task<IReadOnlyList<IReadOnlyList<SqlVectorHit>>> SearchAsync(string index, IReadOnlyList<SqlVectorQuery> queries, CancellationToken cancellationToken);
}
