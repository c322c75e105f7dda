using System.Diagnostics;
using System.Globalization;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Finds the engine processes of a server in /proc.</summary>
public static class EngineProcesses
{
    /// <summary>The child processes of a process, the oldest first.</summary>
    public static IReadOnlyList<int> Of(int server)
    {
        try
        {
            // The kernel lists children by the thread that started them, so the lists of all threads are read.
            return [.. Directory.EnumerateDirectories($"/proc/{server}/task")
                .SelectMany(t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(p => int.Parse(p, CultureInfo.InvariantCulture))

                // Between fork and exec, a child still is a copy of the server with the server's memory, so it is not counted.
                .Where(p => File.ReadAllText($"/proc/{p}/cmdline").Contains("\0engine\0", StringComparison.Ordinal))

                // Not by their numbers, which begin again at the lowest free one after the highest.
                .OrderBy(StartedAt)
                .ThenBy(p => p)];
        }
        catch (Exception gone) when (gone is IOException)
        {
            return [];
        }
    }

    /// <summary>A value of /proc/PID/status.</summary>
    public static string Status(int process, string line) =>
        File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(line + ":", StringComparison.Ordinal))[(line.Length + 1)..].Trim();

    /// <summary>The resident memory of a server and its engine processes, in bytes.</summary>
    public static long MemoryBytes(int server, bool withEngines = true)
    {
        long pages = 0;
        foreach (var process in (withEngines ? Of(server) : []).Prepend(server))
        {
            try
            {
                pages += long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is IOException)
            {
                // The process has just ended.
            }
        }

        return pages * Environment.SystemPageSize;
    }

    /// <summary>When a process was started, in clock ticks since the machine was: the 22nd field of its line, the 20th after its name.</summary>
    private static long StartedAt(int process)
    {
        var line = File.ReadAllText($"/proc/{process}/stat");
        return long.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }

    /// <summary>Sends SIGKILL. False when the process no longer exists.</summary>
    public static bool Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
            return true;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
