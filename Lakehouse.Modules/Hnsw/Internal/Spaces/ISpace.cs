using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>What the graph is built over: gives scorers for queries and for stored nodes, whose scores are comparable with each other.</summary>
/// <typeparam name="TScorer">Its scorer.</typeparam>
internal unsafe interface ISpace<out TScorer>
    where TScorer : struct, IScorer
{
    /// <summary>A scorer for the query that <paramref name="scratch"/> holds. It is good as long as the scratch is.</summary>
    TScorer ForQuery(QueryScratch scratch);

    /// <summary>A scorer for a stored node. <paramref name="scratch"/> has room for the codes of a node and stays the scorer's.</summary>
    TScorer ForNode(uint node, byte* scratch);
}
