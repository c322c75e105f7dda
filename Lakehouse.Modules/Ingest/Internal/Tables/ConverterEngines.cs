using System.Collections.Concurrent;
using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>DuckDB instances for conversions, kept between ingests: to open one takes longer than to convert a small file. Thread-safe.</summary>
internal sealed class ConverterEngines(IngestOptions options, IScratchSpace scratch) : IDisposable
{
    private readonly ConcurrentBag<ConverterEngine> _idle = [];
    private bool _isDisposed;

    /// <summary>Takes an instance. The caller gives it back, or disposes of it after an error that it may not have survived.</summary>
    public ConverterEngine Take() => _idle.TryTake(out var idle) ? idle : new ConverterEngine(options, scratch);

    /// <summary>Runs something on an instance.</summary>
    public void Run(Action<DuckDbConnection> action)
    {
        var engine = Take();
        try
        {
            action(engine.Connection);
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        Return(engine);
    }

    /// <summary>Gives an instance back. As many are kept as one ingest has threads.</summary>
    public void Return(ConverterEngine engine)
    {
        if (_isDisposed || _idle.Count >= options.Threads)
        {
            engine.Dispose();
            return;
        }

        _idle.Add(engine);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var idle))
        {
            idle.Dispose();
        }
    }
}
