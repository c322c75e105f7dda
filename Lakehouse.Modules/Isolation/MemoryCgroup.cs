using System.Globalization;

namespace Lakehouse.Isolation;

/// <summary>
/// A memory cgroup of the kernel for one process (version 2, docs.kernel.org/admin-guide/cgroup-v2.html, or the memory controller of version 1), below that of
/// the server. There is none where the server may not make one.
/// </summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Prefix = "lakehouse-";

    // The kernel lets go of a process a moment after it has ended.
    private const int RemovalsMax = 25;

    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(20);

    private static int _count;

    private readonly string _folder;
    private readonly bool _isUnified;

    private MemoryCgroup(string folder, bool isUnified) => (_folder, _isUnified) = (folder, isUnified);

    /// <summary>Puts a process into a group of its own; null where that is not possible.</summary>
    public static MemoryCgroup? TryCreate(int process, long limitBytes)
    {
        if (FindOwn() is not var (parent, isUnified))
        {
            return null;
        }

        var folder = Path.Combine(parent, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        try
        {
            RemoveLeftovers(parent);
            Directory.CreateDirectory(folder);
            var limit = limitBytes.ToString(CultureInfo.InvariantCulture);
            Write(folder, isUnified ? "memory.max" : "memory.limit_in_bytes", limit);
            TryWrite(folder, isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes", isUnified ? "0" : limit);
            TryWrite(folder, "memory.oom.group", "1");
            Write(folder, "cgroup.procs", process.ToString(CultureInfo.InvariantCulture));
            return new MemoryCgroup(folder, isUnified);
        }
        catch (Exception error) when (IsRefusal(error))
        {
            TryRemove(folder);
            return null;
        }
    }

    /// <summary>Whether the kernel has ended the process because it reached the limit.</summary>
    public bool HasKilled
    {
        get
        {
            try
            {
                return File.ReadLines(Path.Combine(_folder, _isUnified ? "memory.events" : "memory.oom_control"))
                    .Any(l => l.StartsWith("oom_kill ", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal));
            }
            catch (Exception error) when (IsRefusal(error))
            {
                return false;
            }
        }
    }

    /// <summary>Removes the group. Its process must have ended.</summary>
    public void Dispose()
    {
        for (var tries = 1; !TryRemove(_folder) && tries < RemovalsMax; tries++)
        {
            Thread.Sleep(RemovalPause);
        }
    }

    /// <summary>
    /// Returns the server's own group, from lines such as <c>0::/user.slice</c> or <c>4:memory:/docker/1</c>. Where the memory controller of version 1 is in
    /// use, version 2 has none.
    /// </summary>
    private static (string Folder, bool IsUnified)? FindOwn()
    {
        const string root = "/sys/fs/cgroup";
        try
        {
            var groups = File.ReadAllLines("/proc/self/cgroup").Select(l => l.Split(':', 3)).Where(p => p.Length == 3).ToList();
            if (groups.Find(p => p[1].Split(',').Contains("memory", StringComparer.Ordinal)) is { } first)
            {
                return ($"{root}/memory{first[2].TrimEnd('/')}", false);
            }

            return groups.Find(p => p[1].Length == 0) is { } unified ? ($"{root}{unified[2].TrimEnd('/')}", true) : null;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return null;
        }
    }

    /// <summary>Removes the groups of servers that were killed. They are empty, because the processes ended with their server.</summary>
    private static void RemoveLeftovers(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            var server = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{server}"))
            {
                TryRemove(folder);
            }
        }
    }

    /// <summary>False where it is still in use. The next start tries again.</summary>
    private static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return !Directory.Exists(folder);
        }
    }

    // The file is opened and never created: a file that is missing is an interface that the kernel does not have.
    private static void Write(string folder, string name, string value)
    {
        using var file = new StreamWriter(new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Write));
        file.Write(value);
    }

    private static void TryWrite(string folder, string name, string value)
    {
        try
        {
            Write(folder, name, value);
        }
        catch (Exception error) when (IsRefusal(error))
        {
            // Not on every kernel, and not needed for the limit to hold.
        }
    }

    private static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException;
}
