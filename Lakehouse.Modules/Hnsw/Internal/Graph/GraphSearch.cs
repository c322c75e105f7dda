using Lakehouse.Hnsw.Internal.Search;
using Lakehouse.Hnsw.Internal.Spaces;

namespace Lakehouse.Hnsw.Internal.Graph;

/// <summary>Walks over the graph towards one query.</summary>
/// <typeparam name="TScorer">Computes how far nodes are from the query.</typeparam>
internal readonly unsafe struct GraphSearch<TScorer>(HnswGraph graph, TScorer scorer, SearchContext context)
    where TScorer : struct, IScorer
{
    /// <summary>
    /// Finds the <paramref name="ef"/> nodes nearest to the query, which are also left in the context's beam. They may include deleted nodes.
    /// </summary>
    public FoundNodes Search(int ef)
    {
        context.ScoreCount = 0;
        context.Beam.Reset(ef);
        return graph.Entry is { } entry ? SearchLayer(Descend(entry.Node, entry.Level, 0), ef, 0, mask: 0) : new FoundNodes(context.Beam.Keys, 0);
    }

    /// <summary>
    /// Finds the <paramref name="ef"/> nearest nodes that <paramref name="filter"/> accepts, and leaves them in the context's beam. The walk also goes through
    /// the other nodes. False when it needed more than <paramref name="scoreCountMax"/> scores and was abandoned.
    /// </summary>
    public bool Search<TFilter>(TFilter filter, int ef, int scoreCountMax)
        where TFilter : struct, INodeFilter
    {
        context.ScoreCount = 0;
        context.Beam.Reset(ef);
        return graph.Entry is not { } entry || SearchFiltered(filter, Descend(entry.Node, entry.Level, 0), ef, scoreCountMax);
    }

    /// <summary>Descends from layer <paramref name="level"/> to the one above <paramref name="floor"/>, in each to the nearest node.</summary>
    public uint Descend(uint node, int level, int floor)
    {
        var (links, score) = (graph.Links, scorer);
        var best = score.Score(node);
        for (; level > floor; level--)
        {
            bool hasMoved;
            do
            {
                hasMoved = false;
                var list = links.List(node, level);
                for (var i = 0; i < links.M && Volatile.Read(ref list[i]) is var link and not 0; i++)
                {
                    var next = score.Score(link - 1);
                    context.ScoreCount++;
                    if (next < best)
                    {
                        (best, node, hasMoved) = (next, link - 1, true);
                    }
                }
            }
            while (hasMoved);
        }

        return node;
    }

    /// <summary>Searches one layer.</summary>
    /// <param name="start">The node to start from.</param>
    /// <param name="ef">The beam width.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="mask">The mask of the nodes in the keys: it varies the order of nodes that are equally near.</param>
    public FoundNodes SearchLayer(uint start, int ef, int layer, uint mask)
    {
        var (links, score) = (graph.Links, scorer);
        var (beam, pending) = (context.Beam, context.Pending);
        context.Visited.Reset(links.Capacity);
        beam.Reset(ef);
        context.Visited.Add(start);
        beam.Add(SortKey.From(score.Score(start), start ^ mask));
        while (beam.TryFollow(out var masked))
        {
            var count = Gather(score, masked ^ mask, layer);
            for (var i = 0; i < count; i++)
            {
                if (beam.Add(SortKey.From(score.Score(pending[i]), pending[i] ^ mask)) && layer == 0)
                {
                    links.Prefetch(pending[i]);
                }
            }

            context.ScoreCount += count;
        }

        return new FoundNodes(beam.Keys, mask);
    }

    private bool SearchFiltered<TFilter>(TFilter filter, uint start, int ef, int scoreCountMax)
        where TFilter : struct, INodeFilter
    {
        var score = scorer;
        var (candidates, found, pending) = (context.Candidates, context.Found, context.Pending);
        candidates.Clear();
        found.Clear();
        context.Visited.Reset(graph.Links.Capacity);
        context.Visited.Add(start);
        pending[0] = start;
        var count = 1;
        while (true)
        {
            for (var i = 0; i < count; i++)
            {
                var key = SortKey.From(score.Score(pending[i]), pending[i]);
                if (found.Count == ef && key >= ~found.Peek)
                {
                    continue;
                }

                candidates.Push(key);
                if (filter.Accepts(pending[i]))
                {
                    if (found.Count < ef)
                    {
                        found.Push(~key);
                    }
                    else
                    {
                        found.ReplaceTop(~key);
                    }
                }
            }

            context.ScoreCount += count;
            if (context.ScoreCount > scoreCountMax)
            {
                return false;
            }

            if (candidates.Count == 0 || (found.Count == ef && candidates.Peek >= ~found.Peek))
            {
                break;
            }

            count = Gather(score, SortKey.Node(candidates.Pop()), 0);
        }

        foreach (var key in found.Keys)
        {
            context.Beam.Add(~key);
        }

        return true;
    }

    /// <summary>Collects the neighbours of a node that were not visited yet, and prefetches their vectors.</summary>
    private int Gather(TScorer score, uint node, int layer)
    {
        var links = graph.Links;
        var (visited, pending) = (context.Visited, context.Pending);
        var list = links.List(node, layer);
        var max = links.LinkCountMax(layer);
        var count = 0;
        for (var i = 0; i < max && Volatile.Read(ref list[i]) is var link and not 0; i++)
        {
            if (visited.Add(link - 1))
            {
                score.Prefetch(link - 1);
                pending[count++] = link - 1;
            }
        }

        return count;
    }
}
