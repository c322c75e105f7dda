using System.Globalization;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>Which open files a new process inherits.</summary>
internal static class DescriptorFlags
{
    private const int FirstAfterStandard = 3;

    /// <summary>None but the standard ones and those that are named, whoever opened the others and however.</summary>
    public static void CloseAllOnExec(IReadOnlyCollection<int> inherited)
    {
        var open = Directory.EnumerateFiles("/proc/self/fd")
            .Select(p => int.Parse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture))
            .ToList();
        foreach (var descriptor in open.Where(d => d >= FirstAfterStandard))
        {
            // One may have been closed since, or a new one opened: the runtime opens each with the flag set.
            var flags = Libc.fcntl(descriptor, Libc.GetDescriptorFlags, 0);
            if (flags >= 0)
            {
                var wanted = inherited.Contains(descriptor) ? flags & ~Libc.DescriptorCloseOnExec : flags | Libc.DescriptorCloseOnExec;
                _ = Libc.fcntl(descriptor, Libc.SetDescriptorFlags, wanted);
            }
        }
    }
}
