using Lakehouse.Core.Errors;

namespace Lakehouse.Vector.Internal;

/// <summary>The memory budget of all indexes together: the memory in use, and reservations for changes that are not applied yet. Thread-safe.</summary>
/// <param name="options">With the limit.</param>
internal sealed class MemoryBudget(VectorOptions options)
{
    private readonly long _limitBytes = options.MemoryLimitBytes;
    private readonly Lock _gate = new();
    private long _reserved;

    /// <summary>Returns the memory that the indexes use now.</summary>
    public Func<long> Indexes { get; set; } = () => 0;

    private long UsedBytes => Indexes() + Interlocked.Read(ref _reserved);

    /// <summary>Reserves memory until <see cref="Release"/>, which is called when the index uses the memory or does not need it.</summary>
    public bool TryReserve(long neededBytes)
    {
        lock (_gate)
        {
            if (UsedBytes + neededBytes > _limitBytes)
            {
                return false;
            }

            Interlocked.Add(ref _reserved, neededBytes);
            return true;
        }
    }

    /// <summary>Ends a reservation.</summary>
    public void Release(long neededBytes) => Interlocked.Add(ref _reserved, -neededBytes);

    /// <summary>Throws where the limit does not allow this much.</summary>
    /// <exception cref="LakehouseException"><c>vector_memory_full</c>.</exception>
    public void Require(long neededBytes)
    {
        if (UsedBytes + neededBytes > _limitBytes)
        {
            throw Full(neededBytes);
        }
    }

    /// <summary>The error for a change that needs more memory than the limit allows.</summary>
    public LakehouseException Full(long neededBytes) => VectorErrors.MemoryFull(neededBytes, UsedBytes, _limitBytes);
}
