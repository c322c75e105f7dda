namespace Lakehouse.Search;

/// <summary>What ranks the results.</summary>
public enum SearchMode
{
    /// <summary>The distance of vectors.</summary>
    Vector,

    /// <summary>Keywords, by BM25.</summary>
    Keyword,

    /// <summary>Both, their ranks fused.</summary>
    Hybrid,
}
