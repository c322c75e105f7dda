namespace Lakehouse.Query.Internal.Engine;

/// <summary>Threads that call the engine.</summary>
internal static class EngineThread
{
    // What the engine itself gives a thread: its parser, binder and optimizer recurse as deep as a statement does.
    private const int StackBytes = 8 * 1024 * 1024;

    /// <summary>Starts a thread that does not keep the process alive.</summary>
    public static Thread Start(string name, ThreadStart run)
    {
        var thread = new Thread(run, StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
