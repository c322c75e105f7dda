using System.Globalization;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>The worker's side of <see cref="WorkerProcess"/>: its lanes, opened from its arguments.</summary>
public sealed class WorkerEndpoint
{
    // The priority of the process group, which is this process alone (setsid), and not only of the calling thread.
    private const int OfProcessGroup = 1; // PRIO_PGRP

    // Nice values go from -20 to 19; each step gives up a tenth of the processor when others want it.
    private const int BackgroundPriority = 5;

    private WorkerEndpoint(int serverProcess, IReadOnlyList<WorkerLane> lanes) => (ServerProcess, Lanes) = (serverProcess, lanes);

    /// <summary>The process that started this one.</summary>
    public int ServerProcess { get; }

    /// <summary>The lanes; the first is for control.</summary>
    public IReadOnlyList<WorkerLane> Lanes { get; }

    /// <summary>Opens the lanes.</summary>
    /// <exception cref="FormatException">The arguments are not those of <see cref="WorkerProcess"/>: the program was run by hand.</exception>
    public static WorkerEndpoint Open(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != 6)
        {
            throw new FormatException("this command can only be started by the server");
        }

        var numbers = arguments.Take(5).Select(a => int.Parse(a, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        var descriptors = arguments[5].Split(',').Select(a => int.Parse(a, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        var shape = new WorkerShape(descriptors.Count, numbers[2], numbers[3], numbers[4]);
        var blocks = SharedBlocks.Open(numbers[1], shape.BlockCount, shape.BlockBytes);
        _ = Libc.close(numbers[1]);
        return new WorkerEndpoint(
            numbers[0],
            [.. descriptors.Select((d, i) => new WorkerLane(d, blocks, shape.FirstBlock(i), shape.BlocksOf(i), shape.FrameBytesMax))]);
    }

    /// <summary>Gives all threads of this process a lower priority than the server, and than a worker that is just starting.</summary>
    public static void GiveWay() => _ = Libc.setpriority(OfProcessGroup, 0, BackgroundPriority);

    /// <summary>Ends the process at once, without flushing or freeing anything.</summary>
    public static void ExitNow(int status) => Libc.exit_now(status);
}
