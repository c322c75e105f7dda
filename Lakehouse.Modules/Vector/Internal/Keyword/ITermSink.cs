namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>Takes the terms of a text.</summary>
internal interface ITermSink
{
    /// <summary>Takes a term.</summary>
    /// <param name="term">The term; valid only during the call.</param>
    /// <param name="start">Where it starts in the text, in UTF-16 units.</param>
    /// <param name="end">Where it ends in the text, in UTF-16 units; exclusive.</param>
    void Add(ReadOnlySpan<char> term, int start, int end);
}
