namespace Lakehouse.Query.Internal.Answers;

/// <summary>The forms of answers, as statements ask for them.</summary>
internal enum AnswerForm : byte
{
    /// <summary><see cref="JsonForm"/>.</summary>
    Json,

    /// <summary><see cref="ChunkForm"/>.</summary>
    Chunks,
}
