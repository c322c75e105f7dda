namespace Lakehouse.Query.Internal.Protocol;

/// <summary>
/// The frames between the server and an engine process (the worker); the description of each begins with its sender. On the control lane: <see cref="Setup"/>,
/// then <see cref="Ready"/>, then any number of <see cref="Cancel"/> and of <see cref="Ping"/>, each answered by <see cref="Pong"/>. On every other lane, one
/// statement at a time: <see cref="Start"/>; optionally <see cref="Needs"/>, answered by <see cref="Datasets"/> or <see cref="NoDatasets"/>; optionally
/// <see cref="Call"/>, answered by <see cref="Answer"/>; <see cref="Head"/>, then <see cref="Data"/>, each answered by <see cref="Taken"/>, which may be
/// missing after the last ones; finally <see cref="End"/> or <see cref="Failed"/>.
/// </summary>
internal static class FrameKind
{
    /// <summary>Server: the setup of the engine.</summary>
    public const byte Setup = 1;

    /// <summary>Worker: ready for statements. Lists the steps of its confinement that failed.</summary>
    public const byte Ready = 2;

    /// <summary>Server: stop a statement. Holds its lane and its number.</summary>
    public const byte Cancel = 3;

    /// <summary>Server: asks whether the worker responds.</summary>
    public const byte Ping = 4;

    /// <summary>Worker: the answer to <see cref="Ping"/>, with the progress of the statements that run.</summary>
    public const byte Pong = 5;

    /// <summary>Server: a statement.</summary>
    public const byte Start = 10;

    /// <summary>Server: the answer to <see cref="Needs"/>.</summary>
    public const byte Datasets = 11;

    /// <summary>Server: an error instead of <see cref="Datasets"/>.</summary>
    public const byte NoDatasets = 12;

    /// <summary>Server: the answer to <see cref="Call"/>.</summary>
    public const byte Answer = 13;

    /// <summary>Server: a block has been read and is free again.</summary>
    public const byte Taken = 14;

    /// <summary>Worker: asks for the datasets of the statement.</summary>
    public const byte Needs = 20;

    /// <summary>Worker: a call of a vector function.</summary>
    public const byte Call = 21;

    /// <summary>Worker: the columns.</summary>
    public const byte Head = 22;

    /// <summary>Worker: bytes of the answer, in a block.</summary>
    public const byte Data = 23;

    /// <summary>Worker: the answer is complete. Holds the number of its rows.</summary>
    public const byte End = 24;

    /// <summary>Worker: the statement failed.</summary>
    public const byte Failed = 25;
}
