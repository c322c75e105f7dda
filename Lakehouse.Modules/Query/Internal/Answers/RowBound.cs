namespace Lakehouse.Query.Internal.Answers;

/// <summary>The most rows of an answer.</summary>
/// <param name="Max">How many; 0: no limit.</param>
/// <param name="IsWanted">Whether the client has asked for it. Then it may be cut in a format that has no place to say so.</param>
internal readonly record struct RowBound(long Max, bool IsWanted)
{
    /// <summary>Throws <c>answer_cut</c> where an answer was cut and its client does not know.</summary>
    public void RequireWanted()
    {
        if (!IsWanted)
        {
            throw EngineErrors.AnswerCut(Max);
        }
    }
}
