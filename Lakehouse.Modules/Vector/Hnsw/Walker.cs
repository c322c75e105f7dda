using System.Collections;

namespace Lakehouse.Vector.Hnsw;

/// <summary>The graph's operations, searching over one space and building over another (or the same).</summary>
internal sealed class Walker<TWalk, TWalkScorer, TBuild, TBuildScorer>(HnswGraph graph, VectorStore store, TWalk walk, TBuild build) : IWalker
    where TWalk : struct, ISpace<TWalkScorer>
    where TWalkScorer : struct, IScorer
    where TBuild : struct, ISpace<TBuildScorer>
    where TBuildScorer : struct, IScorer
{
    public void Search(int ef, SearchContext context) => graph.Search(walk.ForQuery(context.Query), ef, context);

    public bool Search(NodeFilter filter, int ef, int scoreCountMax, SearchContext context) =>
        graph.Search(walk.ForQuery(context.Query), filter, ef, scoreCountMax, context);

    public void Insert(uint node, SearchContext context)
    {
        store.Prepare(store.Read(node), context.Query);
        graph.Insert(build, build.ForQuery(context.Query), node, context);
    }

    public bool Repair(uint node, BitArray deleted, SearchContext context) =>
        graph.Repair<TBuild, TBuildScorer>(build, node, deleted, context);

    public int Span(uint nodeCount, SearchContext context) => graph.Span<TBuild, TBuildScorer>(build, nodeCount, SearchNear, context);

    private void SearchNear(uint node, SearchContext context)
    {
        store.Prepare(store.Read(node), context.Query);
        graph.Search(build.ForQuery(context.Query), graph.EfConstruction, context);
    }
}
