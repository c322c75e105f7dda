namespace Lakehouse.Query.Internal.Workers;

/// <summary>Why an engine process has ended.</summary>
internal enum WorkerDeath
{
    /// <summary>It crashed, presumably because of a statement.</summary>
    Crashed,

    /// <summary>It was ended because it took too much memory.</summary>
    OutOfMemory,

    /// <summary>It was ended because a statement did not stop.</summary>
    Stuck,

    /// <summary>It was ended from outside, or by the server for another reason. No statement is at fault.</summary>
    Ended,
}
