using System.Globalization;
using Lakehouse.Host.Cli;
using Lakehouse.Query;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Divides the file descriptors that the system allows this process (<c>ulimit -n</c>). Without a free descriptor, the .NET runtime cannot start a thread and
/// ends the process. So connections, which any client can open, get only what is left after everything else.
/// </summary>
internal static class DescriptorBudget
{
    private const string Limits = "/proc/self/limits";
    private const string OpenFiles = "Max open files";

    // For files, connections to buckets and embedding servers, and the runtime itself.
    private const int Others = 256;
    private const int ConnectionsMin = 16;

    // For an engine process that is ending, and for the other ends of the lanes of one that is being started.
    private const int PassingEngines = 2;

    /// <summary>How many connections can be open at once.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="limit">How many descriptors the process may have; null for no limit.</param>
    /// <exception cref="CommandException">The limit is too low even for the fewest connections.</exception>
    public static int FitConnections(LakehouseSettings settings, long? limit)
    {
        var (query, server) = (settings.Query, settings.Server);
        var lanes = 1 + query.MaxRunning + query.MaxPaused;
        var engines = query.IsIsolated && QueryModule.CanIsolate ? (1 + query.ReserveEngines + PassingEngines) * lanes : 0;
        var left = (limit ?? long.MaxValue) - engines - Others - server.HealthConnections;
        return left >= ConnectionsMin
            ? (int)Math.Min(left, server.MaxConnections)
            : throw new CommandException(
                $"The system lets this process have {limit} file descriptors (ulimit -n), and it needs "
                + $"{engines + Others + server.HealthConnections + ConnectionsMin}: "
                + "raise that limit, or lower query.max_running, query.max_paused or query.reserve_engines.");
    }

    /// <summary>How many descriptors this process may have; null when that is not known or not limited.</summary>
    public static long? ReadLimit()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // "Max open files 1024 4096 files": the soft limit, which applies, and the hard limit. The runtime raises the soft limit to the hard one at its start.
        var line = File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith(OpenFiles, StringComparison.Ordinal));
        var soft = line?[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
