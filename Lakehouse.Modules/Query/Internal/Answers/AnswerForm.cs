namespace Lakehouse.Query.Internal.Answers;

/// <summary>The forms of an answer that a statement can ask for.</summary>
internal enum AnswerForm : byte
{
    /// <summary><see cref="JsonForm"/>.</summary>
    Json,

    /// <summary><see cref="ChunkForm"/>.</summary>
    Chunks,
}
