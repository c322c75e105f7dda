using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>A statement found no memory in an engine that ran others beside it, which may have it.</summary>
internal sealed class MemoryTakenException(LakehouseException error) : Exception(error.Message, error)
{
    /// <summary>What the engine said.</summary>
    public LakehouseException Error => error;
}
