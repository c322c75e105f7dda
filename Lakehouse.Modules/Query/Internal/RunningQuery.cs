using System.Buffers;
using System.Diagnostics;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Json;
using Lakehouse.Query.Internal.Vectors;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal;

/// <summary>
/// One query from its planning to its last row. Every step of the engine runs on a pool thread, watched from here: past its time, or when the client has gone, the
/// step is interrupted again and again until it stops, for an interrupt that comes a moment too early is lost. One that does not stop keeps its thread, its
/// connection and its engine, which is retired; this query and its place are given up at once.
/// </summary>
internal sealed class RunningQuery(EnginePool engines, IDisposable turn, QueryOptions options, HostPaths paths) : IQueryResult
{
    private const int ShortTextMax = 4_096;

    private static readonly TimeSpan InterruptEvery = TimeSpan.FromMilliseconds(20);

    private readonly Lock _outputGate = new();
    private readonly List<ILocalFile> _held = [];
    private EngineInstance? _engine;
    private DuckDbConnection? _connection;
    private VectorScope? _vectors;
    private string _sql = string.Empty;
    private IReadOnlyList<FunctionCall> _calls = [];
    private DuckDbStatement? _statement;
    private DuckDbResult? _result;
    private DuckDbChunk? _first;
    private ColumnJson[] _writers = [];
    private TimeSpan _spent;
    private long _rows;
    private bool _isExplain;
    private bool _isAtEnd;
    private bool _isGivenUp;

    public IReadOnlyList<QueryColumn> Columns { get; private set; } = [];

    public bool IsTruncated { get; private set; }

    /// <summary>Judges a text, and runs it up to its first rows.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="judge">The gate. Its parser is quadratic in a few constructs, so a long text is judged under the watch too.</param>
    /// <param name="find">Finds the datasets that a statement names.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StartAsync(string sql, Func<string, GatedStatement> judge, Func<GatedStatement, StatementDatasets> find, CancellationToken cancellationToken)
    {
        _engine = engines.Enter();
        _connection = _engine.Connect();
        _vectors = _engine.Vectors.Begin(_connection);
        _sql = sql;
        var statement = sql.Length <= ShortTextMax ? judge(sql) : await WatchAsync(() => judge(sql), cancellationToken);
        _isExplain = statement.IsExplain;
        _calls = statement.Calls;
        var datasets = find(statement);
        try
        {
            if (datasets.Listed is not null)
            {
                await _engine.ListAsync(datasets.Listed, _held, cancellationToken);
            }

            await _engine.DefineAsync(datasets.Named, _held, cancellationToken);
        }
        catch (DuckDbException fault)
        {
            throw QueryErrors.Translate(fault, paths, options);
        }

        await WatchAsync(() => Start(statement), cancellationToken);
        await _engine.HoldNewerAsync(datasets.Named, _held, cancellationToken);
    }

    public async Task<int> WriteRowsAsync(IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        if (_isAtEnd)
        {
            return 0;
        }

        // The first chunk is there already: to write it waits for nothing, and needs no other thread.
        return _first is not null && options.MaxRows == 0 ? WriteNext(output) : await WatchAsync(() => WriteNext(output), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        if (!_isGivenUp)
        {
            Free();
            turn.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Plans, executes and fetches the first chunk: what fails up to here is an answer with a status of its own.</summary>
    private int Start(GatedStatement gated)
    {
        _statement = _connection!.Prepare(gated.Resolve(_connection));
        if (_statement.Kind is not (DuckDbStatementKind.Select or DuckDbStatementKind.Explain))
        {
            throw GateErrors.Forbidden("it is no SELECT");
        }

        _result = _statement.ExecuteStreaming();
        Columns = [.. _result.Columns.Select(c => new QueryColumn(c.Name, c.Type.Name))];
        _writers = [.. _result.Columns.Select(c => ColumnJson.For(c.Type))];
        _first = _result.FetchChunk();
        return 0;
    }

    private int WriteNext(IBufferWriter<byte> output)
    {
        using var chunk = _first ?? _result!.FetchChunk();
        _first = null;
        if (chunk is null)
        {
            _isAtEnd = true;
            return 0;
        }

        var count = chunk.RowCount;
        if (options.MaxRows > 0 && _rows + count >= options.MaxRows)
        {
            // At the bound exactly, only one more row would make the answer a cut one.
            var left = (int)(options.MaxRows - _rows);
            IsTruncated = count > left || HasMore();
            count = left;
            _isAtEnd = true;
        }

        lock (_outputGate)
        {
            if (_isGivenUp)
            {
                return 0; // the request, and its output with it, is gone
            }

            Write(chunk, count, output);
        }

        _rows += count;
        return count;
    }

    private bool HasMore()
    {
        using var next = _result!.FetchChunk();
        return next is not null;
    }

    private void Write(DuckDbChunk chunk, int count, IBufferWriter<byte> output)
    {
        var json = new JsonOutput(output);
        if (_isExplain)
        {
            WritePlan(chunk, count, ref json);
            json.Complete();
            return;
        }

        for (var i = 0; i < _writers.Length; i++)
        {
            _writers[i].Bind(chunk.GetVector(i));
        }

        for (var row = 0; row < count; row++)
        {
            json.Write(_rows + row > 0 ? ",["u8 : "["u8);
            for (var i = 0; i < _writers.Length; i++)
            {
                if (i > 0)
                {
                    json.Write((byte)',');
                }

                _writers[i].Write(ref json, row);
            }

            json.Write((byte)']');
        }

        json.Complete();
    }

    /// <summary>A plan: texts, which may name files.</summary>
    private void WritePlan(DuckDbChunk chunk, int count, ref JsonOutput json)
    {
        for (var row = 0; row < count; row++)
        {
            json.Write(_rows + row > 0 ? ",["u8 : "["u8);
            for (var i = 0; i < Columns.Count; i++)
            {
                if (i > 0)
                {
                    json.Write((byte)',');
                }

                var text = Encoding.UTF8.GetString(chunk.GetVector(i).GetBytes(row));
                json.WriteString(Encoding.UTF8.GetBytes(paths.HidePlan(text)));
            }

            json.Write((byte)']');
        }
    }

    private async Task<T> WatchAsync<T>(Func<T> step, CancellationToken cancellationToken)
    {
        var left = options.Timeout - _spent;
        if (left <= TimeSpan.Zero)
        {
            throw QueryErrors.Timeout(options.Timeout);
        }

        var started = Stopwatch.GetTimestamp();
        var running = Task.Run(step, CancellationToken.None);
        try
        {
            return await running.WaitAsync(left, cancellationToken);
        }
        catch (DuckDbException fault)
        {
            throw _vectors?.Fault is { } cause ? Locate(cause) : QueryErrors.Translate(fault, paths, options);
        }
        catch (TimeoutException)
        {
            await StopAsync(running);
            throw QueryErrors.Timeout(options.Timeout);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(running);
            throw;
        }
        finally
        {
            _spent += Stopwatch.GetElapsedTime(started);
        }
    }

    /// <summary>The error of a vector function, at its call: the only one of the function, or the one that has most of these arguments.</summary>
    private LakehouseException Locate(VectorFault fault)
    {
        var calls = _calls.Where(c => c.Function == fault.Function).ToList();
        var call = calls.Count == 1 ? calls[0] : calls.Where(c => c.Constants.Any(fault.Arguments.Contains)).MaxBy(c => c.Constants.Count(fault.Arguments.Contains));
        return call is null ? fault.Error : SqlPosition.At(fault.Error, _sql, call.OffsetBytes);
    }

    private async Task StopAsync(Task running)
    {
        var started = Stopwatch.GetTimestamp();
        _vectors?.Stop();
        while (!running.IsCompleted)
        {
            if (Stopwatch.GetElapsedTime(started) > options.InterruptGrace)
            {
                GiveUp(running);
                return;
            }

            _connection!.Interrupt();
            await Task.WhenAny(running, Task.Delay(InterruptEvery, CancellationToken.None));
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The step goes on, nobody knows for how long. What it uses is freed when it ends; the place it had is free now.</summary>
    private void GiveUp(Task running)
    {
        lock (_outputGate)
        {
            _isGivenUp = true;
        }

        engines.Retire(_engine!);
        turn.Dispose();
        _ = running.ContinueWith(_ => Free(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Free()
    {
        _first?.Dispose();
        _result?.Dispose();
        _statement?.Dispose();
        _vectors?.Dispose();
        _connection?.Dispose();
        _held.ForEach(file => file.Dispose());
        _engine?.Leave();
    }
}
