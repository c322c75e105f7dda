using System.Runtime.InteropServices;
using System.Text;
using Lakehouse.Vector.Internal.Keyword;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>
/// One search of one index by vector, keywords or both. The two rankings are fused by reciprocal ranks (Cormack, Clarke and Büttcher, SIGIR 2009).
/// </summary>
internal sealed class HybridSearch(VectorIndex index, VectorOptions options)
{
    /// <summary>Runs a search.</summary>
    /// <param name="query">The search.</param>
    /// <param name="owner">The owner's record, which is part of the answer.</param>
    /// <param name="size">Counts the memory of the answer.</param>
    public HybridAnswer Run(HybridQuery query, IOwnerRecord? owner, AnswerSize size)
    {
        Check(query);
        var filter = query.Filter is { } json ? new FilterParser(options.MaxFilterDepth, options.MaxFilterTerms).Parse(json) : null;
        var context = index.Graph.Enter();
        try
        {
            var selection = new NodeSelection(index, filter, query.AllowedIds);
            var depth = Math.Max(query.K, query.Depth);
            var way = SearchWay.None;
            var candidates = new Dictionary<uint, Candidate>();
            if (query.Vector is { } vector)
            {
                var search = new IndexSearch(index, options);
                var isScan = search.RunInside(vector, Math.Min(depth, Math.Max(1, index.Count)), query.Ef, selection, context);
                way = isScan ? SearchWay.Scan : SearchWay.Walk;
                for (var i = 0; i < search.Found.Count; i++)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(
                        candidates, search.Found[i].Node, out _) = new Candidate { VectorRank = i + 1, Distance = search.Found[i].Distance };
                }
            }

            if (query.Text is not null)
            {
                var matches = Match(query.Text, depth, selection);
                for (var i = 0; i < matches.Count; i++)
                {
                    ref var candidate = ref CollectionsMarshal.GetValueRefOrAddDefault(candidates, matches[i].Node, out _);
                    candidate.KeywordRank = candidate.KeywordRank == 0 ? i + 1 : candidate.KeywordRank;
                    candidate.KeywordScore = matches[i].Score;
                }
            }

            foreach (var node in index.FindRepeated(candidates.Keys) ?? [])
            {
                candidates.Remove(node);
            }

            var hits = candidates
                .Select(c => (c.Key, c.Value, Score: ScoreOf(c.Value, query)))
                .OrderByDescending(c => c.Score)
                .ThenBy(c => c.Key, Comparer<uint>.Create(CompareIds))
                .Take(query.K)
                .Select(c => HitOf(c.Key, c.Value, c.Score, query.Include, size))
                .ToList();
            return new HybridAnswer(hits, way, selection.AllowedCount, candidates.Count, owner);
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    /// <summary>Snippets of the texts of some ids; null where there is no text.</summary>
    public IReadOnlyList<TextSnippet?> Snippets(IReadOnlyList<string> ids, string query, int lengthMax)
    {
        var terms = TextAnalyzer.DistinctTerms(query);
        var context = index.Graph.Enter();
        try
        {
            return ids.Select(id => index.TryFind(Encoding.UTF8.GetBytes(id), out var node) && index.Text(node) is { Length: > 0 } text
                ? SnippetMaker.Make(Encoding.UTF8.GetString(text), terms, lengthMax)
                : null).ToList();
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    private static double ScoreOf(Candidate candidate, HybridQuery query) =>
        (candidate.VectorRank > 0 ? query.VectorWeight / (query.RankConstant + candidate.VectorRank) : 0)
        + (candidate.KeywordRank > 0 ? query.KeywordWeight / (query.RankConstant + candidate.KeywordRank) : 0);

    private void Check(HybridQuery query)
    {
        if (query.Vector is null && query.Text is null)
        {
            throw VectorErrors.Query("it has neither a vector nor a text");
        }

        if (query.K < 1 || query.K > options.MaxK || query.Depth > options.MaxK)
        {
            throw VectorErrors.Query($"k is {query.K} and depth {query.Depth}; they are whole numbers from 1 to {options.MaxK} (vector.max_k)");
        }

        if (query.Ef is { } ef && (ef < 1 || ef > options.MaxEf))
        {
            throw VectorErrors.Query($"ef is {ef}; it is a whole number from 1 to {options.MaxEf} (vector.max_ef)");
        }

        if (query.Vector is { } vector && ItemBatch.FindError(vector.Span, index.Spec) is { } error)
        {
            throw VectorErrors.Query(error);
        }

        if (!(query.RankConstant > 0) || !double.IsFinite(query.RankConstant) || !IsWeight(query.VectorWeight) || !IsWeight(query.KeywordWeight))
        {
            throw VectorErrors.Query("rrf_k must be a number above 0, and each weight a number of 0 or more");
        }
    }

    private static bool IsWeight(double weight) => weight >= 0 && double.IsFinite(weight);

    private List<KeywordMatch> Match(string text, int depth, NodeSelection selection)
    {
        var terms = TextAnalyzer.DistinctTerms(text);
        if (terms.Count > options.MaxQueryTerms)
        {
            throw VectorErrors.Query($"the text has {terms.Count} different terms, at most {options.MaxQueryTerms} can be looked up (vector.max_query_terms)");
        }

        var condition = selection.Condition;
        return index.Keywords.Search(terms, depth, node => index.Graph.IsLive(node) && (condition is null || condition(node)), CompareIds);
    }

    private int CompareIds(uint left, uint right) => index.Id(left).SequenceCompareTo(index.Id(right));

    private HybridHit HitOf(uint node, Candidate candidate, double score, ItemParts parts, AnswerSize size) => new(
        size.Add(index.Read(node, parts)),
        score,
        candidate.VectorRank > 0 ? candidate.VectorRank : null,
        candidate.VectorRank > 0 ? candidate.Distance : null,
        candidate.KeywordRank > 0 ? candidate.KeywordRank : null,
        candidate.KeywordRank > 0 ? candidate.KeywordScore : null);

    /// <summary>An item in one ranking or both; a rank of 0 means that it is not in that ranking.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Candidate
    {
        public int VectorRank;
        public float Distance;
        public int KeywordRank;
        public float KeywordScore;
    }
}
