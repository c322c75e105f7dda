using Lakehouse.DuckDb;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>A single-threaded DuckDB instance with one connection, and a folder for what does not fit into its memory.</summary>
internal sealed class ConverterEngine : IDisposable
{
    private readonly IScratchFolder _spill;
    private readonly DuckDbDatabase _database;

    public ConverterEngine(IngestOptions options, IScratchSpace scratch)
    {
        _spill = scratch.Create();
        try
        {
            _database = DuckDbDatabase.OpenIsolated($"{options.MemoryLimitBytes / 1024}KiB", ("temp_directory", _spill.Path));
            Connection = _database.Connect();
        }
        catch
        {
            _database?.Dispose();
            _spill.Dispose();
            throw;
        }
    }

    /// <summary>The connection. One thread at a time may use it.</summary>
    public DuckDbConnection Connection { get; }

    public void Dispose()
    {
        Connection.Dispose();
        _database.Dispose();
        _spill.Dispose();
    }
}
