using System.IO.Pipelines;

namespace Lakehouse.Query;

/// <summary>The answer of a running query as the bytes of one document. Disposing of it ends the query. Not thread-safe.</summary>
public interface IQueryAnswer : IAsyncDisposable
{
    /// <summary>What the bytes are, e.g. <c>application/json; charset=utf-8</c>.</summary>
    string ContentType { get; }

    /// <summary>
    /// Writes the document, and flushes as it goes. While the output takes no more, the engine pauses, and another query may run in its place. Called once.
    /// </summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>: what was written so far is not the whole document.
    /// </exception>
    Task CopyToAsync(PipeWriter output, CancellationToken cancellationToken);
}
