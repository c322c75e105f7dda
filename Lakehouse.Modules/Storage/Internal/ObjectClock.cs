namespace Lakehouse.Storage.Internal;

/// <summary>
/// Times that no two objects of this process share: the ETag of an object is its time and size, and the kernel's own stamps repeat
/// within its tick of some milliseconds, in which a key may be written twice. Steps of 100 ns, as .NET and the file systems keep them.
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
