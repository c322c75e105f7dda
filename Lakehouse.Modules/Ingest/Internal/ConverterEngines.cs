using System.Collections.Concurrent;
using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>
/// Single-threaded DuckDB instances for conversions, kept between ingests: to open one takes longer than to convert a small file. Thread-safe.
/// </summary>
internal sealed class ConverterEngines(IScratchSpace scratch, IngestOptions options) : IDisposable
{
    private readonly ConcurrentBag<DuckDbDatabase> _idle = [];
    private readonly Lazy<IScratchFolder> _spill = new(scratch.Create);
    private bool _isDisposed;

    /// <summary>Takes an instance. The caller gives it back, or disposes of it after an error that it may not have survived.</summary>
    public DuckDbDatabase Take() => _idle.TryTake(out var idle)
        ? idle
        : DuckDbDatabase.OpenIsolated($"{options.MemoryLimitBytes / 1024}KiB", ("temp_directory", Path.Combine(_spill.Value.Path, $"{Guid.NewGuid():N}")));

    /// <summary>Gives an instance back. As many are kept as one ingest has threads.</summary>
    public void Return(DuckDbDatabase database)
    {
        if (_isDisposed || _idle.Count >= options.Threads)
        {
            database.Dispose();
            return;
        }

        _idle.Add(database);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var idle))
        {
            idle.Dispose();
        }

        if (_spill.IsValueCreated)
        {
            _spill.Value.Dispose();
        }
    }
}
