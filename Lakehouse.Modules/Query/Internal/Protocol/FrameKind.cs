namespace Lakehouse.Query.Internal.Protocol;

/// <summary>
/// The frames between the server and an engine process. On the control lane: <see cref="Setup"/>, then <see cref="Ready"/>, then any number of
/// <see cref="Cancel"/> and of <see cref="Ping"/>, each answered by <see cref="Pong"/>. On every other lane, one statement at a time: <see cref="Start"/>;
/// perhaps <see cref="Needs"/>, answered by <see cref="Datasets"/> or <see cref="NoDatasets"/>; perhaps <see cref="Call"/>, answered by
/// <see cref="Answer"/>; <see cref="Head"/>, then <see cref="Data"/>, each answered by <see cref="Taken"/>; at last <see cref="End"/> or <see cref="Failed"/>.
/// </summary>
internal static class FrameKind
{
    /// <summary>Server: the setup of the engine.</summary>
    public const byte Setup = 1;

    /// <summary>Worker: it takes statements. What it could not give up.</summary>
    public const byte Ready = 2;

    /// <summary>Server: a lane's statement is not wanted any more. The lane and the statement's number.</summary>
    public const byte Cancel = 3;

    /// <summary>Server: are you there?</summary>
    public const byte Ping = 4;

    /// <summary>Worker: it is.</summary>
    public const byte Pong = 5;

    /// <summary>Server: a statement.</summary>
    public const byte Start = 10;

    /// <summary>Server: the answer to <see cref="Needs"/>.</summary>
    public const byte Datasets = 11;

    /// <summary>Server: there is no answer to <see cref="Needs"/>, but an error.</summary>
    public const byte NoDatasets = 12;

    /// <summary>Server: the answer to <see cref="Call"/>.</summary>
    public const byte Answer = 13;

    /// <summary>Server: a block has been read and is free again.</summary>
    public const byte Taken = 14;

    /// <summary>Worker: which datasets it has to know.</summary>
    public const byte Needs = 20;

    /// <summary>Worker: a call of a vector function.</summary>
    public const byte Call = 21;

    /// <summary>Worker: the columns.</summary>
    public const byte Head = 22;

    /// <summary>Worker: bytes of the answer, in a block.</summary>
    public const byte Data = 23;

    /// <summary>Worker: the answer is whole.</summary>
    public const byte End = 24;

    /// <summary>Worker: the statement failed.</summary>
    public const byte Failed = 25;
}
