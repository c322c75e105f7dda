namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>Finds the part of a text that contains the most different terms of a query; of equal parts, the one with the most matches.</summary>
internal static class SnippetMaker
{
    private const string Ellipsis = "…";

    /// <summary>Makes a snippet of at most about <paramref name="lengthMax"/> UTF-16 units; from the start of the text when it contains no term.</summary>
    public static TextSnippet Make(string text, IReadOnlyCollection<string> terms, int lengthMax)
    {
        var sink = new MatchSink([], new HashSet<string>(terms, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>());
        TextAnalyzer.Analyze(text, ref sink);
        var matches = sink.Matches;
        matches.Sort((left, right) => left.Start.CompareTo(right.Start));
        var (first, count) = BestWindow(matches, lengthMax);
        var (start, end) = Widen(text, matches, first, count, lengthMax);
        var prefix = start > 0 ? Ellipsis : string.Empty;
        var ranges = new List<TextRange>();
        foreach (var match in matches)
        {
            // A code and its parts match at the same position; only the longer match is reported.
            var from = match.Start - start + prefix.Length;
            var isCovered = ranges.Count > 0 && ranges[^1].Start + ranges[^1].Length >= from + match.End - match.Start;
            if (match.Start >= start && match.End <= end && !isCovered)
            {
                ranges.RemoveAll(r => r.Start >= from && r.Start + r.Length <= from + match.End - match.Start);
                ranges.Add(new TextRange(from, match.End - match.Start));
            }
        }

        return new TextSnippet(string.Concat(prefix, text.AsSpan(start, end - start), end < text.Length ? Ellipsis : string.Empty), ranges);
    }

    /// <summary>Returns the run of matches that fits into the length and contains the most different terms.</summary>
    private static (int First, int Count) BestWindow(List<Match> matches, int lengthMax)
    {
        var best = (First: 0, Count: 0, Distinct: 0);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var first = 0;
        for (var last = 0; last < matches.Count; last++)
        {
            seen[matches[last].Term] = seen.GetValueOrDefault(matches[last].Term) + 1;
            while (matches[last].End - matches[first].Start > lengthMax && first < last)
            {
                if (--seen[matches[first].Term] == 0)
                {
                    seen.Remove(matches[first].Term);
                }

                first++;
            }

            var count = last - first + 1;
            if (seen.Count > best.Distinct || (seen.Count == best.Distinct && count > best.Count))
            {
                best = (first, count, seen.Count);
            }
        }

        return (best.First, best.Count);
    }

    /// <summary>Extends the window by as much of the surrounding text as fits, cut between words where there is a space.</summary>
    private static (int Start, int End) Widen(string text, List<Match> matches, int first, int count, int lengthMax)
    {
        if (text.Length <= lengthMax)
        {
            return (0, text.Length);
        }

        var (from, to) = count == 0 ? (0, 0) : (matches[first].Start, matches[first + count - 1].End);
        var room = Math.Max(0, lengthMax - (to - from));
        var start = Math.Clamp(from - (room / 2), 0, Math.Max(0, text.Length - lengthMax));
        var end = Math.Max(to, Math.Min(text.Length, start + lengthMax));
        while (start > 0 && start < from && !char.IsWhiteSpace(text[start - 1]))
        {
            start++;
        }

        while (end < text.Length && end > Math.Max(to, start + 1) && !char.IsWhiteSpace(text[end]))
        {
            end--;
        }

        // A text without spaces may be cut between any two characters, but not inside a surrogate pair.
        start -= start > 0 && char.IsLowSurrogate(text[start]) ? 1 : 0;
        end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
        return (start, end);
    }

    private readonly record struct Match(string Term, int Start, int End);

    private readonly record struct MatchSink(List<Match> Matches, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Terms) : ITermSink
    {
        public void Add(ReadOnlySpan<char> term, int start, int end)
        {
            if (Terms.TryGetValue(term, out var known))
            {
                Matches.Add(new Match(known, start, end));
            }
        }
    }
}
