namespace Lakehouse.Embed;

/// <summary>What a text is for. Models that distinguish queries from documents need a prefix for each.</summary>
public enum EmbedInput
{
    /// <summary>Not specified: no prefix.</summary>
    Plain,

    /// <summary>A text to search with.</summary>
    Query,

    /// <summary>A text to be found.</summary>
    Document,
}
