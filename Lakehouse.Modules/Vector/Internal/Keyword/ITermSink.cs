namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>Takes the terms of a text.</summary>
internal interface ITermSink
{
    /// <summary>A term.</summary>
    /// <param name="term">The term; the memory is used again.</param>
    /// <param name="start">Where it starts in the text, in UTF-16 units.</param>
    /// <param name="end">Where it ends.</param>
    void Add(ReadOnlySpan<char> term, int start, int end);
}
