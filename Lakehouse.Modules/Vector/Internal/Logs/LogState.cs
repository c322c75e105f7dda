namespace Lakehouse.Vector.Internal.Logs;

/// <summary>How far the log of an index was read.</summary>
internal enum LogState
{
    /// <summary>To its end.</summary>
    Current,

    /// <summary>To a number that is missing: it is still being written, or its writer has ended before it was.</summary>
    Waiting,

    /// <summary>A snapshot has replaced what was not read: the index must be read from the snapshot.</summary>
    Replaced,
}
