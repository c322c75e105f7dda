using System.IO.Pipelines;

namespace Lakehouse.Query;

/// <summary>The answer of a running query as the bytes of one document. Disposing of it ends the query. Not thread-safe.</summary>
public interface IQueryAnswer : IAsyncDisposable
{
    /// <summary>
    /// The same for all answers to the same statement, with the same options, over the same versions of its datasets. Null where the answer can be another one
    /// each time.
    /// </summary>
    string? Tag { get; }

    /// <summary>The datasets that it reads, in the versions that it reads.</summary>
    IReadOnlyList<DatasetRead> Datasets { get; }

    /// <summary>Whether it was kept from an earlier run.</summary>
    bool IsKept { get; }

    /// <summary>
    /// Writes the document and flushes it piece by piece. While the output accepts no more bytes, the engine pauses and another query may use its lease. Called
    /// once.
    /// </summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">
    /// As <see cref="IQueryEngine.AnswerAsync"/>. What was written before is not the whole document.
    /// </exception>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="endsWithError">
    /// Whether an answer in a format that can hold an error at its end (<see cref="AnswerFormat.NdJson"/>) ends with it; otherwise it is thrown.
    /// </param>
    /// <param name="cancellationToken">Stops the query.</param>
    Task CopyToAsync(PipeWriter output, bool endsWithError, CancellationToken cancellationToken);
}
