using System.Globalization;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>Sets which open files a new process inherits.</summary>
internal static class DescriptorFlags
{
    private const int FirstAfterStandard = 3;

    /// <summary>Only the standard ones and the given ones are inherited, in whatever way the others were opened.</summary>
    public static void CloseAllOnExec(IReadOnlyCollection<int> inherited)
    {
        var open = Directory.EnumerateFiles("/proc/self/fd")
            .Select(p => int.Parse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture))
            .ToList();
        foreach (var descriptor in open.Where(d => d >= FirstAfterStandard))
        {
            // A descriptor may have been closed since. One that was opened since has the flag already, because the runtime sets it.
            var flags = Libc.fcntl(descriptor, Libc.GetDescriptorFlags, 0);
            if (flags >= 0)
            {
                var wanted = inherited.Contains(descriptor) ? flags & ~Libc.DescriptorCloseOnExec : flags | Libc.DescriptorCloseOnExec;
                _ = Libc.fcntl(descriptor, Libc.SetDescriptorFlags, wanted);
            }
        }
    }
}
