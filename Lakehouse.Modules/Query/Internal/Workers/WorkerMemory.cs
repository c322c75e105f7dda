namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// How the memory of queries is shared among the engine processes that there are at a time. Each of them has the engine's own limit, but that is soft: the
/// engine does not count all that it uses. Thread-safe.
/// </summary>
/// <param name="limitBytes">The engine's limit: <c>query.memory_limit</c>.</param>
internal sealed class WorkerMemory(long limitBytes)
{
    // What a process has of its own: the runtime, the engine's library, buffers.
    private const long OwnBytes = 64 * 1024 * 1024;

    // What a process has at most that has nothing to do.
    private const long IdleBytes = 100 * 1024 * 1024;

    // Close to its bound the kernel first takes back pages of libraries, which slows every statement down: it is to come second.
    private const long KernelMarginBytes = 32 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<object, long> _seen = [];

    /// <summary>The bound that the kernel holds a process to, where it can.</summary>
    public long KernelMaxBytes => MaxBytes + KernelMarginBytes;

    private long MaxBytes => OwnBytes + (long)(limitBytes * 1.1);

    /// <summary>
    /// Whether a process may have the memory that it has. A third is allowed to one that runs statements beside the one at work, and to one that is on its way
    /// out; what those leave, to the one at work. What a process has that does nothing does not count.
    /// </summary>
    /// <param name="process">Who it is; the same object each time.</param>
    /// <param name="memoryBytes">What it has now.</param>
    /// <param name="isAtWork">Whether it is the process that takes new statements.</param>
    public bool Allows(object process, long memoryBytes, bool isAtWork)
    {
        lock (_gate)
        {
            _seen[process] = memoryBytes;
            var others = _seen.Where(s => s.Key != process).Sum(s => Math.Max(0, s.Value - IdleBytes));
            return memoryBytes <= (isAtWork ? MaxBytes - others : OwnBytes + (MaxBytes / 3));
        }
    }

    /// <summary>A process has ended.</summary>
    public void Forget(object process)
    {
        lock (_gate)
        {
            _seen.Remove(process);
        }
    }
}
