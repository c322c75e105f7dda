namespace Lakehouse.Vector;

/// <summary>Whether an index can be used.</summary>
public enum IndexStatus
{
    /// <summary>The index can be used.</summary>
    Ready,

    /// <summary>One of its files cannot be read, or it does not fit into the memory limit. Its files are left as they are.</summary>
    Damaged,
}
