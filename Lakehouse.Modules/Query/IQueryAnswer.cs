using System.IO.Pipelines;

namespace Lakehouse.Query;

/// <summary>The answer of a running query as the bytes of one document. Disposing of it ends the query. Not thread-safe.</summary>
public interface IQueryAnswer : IAsyncDisposable
{
    /// <summary>The media type of the bytes, e.g. <c>application/json; charset=utf-8</c>.</summary>
    string ContentType { get; }

    /// <summary>
    /// Writes the document and flushes it piece by piece. While the output accepts no more bytes, the engine pauses and another query may use its lease. Called
    /// once.
    /// </summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>. What was written before is not the whole document.
    /// </exception>
    Task CopyToAsync(PipeWriter output, CancellationToken cancellationToken);
}
