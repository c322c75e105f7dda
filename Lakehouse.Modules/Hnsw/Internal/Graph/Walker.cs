using System.Collections;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>The graph's operations. Searches compare in one space; building compares in another or the same.</summary>
internal sealed class Walker<TWalk, TWalkScorer, TBuild, TBuildScorer>(HnswGraph graph, VectorStore store, TWalk walk, TBuild build) : IWalker
    where TWalk : struct, ISpace<TWalkScorer>
    where TWalkScorer : struct, IScorer
    where TBuild : struct, ISpace<TBuildScorer>
    where TBuildScorer : struct, IScorer
{
    public void Search(int ef, SearchContext context) => new GraphSearch<TWalkScorer>(graph, walk.ForQuery(context.Query), context).Search(ef);

    public bool Search(NodeFilter filter, int ef, int scoreCountMax, SearchContext context) =>
        new GraphSearch<TWalkScorer>(graph, walk.ForQuery(context.Query), context).Search(filter, ef, scoreCountMax);

    public void Insert(uint node, SearchContext context)
    {
        store.Prepare(store.Read(node), context.Query);
        new GraphBuilder<TBuild, TBuildScorer>(graph, build, context).Insert(node);
    }

    public bool Heal(uint node, BitArray deleted, SearchContext context) => new GraphHealer<TBuild, TBuildScorer>(graph, build, context).Heal(node, deleted);

    public void AttachAgain(uint node, SearchContext context) => new SpanningTree<TBuild, TBuildScorer>(graph, build, context).AttachAgain(node);

    public int CompleteTree(uint nodeCount, SearchContext context) =>
        new SpanningTree<TBuild, TBuildScorer>(graph, build, context).Complete(nodeCount, SearchNear);

    private void SearchNear(uint node, SearchContext context)
    {
        store.Prepare(store.Read(node), context.Query);
        new GraphSearch<TBuildScorer>(graph, build.ForQuery(context.Query), context).Search(graph.EfConstruction);
    }
}
