using System.Buffers;

namespace Lakehouse.Query;

/// <summary>The rows of a running query, forward only. Disposing of it ends the query. Not thread-safe.</summary>
public interface IQueryResult : IAsyncDisposable
{
    /// <summary>The columns, in order.</summary>
    IReadOnlyList<QueryColumn> Columns { get; }

    /// <summary>True when rows were cut off by the row bound. Known after the last call of <see cref="WriteRowsAsync"/>.</summary>
    bool IsTruncated { get; }

    /// <summary>
    /// Writes the next rows, each a JSON array, with a comma before every row but the result's first. docs/json.md has the form of every type.
    /// </summary>
    /// <returns>How many rows; 0 after the last one.</returns>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">As <see cref="IQueryEngine.ExecuteAsync"/>: what was written so far is not the whole answer.</exception>
    Task<int> WriteRowsAsync(IBufferWriter<byte> output, CancellationToken cancellationToken);
}
