using System.Buffers;
using System.IO.Pipelines;

namespace Lakehouse.Query.Internal;

/// <summary>The answer of a query that did not have to run.</summary>
internal sealed class KeptAnswer(CachedAnswer answer, RunningQuery query, QueryRegistry registry) : IQueryAnswer
{
    public string Tag => answer.Tag;

    public IReadOnlyList<DatasetRead> Datasets => answer.Datasets;

    public bool IsKept => true;

    public async Task CopyToAsync(PipeWriter output, bool endsWithError, CancellationToken cancellationToken)
    {
        output.Write(answer.Bytes.Span);
        query.Count(answer.RowCount, answer.Bytes.Length);
        await output.FlushAsync(cancellationToken);
        registry.End(query, QueryState.Done);
    }

    public ValueTask DisposeAsync()
    {
        registry.End(query, QueryState.Abandoned);
        return ValueTask.CompletedTask;
    }
}
