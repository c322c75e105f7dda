namespace Lakehouse.Storage.Internal;

/// <summary>
/// Gives each object of this process a different time. The ETag of an object is its time and size, and the kernel's own time stamps are the same within a tick
/// of some milliseconds, in which a key may be written twice. The step is 100 ns, the resolution of .NET.
/// </summary>
internal sealed class ObjectClock
{
    private long _last;

    public DateTime Next(DateTimeOffset now)
    {
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(now.UtcTicks, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return new DateTime(next, DateTimeKind.Utc);
            }
        }
    }
}
