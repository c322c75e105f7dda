using System.Globalization;
using Lakehouse.Host.Cli;
using Lakehouse.Query;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Shares out the file descriptors that the system lets this process have (<c>ulimit -n</c>). A runtime that has none left cannot start a thread, and ends the
/// process: so connections, of which anybody can open some, get what is left after everything else.
/// </summary>
internal static class DescriptorBudget
{
    private const string Limits = "/proc/self/limits";
    private const string OpenFiles = "Max open files";

    // Files that are read and written, connections to buckets and embedding servers, the runtime's own.
    private const int Others = 256;
    private const int ConnectionsMin = 16;

    // An engine process that is on its way out, and the other ends of the lanes of one that is being started.
    private const int PassingEngines = 2;

    /// <summary>How many connections can be open at once.</summary>
    /// <param name="settings">What is wished for.</param>
    /// <param name="limit">The descriptors that the process may have; null for as many as it likes.</param>
    /// <exception cref="CommandException">Too few for anything.</exception>
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

    /// <summary>The descriptors that this process may have; null where that is not known, or not bounded.</summary>
    public static long? ReadLimit()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // "Max open files            1024                 4096                 files", the first being the one that counts; the runtime has raised it to the
        // second.
        var line = File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith(OpenFiles, StringComparison.Ordinal));
        var soft = line?[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
