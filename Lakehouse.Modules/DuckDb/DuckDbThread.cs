namespace Lakehouse.DuckDb;

/// <summary>Threads that call DuckDB.</summary>
public static class DuckDbThread
{
    // What DuckDB itself gives a thread: its parser, binder and optimizer recurse as deep as a statement does.
    private const int StackBytes = 8 * 1024 * 1024;

    /// <summary>Starts a thread with a stack of 8 MiB that does not keep the process alive.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="run">What it runs.</param>
    public static Thread Start(string name, ThreadStart run)
    {
        var thread = new Thread(run, StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
