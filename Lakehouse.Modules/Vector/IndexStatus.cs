namespace Lakehouse.Vector;

/// <summary>Whether an index can be used.</summary>
public enum IndexStatus
{
    /// <summary>It can.</summary>
    Ready,

    /// <summary>A file of it cannot be read, or it does not fit the memory; its files are left as they are.</summary>
    Damaged,
}
