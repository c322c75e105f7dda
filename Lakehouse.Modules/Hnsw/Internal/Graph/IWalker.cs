using System.Collections;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The graph's operations over one kind of vectors. A search makes one indirect call; the code behind it is compiled for the kind.</summary>
internal interface IWalker
{
    /// <summary>Leaves the nearest nodes to the prepared query in the context's beam; see <see cref="GraphSearch{TScorer}"/>.</summary>
    void Search(int ef, SearchContext context);

    /// <summary>The same for the nodes that <paramref name="filter"/> accepts. False when abandoned after <paramref name="scoreCountMax"/> scores.</summary>
    bool Search(NodeFilter filter, int ef, int scoreCountMax, SearchContext context);

    /// <summary>Links a stored node into the graph.</summary>
    void Insert(uint node, SearchContext context);

    /// <summary>Replaces the links of a node to deleted ones.</summary>
    bool Heal(uint node, BitArray deleted, SearchContext context);

    /// <summary>Attaches a node of <see cref="HnswGraph.Apart"/> to the spanning tree.</summary>
    void AttachAgain(uint node, SearchContext context);

    /// <summary>Completes the spanning tree of nodes 0 to <paramref name="nodeCount"/> - 1.</summary>
    int CompleteTree(uint nodeCount, SearchContext context);
}
