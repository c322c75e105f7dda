using System.Buffers;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// A judged statement on an engine, from its planning to its last row. Every call blocks. One thread at a time may use it, except for <see cref="Interrupt"/>.
/// Errors of the engine are thrown as <see cref="Core.Errors.LakehouseException"/>, without the paths of the host.
/// </summary>
internal sealed class StatementRun : IDisposable
{
    private readonly EngineInstance _engine;
    private readonly StatementRequest _request;
    private readonly JudgedStatement _statement;
    private readonly StatementErrors _errors;
    private readonly DuckDbConnection _connection;
    private readonly VectorScope _vectors;
    private readonly IAnswerForm _form;
    private DuckDbStatement? _prepared;
    private DuckDbResult? _result;
    private DuckDbChunk? _next;
    private long _rows;
    private bool _isCut;
    private volatile bool _isStopped;

    public StatementRun(EngineInstance engine, StatementRequest request, JudgedStatement statement, StatementErrors errors)
    {
        (_engine, _request, _statement, _errors) = (engine, request, statement, errors);
        _form = AnswerForms.For(request, statement, errors.Paths);
        _connection = engine.Connect();
        _vectors = engine.Vectors.Begin(_connection);
    }

    /// <summary>The columns, after <see cref="TryStart"/>.</summary>
    public IReadOnlyList<DuckDbColumn> Columns => _result!.Columns;

    /// <summary>The engine's estimate of the work done, from 0 to 1; null where it has none. May be called from another thread until it is disposed of.</summary>
    public double? Progress => _connection.Progress;

    /// <summary>How many rows were written so far.</summary>
    public long RowCount => _rows;

    /// <summary>Cancelled when the statement is stopped. Passed to the calls of its vector functions.</summary>
    public CancellationToken Stopping => _vectors.Stopping;

    /// <summary>What the statement needs from the catalog. It can change, because other statements change what the engine knows.</summary>
    public DatasetNeeds Needs => new(
        [.. _statement.Tables.Select(t => (t.Name, _engine.Views.Find(t.Name)))],
        _statement.NamesEveryDataset ? _engine.Views.List() : null);

    /// <summary>Whether it needs anything from the catalog.</summary>
    public bool HasNeeds => _statement.Tables.Count > 0 || _statement.NamesEveryDataset;

    /// <summary>Plans, executes, and fetches the first rows.</summary>
    /// <param name="datasets">The answer to <see cref="Needs"/>; null when nothing was needed.</param>
    /// <param name="output">Receives the bytes before the first row.</param>
    /// <returns>False when the answer does not fit what the engine knows by now: <see cref="Needs"/> must be answered again.</returns>
    public bool TryStart(DatasetChanges? datasets, IBufferWriter<byte> output) => Do(() =>
    {
        if (datasets is not null && !TryDefine(datasets))
        {
            return false;
        }

        _prepared = _connection.Prepare(_statement.Resolve(_connection));
        if (_prepared.Kind is not (DuckDbStatementKind.Select or DuckDbStatementKind.Explain))
        {
            throw GateErrors.Forbidden("it is no SELECT");
        }

        ParameterBinder.Bind(_prepared, _request.Parameters);
        _result = _prepared.ExecuteStreaming();
        _form.Begin(_result, output);
        _next = _result.FetchChunk();
        return true;
    });

    /// <summary>Writes the rows that were fetched.</summary>
    public void WriteRows(IBufferWriter<byte> output) => Do(() =>
    {
        if (_next is not null)
        {
            var left = _request.MaxRows == 0 ? long.MaxValue : _request.MaxRows - _rows;
            _isCut = _next.RowCount > left;
            var count = (int)Math.Min(_next.RowCount, left);
            if (count > 0)
            {
                _form.Write(_next, count, output);
                _rows += count;
            }
        }

        return true;
    });

    /// <summary>Fetches the next rows.</summary>
    /// <returns>False when there are no more; <see cref="WriteEnd"/> is called next.</returns>
    public bool MoveNext() => Do(() =>
    {
        var hadRows = _next is not null;
        _next?.Dispose();
        _next = hadRows && !_isCut ? _result!.FetchChunk() : null;
        return _next is not null;
    });

    /// <summary>Writes the bytes after the last row.</summary>
    public void WriteEnd(IBufferWriter<byte> output) => _form.End(_rows, _isCut, output);

    /// <summary>Tells the running step to stop. Must be called repeatedly until it has: a call between two steps of the engine is lost.</summary>
    public void Interrupt()
    {
        _isStopped = true;
        _vectors.Stop();
        _connection.Interrupt();
    }

    public void Dispose()
    {
        _next?.Dispose();
        _form.Dispose();
        _result?.Dispose();
        _prepared?.Dispose();
        _vectors.Dispose();
        _connection.Dispose();
    }

    private bool TryDefine(DatasetChanges datasets)
    {
        _engine.Views.List(datasets);
        for (var i = 0; i < datasets.Named.Count; i++)
        {
            if (!_engine.Views.TryDefine(datasets.Named[i] ?? throw _statement.Tables[i].Missing))
            {
                return false;
            }
        }

        return true;
    }

    private T Do<T>(Func<T> step)
    {
        if (_isStopped)
        {
            throw StatementErrors.Stopped();
        }

        try
        {
            return step();
        }
        catch (DuckDbException) when (_vectors.Error is not null)
        {
            throw StatementErrors.Locate(_vectors.Error!, _request.Sql, _statement.Calls);
        }
        catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.Interrupted && _isStopped)
        {
            throw StatementErrors.Stopped();
        }
        catch (DuckDbException error)
        {
            throw _errors.Translate(error);
        }
    }
}
