using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Hnsw;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// One search of one index. Decides between a walk over the graph and a scan, which compares every item that the filter passes. A walk compares about
/// ef / share items, where share is the part of the items that pass, so it costs more than a scan when few pass. A walk that turns out to cost more than a
/// scan is abandoned for one. So a search returns k results whenever k items pass.
/// </summary>
internal sealed class IndexSearch(VectorIndex index, VectorOptions options)
{
    private const int RangeEfMin = 64;

    private readonly List<Neighbour> _found = [];

    /// <summary>Checks a search and runs it.</summary>
    /// <param name="query">The search.</param>
    /// <param name="owner">The owner's record, which is part of the answer.</param>
    /// <param name="size">Counts the memory of the answer.</param>
    public VectorAnswer Run(VectorQuery query, IOwnerRecord? owner, AnswerSize size)
    {
        Check(query);
        var filter = query.Filter is { } json ? new FilterParser(options.MaxFilterDepth, options.MaxFilterTerms).Parse(json) : null;
        var context = index.Graph.Enter();
        try
        {
            var k = Math.Min(query.K ?? options.MaxK, Math.Max(1, index.Count));
            var vector = query.Vector ?? VectorOf(query.Id!);
            if (ItemBatch.FindError(vector.Span, index.Spec) is { } error)
            {
                throw VectorErrors.Query(error);
            }

            // In a search by id, one more result is found, because that item itself is left out below.
            var selection = new NodeSelection(index, filter, query.AllowedIds);
            var wanted = query.Id is null ? k : k + 1;
            var isExact = Find(vector.Span, wanted, query, selection, context);
            var repeated = index.FindRepeated(_found.Select(f => f.Node));
            if (repeated is { Count: > 0 })
            {
                isExact = Find(vector.Span, wanted + repeated.Count, query, selection, context);
                repeated = index.FindRepeated(_found.Select(f => f.Node));
            }

            return new VectorAnswer(Collect(query, k, repeated, size), isExact, context.ScoreCount, owner);
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    /// <summary>The results, nearest first.</summary>
    public IReadOnlyList<Neighbour> Found => _found;

    /// <summary>
    /// Finds the nearest items for a caller that has entered the graph and checked the vector. True when every item that may be returned was compared.
    /// </summary>
    public bool RunInside(ReadOnlyMemory<float> vector, int k, int? ef, NodeSelection selection, SearchContext context) =>
        Find(vector.Span, k, new VectorQuery { Ef = ef }, selection, context);

    private void Check(VectorQuery query)
    {
        if (query.Vector is null == query.Id is null)
        {
            throw VectorErrors.Query("it needs either a vector or the id of a stored item");
        }

        if (query.K is { } k && (k < 1 || k > options.MaxK))
        {
            throw VectorErrors.Query($"k is {k}; it is a whole number from 1 to {options.MaxK} (vector.max_k)");
        }

        if (query.Ef is { } ef && (ef < 1 || ef > options.MaxEf))
        {
            throw VectorErrors.Query($"ef is {ef}; it is a whole number from 1 to {options.MaxEf} (vector.max_ef)");
        }

        if (query.DistanceMax is { } distance && !float.IsFinite(distance))
        {
            throw VectorErrors.Query("max_distance is not a finite number");
        }
    }

    private float[] VectorOf(string id) => index.TryFind(Encoding.UTF8.GetBytes(id), out var node)
        ? index.Graph.Read(node).ToArray()
        : throw new LakehouseException(ErrorKind.NotFound, "item_not_found", $"There is no item \"{id}\" in the index '{index.Spec.Name}'.");

    /// <summary>Fills the list of results, nearest first. True when every item that may be returned was compared.</summary>
    private bool Find(ReadOnlySpan<float> vector, int k, VectorQuery query, NodeSelection selection, SearchContext context)
    {
        var condition = selection.Condition;
        if (query.IsExact || index.Count <= options.ScanCountMax)
        {
            return Scan(vector, k, selection, context);
        }

        var ef = query.Ef ?? index.Spec.EfSearch;
        var scanCost = selection.ScanCost(out var share);
        if (condition is not null && Math.Max(ef, k) / share >= scanCost)
        {
            return Scan(vector, k, selection, context);
        }

        var limit = condition is null ? int.MaxValue : (int)Math.Min(int.MaxValue, scanCost);
        var wanted = query.DistanceMax is null ? k : Math.Min(k, Math.Max(RangeEfMin, ef));
        while (true)
        {
            var count = index.Graph.Search(vector, wanted, ef, condition, limit, context, _found);
            if (count < Math.Min(wanted, selection.AllowedCount is { } allowed && condition is not null ? Math.Min(allowed, index.Count) : index.Count))
            {
                // The walk was abandoned, or found too few: a scan also finds items that no walk reaches.
                return Scan(vector, k, selection, context);
            }

            // A search by distance needs every item within it: when the farthest result is still within, search again for more. There may be no result at
            // all, when the last items were deleted meanwhile.
            if (query.DistanceMax is not { } farthest || wanted == k || count == 0 || _found[^1].Distance > farthest)
            {
                return false;
            }

            wanted = (int)Math.Min(k, 4L * wanted);
        }
    }

    private bool Scan(ReadOnlySpan<float> vector, int k, NodeSelection selection, SearchContext context)
    {
        index.Graph.Scan(vector, k, selection.Condition, selection.AllowedBits, context, _found);
        return true;
    }

    private List<VectorHit> Collect(VectorQuery query, int k, HashSet<uint>? repeated, AnswerSize size)
    {
        var hits = new List<VectorHit>(Math.Min(k, _found.Count));
        foreach (var (node, distance) in _found)
        {
            if (hits.Count == k || distance > query.DistanceMax)
            {
                break;
            }

            if (repeated is not null && repeated.Contains(node))
            {
                continue;
            }

            var item = size.Add(index.Read(node, query.Include));
            if (item.Id != query.Id)
            {
                hits.Add(new VectorHit(item, distance));
            }
        }

        return hits;
    }
}
