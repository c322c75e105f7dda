using System.Collections.Concurrent;
using Lakehouse.DuckDb;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>
/// Single-threaded DuckDB instances for conversions, kept between ingests: to open one takes longer than to convert a small file. Thread-safe.
/// </summary>
internal sealed class ConverterEngines(IngestOptions options) : IDisposable
{
    private readonly ConcurrentBag<DuckDbDatabase> _idle = [];
    private bool _isDisposed;

    /// <summary>Takes an instance. The caller gives it back, or disposes of it after an error that it may not have survived.</summary>
    /// <param name="folder">The scratch folder, for what does not fit into memory.</param>
    public DuckDbDatabase Take(string folder)
    {
        var spill = Path.Combine(folder, $"spill-{Guid.NewGuid():N}");
        while (_idle.TryTake(out var idle))
        {
            try
            {
                using var connection = idle.Connect();
                connection.Execute($"SET temp_directory = {DuckDbSql.Literal(spill)}");
                return idle;
            }
            catch (DuckDbException)
            {
                // One that has spilled keeps its folder, which is gone.
                idle.Dispose();
            }
        }

        return DuckDbDatabase.OpenIsolated($"{options.MemoryLimitBytes / 1024}KiB", ("temp_directory", spill));
    }

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
    }
}
