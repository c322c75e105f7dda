using System.Buffers;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>An answer that is written chunk by chunk.</summary>
internal sealed class ChunkBody : IAnswerBody
{
    /// <summary>A longer result is fetched by a second thread: to start one takes about as long as to write a chunk.</summary>
    private const int ChunksAlone = 8;

    private readonly IAnswerForm _form;
    private readonly DuckDbResult _result;
    private readonly RowBound _bound;
    private readonly Action _interrupt;
    private DuckDbChunk? _next;
    private ChunkAhead? _ahead;
    private int _chunks;
    private bool _hasBegun;
    private bool _isCut;

    /// <summary>Executes a statement whose parameters are bound, and fetches its first rows.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="form">Writes its rows.</param>
    /// <param name="bound">The most rows.</param>
    /// <param name="interrupt">Interrupts the statement, from any thread.</param>
    public ChunkBody(DuckDbStatement statement, IAnswerForm form, RowBound bound, Action interrupt)
    {
        (_form, _bound, _interrupt) = (form, bound, interrupt);
        _result = statement.ExecuteStreaming();
        try
        {
            _next = _result.FetchChunk();
        }
        catch
        {
            _result.Dispose();
            throw;
        }
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<DuckDbColumn> Columns => _result.Columns;

    public long RowCount { get; private set; }

    public void Write(IBufferWriter<byte> output)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _form.Begin(_result, output);
        }

        if (_next is null)
        {
            return;
        }

        var left = _bound.Max == 0 ? long.MaxValue : _bound.Max - RowCount;
        _isCut = _next.RowCount > left;
        var count = (int)Math.Min(_next.RowCount, left);
        if (count > 0)
        {
            _form.Write(_next, count, output);
            RowCount += count;
        }
    }

    public bool MoveNext()
    {
        var hadRows = _next is not null;
        _next?.Dispose();
        _next = hadRows && !_isCut ? Fetch() : null;
        return _next is not null;
    }

    private DuckDbChunk? Fetch()
    {
        if (_ahead is null && ++_chunks > ChunksAlone && Environment.ProcessorCount > 1)
        {
            _ahead = new ChunkAhead(_result, _interrupt);
        }

        return _ahead is null ? _result.FetchChunk() : _ahead.Take();
    }

    public void End(IBufferWriter<byte> output)
    {
        if (_isCut && !_form.ShowsCuts)
        {
            _bound.RequireWanted();
        }

        _form.End(RowCount, _isCut, output);
    }

    public void Dispose()
    {
        _ahead?.Dispose();
        _next?.Dispose();
        _form.Dispose();
        _result.Dispose();
    }
}
