namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>What a tool does to the lake.</summary>
internal enum ToolEffect
{
    /// <summary>Nothing.</summary>
    Reads,

    /// <summary>It adds to the memory of agents alone.</summary>
    Remembers,

    /// <summary>It adds something, or replaces a version, which stays in the history.</summary>
    Writes,

    /// <summary>It takes something away.</summary>
    Deletes,
}
