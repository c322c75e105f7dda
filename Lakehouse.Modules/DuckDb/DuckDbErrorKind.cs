namespace Lakehouse.DuckDb;

/// <summary>The kind of an engine error, as far as callers tell them apart.</summary>
public enum DuckDbErrorKind
{
    /// <summary>Any kind not named here: the statement is at fault.</summary>
    Other,

    /// <summary>The statement was interrupted.</summary>
    Interrupted,

    /// <summary>The memory limit, or the limit of the temporary files, is reached.</summary>
    OutOfMemory,

    /// <summary>A file could not be read or written.</summary>
    InputOutput,

    /// <summary>The configuration forbids it.</summary>
    Permission,

    /// <summary>An assertion of the engine failed, or the instance is no longer usable.</summary>
    Engine,
}
