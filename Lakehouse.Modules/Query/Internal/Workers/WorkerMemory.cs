namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Divides the memory of queries among the engine processes that exist at a time. Each of them has the engine's own limit too, but that is soft: the engine
/// does not count all the memory it uses. Thread-safe.
/// </summary>
/// <param name="limitBytes">The engine's limit: <c>query.memory_limit</c>.</param>
internal sealed class WorkerMemory(long limitBytes)
{
    // The memory of a process besides its queries: the runtime, the engine's library, buffers.
    private const long OwnBytes = 64 * 1024 * 1024;

    // The most memory of an idle process.
    private const long IdleBytes = 100 * 1024 * 1024;

    // Close to its limit the kernel first reclaims pages of libraries, which slows down every statement. So its limit is above the server's, which then acts
    // first.
    private const long KernelMarginBytes = 32 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<object, long> _seen = [];

    /// <summary>The limit that the kernel enforces on a process, where it can.</summary>
    public long KernelMaxBytes => MaxBytes + KernelMarginBytes;

    private long MaxBytes => OwnBytes + (long)(limitBytes * 1.1);

    /// <summary>
    /// Whether a process may use as much memory as it does. A process that runs statements beside the one at work, or that is about to end, may use a third;
    /// the process at work may use what the others leave. The memory of an idle process does not count.
    /// </summary>
    /// <param name="process">The process; the same object each time.</param>
    /// <param name="memoryBytes">The memory it uses now.</param>
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

    /// <summary>Removes a process that has ended.</summary>
    public void Forget(object process)
    {
        lock (_gate)
        {
            _seen.Remove(process);
        }
    }
}
