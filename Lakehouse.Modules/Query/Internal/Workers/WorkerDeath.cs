namespace Lakehouse.Query.Internal.Workers;

/// <summary>Why an engine process has ended.</summary>
internal enum WorkerDeath
{
    /// <summary>It crashed: a fault of a statement, as far as can be told.</summary>
    Crashed,

    /// <summary>It was ended because it took too much memory.</summary>
    OutOfMemory,

    /// <summary>It was ended because a statement did not stop.</summary>
    Stuck,

    /// <summary>Somebody else ended it, or the server did for reasons of its own. No statement is at fault.</summary>
    Ended,
}
