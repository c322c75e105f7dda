namespace Lakehouse.Search;

/// <summary>What the results are ranked by.</summary>
public enum SearchMode
{
    /// <summary>The distance of vectors.</summary>
    Vector,

    /// <summary>Keywords, by BM25.</summary>
    Keyword,

    /// <summary>Both; their ranks are fused.</summary>
    Hybrid,
}
