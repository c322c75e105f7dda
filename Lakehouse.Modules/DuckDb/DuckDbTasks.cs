using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>Runs tasks of an instance's statements on a thread that is not the instance's own. One thread at a time.</summary>
public sealed class DuckDbTasks : IDisposable
{
    private readonly TaskStateHandle _handle;

    internal DuckDbTasks(TaskStateHandle handle) => _handle = handle;

    /// <summary>Runs the tasks that wait to be run, each to its end.</summary>
    /// <param name="countMax">The most tasks.</param>
    /// <returns>How many were run; 0 when none waited.</returns>
    public long Run(int countMax) => (long)NativeMethods.duckdb_execute_n_tasks_state(_handle, (ulong)countMax);

    /// <summary>Frees the state. No thread may be in <see cref="Run"/>.</summary>
    public void Dispose() => _handle.Dispose();
}
