using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>
/// An inverted index of the texts of items, ranked by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) with the
/// inverse document frequency of Lucene, which is never negative. Kept in memory and rebuilt from the texts when an index is opened. Several threads may set
/// texts; searches need no lock.
/// </summary>
/// <remarks>
/// An item's text is a document with its own number. A text that changes becomes a new document; the old one is dead: it has no node any more, but still counts
/// in the frequencies, as in Lucene, until so many documents are dead that the lists are rebuilt.
/// </remarks>
internal sealed class KeywordIndex : IDisposable
{
    private const float K1 = 1.2f;
    private const float B = 0.75f;

    // With fewer dead documents a table is not worth rebuilding.
    private const int DeadCountMin = 1_024;

    private readonly ReaderWriterLockSlim _rebuilding = new();
    private readonly Lock _append = new();
    private readonly ConcurrentBag<Dictionary<PostingList, int>> _counts = [];
    private Table _table = new();
    private long _listBytes;

    /// <summary>How many texts there are.</summary>
    public int Count => _table.LiveCount;

    /// <summary>The memory of the terms and their lists.</summary>
    public long SizeBytes => Interlocked.Read(ref _listBytes) + _table.SizeBytes;

    /// <summary>An upper bound, for most texts, of what a text adds to <see cref="SizeBytes"/>.</summary>
    public static long EstimateBytes(int textBytes) => 64 + (2L * textBytes);

    /// <summary>Sets or replaces the text of a node. Two threads must not set the same node at the same time.</summary>
    public void Set(uint node, ReadOnlySpan<char> text)
    {
        _rebuilding.EnterReadLock();
        try
        {
            var counts = _counts.TryTake(out var idle) ? idle : [];
            var sink = new CountingSink(_table, counts);
            TextAnalyzer.Analyze(text, ref sink);
            lock (_append)
            {
                _table.Remove(node);
                var document = _table.Add(node, sink.Length);
                foreach (var (list, count) in counts)
                {
                    var before = list.SizeBytes;
                    list.Add(document, count);
                    Interlocked.Add(ref _listBytes, list.SizeBytes - before);
                }
            }

            counts.Clear();
            _counts.Add(counts);
        }
        finally
        {
            _rebuilding.ExitReadLock();
        }

        RebuildIfWorthwhile();
    }

    /// <summary>Removes the text of a node, if it has one.</summary>
    public void Remove(uint node)
    {
        _rebuilding.EnterReadLock();
        try
        {
            lock (_append)
            {
                _table.Remove(node);
            }
        }
        finally
        {
            _rebuilding.ExitReadLock();
        }
    }

    /// <summary>Finds the best matches.</summary>
    /// <param name="terms">The terms of the query, each once.</param>
    /// <param name="countMax">The most matches to return.</param>
    /// <param name="isWanted">Whether a node may be returned; it must at least check that the node is live.</param>
    /// <param name="compare">Orders nodes of the same score, so that an answer does not depend on the order in which they were added.</param>
    /// <returns>The best first.</returns>
    public List<KeywordMatch> Search(IReadOnlyList<string> terms, int countMax, Func<uint, bool> isWanted, Comparison<uint> compare)
    {
        var table = Volatile.Read(ref _table);
        var lists = new List<PostingList>(terms.Count);
        foreach (var term in terms)
        {
            if (table.Terms.TryGetValue(term, out var list))
            {
                lists.Add(list);
            }
        }

        if (lists.Count == 0)
        {
            return [];
        }

        // Read after the lists, so that every document that is in a list now is in the arrays.
        var documents = table.Documents;
        var scores = ArrayPool<float>.Shared.Rent(documents.Count);
        try
        {
            return Rank(lists, documents, scores.AsSpan(0, documents.Count), countMax, isWanted, compare);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
        }
    }

    public void Dispose() => _rebuilding.Dispose();

    private static List<KeywordMatch> Rank(
        List<PostingList> lists, Table.Snapshot documents, Span<float> scores, int countMax, Func<uint, bool> isWanted, Comparison<uint> compare)
    {
        scores.Clear();
        foreach (var list in lists)
        {
            // Documents that were added after the snapshot are ignored.
            var documentCount = Math.Max(1, list.DocumentCount);
            var weight = MathF.Log(1 + ((Math.Max(0, documents.Count - documentCount) + 0.5f) / (documentCount + 0.5f)));
            for (var reader = list.Read(); reader.MoveNext() && reader.Document < documents.Count;)
            {
                var length = documents.Lengths[reader.Document];
                scores[reader.Document] += weight * reader.Count / (reader.Count + (K1 * (1 - B + (B * length / documents.LengthMean))));
            }
        }

        // The worst of the best matches is at the head.
        var order = Comparer<KeywordMatch>.Create(
            (left, right) => left.Score != right.Score ? left.Score.CompareTo(right.Score) : compare(right.Node, left.Node));
        var best = new PriorityQueue<KeywordMatch, KeywordMatch>(order);
        foreach (var list in lists)
        {
            for (var reader = list.Read(); reader.MoveNext() && reader.Document < documents.Count;)
            {
                // The score is set to 0 below, so that a document that is in several lists is considered once.
                ref var score = ref scores[reader.Document];
                var node = documents.Nodes[reader.Document];
                if (score > 0 && node != Table.NoNode && (best.Count < countMax || score >= best.Peek().Score) && isWanted(node))
                {
                    var match = new KeywordMatch(node, score);
                    if (best.Count < countMax)
                    {
                        best.Enqueue(match, match);
                    }
                    else if (order.Compare(match, best.Peek()) > 0)
                    {
                        best.DequeueEnqueue(match, match);
                    }
                }

                score = 0;
            }
        }

        var matches = new List<KeywordMatch>(best.Count);
        while (best.TryDequeue(out var match, out _))
        {
            matches.Add(match);
        }

        matches.Reverse();
        return matches;
    }

    private void RebuildIfWorthwhile()
    {
        if (_table.DeadCount <= Math.Max(DeadCountMin, _table.LiveCount))
        {
            return;
        }

        _rebuilding.EnterWriteLock();
        try
        {
            if (_table.DeadCount > Math.Max(DeadCountMin, _table.LiveCount))
            {
                var fresh = _table.WithoutDead(out var listBytes);
                Interlocked.Exchange(ref _listBytes, listBytes);
                Volatile.Write(ref _table, fresh);
            }
        }
        finally
        {
            _rebuilding.ExitWriteLock();
        }
    }

    /// <summary>Counts the terms of one text.</summary>
    private struct CountingSink(Table table, Dictionary<PostingList, int> counts) : ITermSink
    {
        public int Length { get; private set; }

        public void Add(ReadOnlySpan<char> term, int start, int end)
        {
            Length++;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, table.ListOf(term), out _)++;
        }
    }

    /// <summary>The terms with their lists, and the documents. Documents are added and removed by one thread at a time; readers need no lock.</summary>
    private sealed class Table
    {
        public const uint NoNode = uint.MaxValue;

        private const int BytesOfTerm = 120; // an estimate: the text, the entry of the dictionary, the objects
        private const int BytesOfDocument = 12;

        private readonly ConcurrentDictionary<string, PostingList>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private readonly Dictionary<uint, int> _documentOfNode = [];
        private uint[] _nodes = new uint[16];
        private int[] _lengths = new int[16];
        private int _count;
        private long _lengthSum;
        private int _termCount;

        public Table() => _lookup = Terms.GetAlternateLookup<ReadOnlySpan<char>>();

        public ConcurrentDictionary<string, PostingList> Terms { get; } = new(StringComparer.Ordinal);

        public int LiveCount => _documentOfNode.Count;

        public int DeadCount => _count - _documentOfNode.Count;

        public long SizeBytes => ((long)_termCount * BytesOfTerm) + ((long)_count * BytesOfDocument) + (LiveCount * 16L);

        public Snapshot Documents
        {
            get
            {
                var count = Volatile.Read(ref _count);
                return new Snapshot(
                    Volatile.Read(ref _nodes), Volatile.Read(ref _lengths), count, Math.Max(1, (float)Interlocked.Read(ref _lengthSum) / Math.Max(1, count)));
            }
        }

        public PostingList ListOf(ReadOnlySpan<char> term)
        {
            if (_lookup.TryGetValue(term, out var list))
            {
                return list;
            }

            list = new PostingList();
            if (_lookup.TryAdd(term, list))
            {
                Interlocked.Increment(ref _termCount);
                return list;
            }

            return _lookup[term];
        }

        public int Add(uint node, int length)
        {
            var document = _count;
            if (document == _nodes.Length)
            {
                var (nodes, lengths) = (_nodes, _lengths);
                Array.Resize(ref nodes, 2 * document);
                Array.Resize(ref lengths, 2 * document);
                Volatile.Write(ref _nodes, nodes);
                Volatile.Write(ref _lengths, lengths);
            }

            _nodes[document] = node;
            _lengths[document] = length;
            _documentOfNode[node] = document;
            Interlocked.Add(ref _lengthSum, length);
            Volatile.Write(ref _count, document + 1);
            return document;
        }

        public void Remove(uint node)
        {
            if (_documentOfNode.Remove(node, out var document))
            {
                Volatile.Write(ref _nodes[document], NoNode);
            }
        }

        /// <summary>A table of the live documents, numbered without gaps.</summary>
        public Table WithoutDead(out long listBytes)
        {
            var fresh = new Table();
            var numbers = new int[_count];
            for (var document = 0; document < _count; document++)
            {
                numbers[document] = _nodes[document] == NoNode ? -1 : fresh.Add(_nodes[document], _lengths[document]);
            }

            listBytes = 0;
            foreach (var (term, list) in Terms)
            {
                PostingList? kept = null;
                for (var reader = list.Read(); reader.MoveNext();)
                {
                    if (numbers[reader.Document] is var number and >= 0)
                    {
                        kept ??= fresh.ListOf(term);
                        kept.Add(number, reader.Count);
                    }
                }

                listBytes += kept?.SizeBytes ?? 0;
            }

            return fresh;
        }

        /// <summary>The documents at one moment. An entry of <paramref name="Nodes"/> can still become <see cref="NoNode"/> later.</summary>
        internal readonly record struct Snapshot(uint[] Nodes, int[] Lengths, int Count, float LengthMean);
    }
}
