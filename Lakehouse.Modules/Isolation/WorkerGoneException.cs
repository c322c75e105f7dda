namespace Lakehouse.Isolation;

/// <summary>The process at the other end of a lane has ended, or sends what no frame is. Nothing more can be said to it.</summary>
public sealed class WorkerGoneException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when somebody ended it, rather than a fault of its own: another one can be started at once.</summary>
    public bool WasKilled { get; init; }
}
