namespace Lakehouse.Isolation;

/// <summary>What a worker shares with the server.</summary>
/// <param name="LaneCount">The number of lanes; the first is for control.</param>
/// <param name="BlocksPerLane">The blocks of shared memory of each lane except the first.</param>
/// <param name="BlockBytes">The size of a block.</param>
/// <param name="FrameBytesMax">The largest frame.</param>
public sealed record WorkerShape(int LaneCount, int BlocksPerLane, int BlockBytes, int FrameBytesMax)
{
    internal int BlockCount => Math.Max(1, (LaneCount - 1) * BlocksPerLane);

    internal int FirstBlock(int lane) => Math.Max(0, (lane - 1) * BlocksPerLane);

    internal int BlocksOf(int lane) => lane == 0 ? 0 : BlocksPerLane;
}
