using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>A statement ran out of memory in an engine that also ran others, which may have used the memory.</summary>
internal sealed class MemoryTakenException(LakehouseException error) : Exception(error.Message, error)
{
    /// <summary>The engine's error.</summary>
    public LakehouseException Error => error;
}
