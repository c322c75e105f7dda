using Lakehouse.Hnsw.Internal.Search;

namespace Lakehouse.Hnsw.Internal.Spaces;

/// <summary>A form of the vectors with a distance: creates scorers for queries and for stored nodes, whose scores are comparable with each other.</summary>
/// <typeparam name="TScorer">The type of its scorers.</typeparam>
internal unsafe interface ISpace<out TScorer>
    where TScorer : struct, IScorer
{
    /// <summary>A scorer for the query in <paramref name="scratch"/>. Valid as long as the scratch is unchanged.</summary>
    TScorer ForQuery(QueryScratch scratch);

    /// <summary>A scorer for a stored node. It uses <paramref name="scratch"/>, a buffer for the codes of one node, as long as it is used itself.</summary>
    TScorer ForNode(uint node, byte* scratch);
}
