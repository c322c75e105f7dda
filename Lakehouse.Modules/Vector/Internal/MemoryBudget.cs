using Lakehouse.Core.Errors;

namespace Lakehouse.Vector.Internal;

/// <summary>The memory of all indexes together: what they have, and what changes under way are about to take. Thread-safe.</summary>
/// <param name="limitBytes">The most.</param>
/// <param name="usedBytes">What the indexes have now.</param>
internal sealed class MemoryBudget(long limitBytes, Func<long> usedBytes)
{
    private readonly Lock _gate = new();
    private long _reserved;

    private long UsedBytes => usedBytes() + Interlocked.Read(ref _reserved);

    /// <summary>Sets memory aside until <see cref="Release"/>: by then it has become the index's, or is not needed.</summary>
    public bool TryReserve(long neededBytes)
    {
        lock (_gate)
        {
            if (UsedBytes + neededBytes > limitBytes)
            {
                return false;
            }

            Interlocked.Add(ref _reserved, neededBytes);
            return true;
        }
    }

    /// <summary>Ends a reservation.</summary>
    public void Release(long neededBytes) => Interlocked.Add(ref _reserved, -neededBytes);

    /// <summary>Throws where there is not so much.</summary>
    /// <exception cref="LakehouseException"><c>vector_memory_full</c>.</exception>
    public void Require(long neededBytes)
    {
        if (UsedBytes + neededBytes > limitBytes)
        {
            throw Full(neededBytes);
        }
    }

    /// <summary>The error that memory is short.</summary>
    public LakehouseException Full(long neededBytes) => VectorErrors.MemoryFull(neededBytes, UsedBytes, limitBytes);
}
