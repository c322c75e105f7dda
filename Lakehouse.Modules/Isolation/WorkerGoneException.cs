namespace Lakehouse.Isolation;

/// <summary>The process at the other end of a lane has ended or has sent an invalid frame. The lane cannot be used any more.</summary>
public sealed class WorkerGoneException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the process was killed from outside and did not fail by itself: another one can be started at once.</summary>
    public bool WasKilled { get; init; }
}
