using Lakehouse.Query.Internal.SystemTables;

namespace Lakehouse.Query.Internal.Protocol;

/// <summary>Who answers the calls of functions.</summary>
internal sealed class CallTargets(ISqlVectors? vectors, ISystemRows system)
{
    /// <summary>Answers the vector functions, which an engine has only where this is there.</summary>
    public ISqlVectors Vectors => vectors ?? throw new InvalidOperationException("no module answers vector functions");

    /// <summary>Answers the functions of the system tables.</summary>
    public ISystemRows System => system;
}
