namespace Lakehouse.Embed;

/// <summary>What a text is for. Models that tell the two apart want a prefix each.</summary>
public enum EmbedInput
{
    /// <summary>Not said: no prefix.</summary>
    Plain,

    /// <summary>A text to search with.</summary>
    Query,

    /// <summary>A text to be found.</summary>
    Document,
}
