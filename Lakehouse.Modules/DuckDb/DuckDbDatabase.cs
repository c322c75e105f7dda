using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>
/// One instance of DuckDB. Instances in one process share nothing. Thread-safe: connect from any thread. Memory is freed when the
/// instance and the last of its connections are disposed of.
/// </summary>
public sealed class DuckDbDatabase : IDisposable
{
    private readonly DatabaseHandle _handle;

    private DuckDbDatabase(DatabaseHandle handle) => _handle = handle;

    /// <summary>The version of the library, e.g. <c>v1.5.5</c>.</summary>
    public static string LibraryVersion => NativeMethods.Borrow(NativeMethods.duckdb_library_version());

    /// <summary>Opens an instance whose database lives in memory.</summary>
    /// <param name="settings">DuckDB's settings by name, e.g. <c>threads</c>.</param>
    /// <exception cref="DuckDbException">A setting is refused.</exception>
    public static DuckDbDatabase OpenInMemory(params IEnumerable<(string Name, string Value)> settings)
    {
        if (NativeMethods.duckdb_create_config(out var config) != 0)
        {
            throw new DuckDbException("Out of Memory Error: the configuration could not be created");
        }

        try
        {
            foreach (var (name, value) in settings)
            {
                if (NativeMethods.duckdb_set_config(config, name, value) != 0)
                {
                    throw new DuckDbException($"Invalid Configuration Error: {name} = {value} is refused");
                }
            }

            var state = NativeMethods.duckdb_open_ext(null, out var handle, config, out var error);
            if (state != 0)
            {
                handle.Dispose();
                throw new DuckDbException(NativeMethods.Take(error));
            }

            return new DuckDbDatabase(handle);
        }
        finally
        {
            NativeMethods.duckdb_destroy_config(ref config);
        }
    }

    /// <summary>Opens an instance that never downloads or loads an extension, as every instance of this program must be.</summary>
    /// <param name="memoryLimit">Its memory, as DuckDB writes sizes.</param>
    /// <param name="settings">More of DuckDB's settings. It has one thread unless they say otherwise.</param>
    /// <exception cref="DuckDbException">A setting is refused.</exception>
    public static DuckDbDatabase OpenIsolated(string memoryLimit, params IEnumerable<(string Name, string Value)> settings) => OpenInMemory(
    [
        ("threads", "1"),
        ("memory_limit", memoryLimit),
        ("autoinstall_known_extensions", "false"),
        ("autoload_known_extensions", "false"),
        ("allow_community_extensions", "false"),
        .. settings,
    ]);

    /// <summary>Opens a connection (about 5 microseconds).</summary>
    public DuckDbConnection Connect() =>
        NativeMethods.duckdb_connect(_handle, out var connection) == 0
            ? new DuckDbConnection(connection)
            : throw new DuckDbException("Connection Error: the instance cannot open a connection");

    /// <summary>
    /// Lets a thread of the caller run tasks of this instance. Its setting <c>external_threads</c> must count such threads, and the connections' own.
    /// </summary>
    public DuckDbTasks CreateTasks() => new(NativeMethods.duckdb_create_task_state(_handle));

    /// <summary>Closes the instance as soon as its last connection is gone.</summary>
    public void Dispose() => _handle.Dispose();
}
