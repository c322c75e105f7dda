using System.Globalization;
using System.Text;

namespace Lakehouse.Vector.Internal.Keyword;

/// <summary>
/// Splits a text into terms: runs of letters and digits, in lower case, Latin letters without their accents. Words that are joined without a space and contain
/// a digit, such as the codes <c>AB-1234</c> and <c>4.2/b</c>, are also one joined term (<c>ab1234</c>), so that a code is found as a whole. Each character of
/// Chinese and Japanese, which are written without spaces, is a term. There are no stop words and no stemming.
/// </summary>
internal static class TextAnalyzer
{
    /// <summary>A term is cut off after this many UTF-16 units.</summary>
    public const int TermLengthMax = 64;

    private const string Joiners = "-_./'&@+#:";

    // Lower case without accents of U+00C0 to U+017F.
    private const char FoldedFirst = '\u00C0';
    private const string Folded =
        "aaaaaaæceeeeiiiiðnooooo×ouuuuyþßaaaaaaæceeeeiiiiðnooooo÷ouuuuyþyaaaaaaccccccccddddeeeeeeeeeegggg"
        + "gggghhhhiiiiiiiiiiĳĳjjkkĸllllllŀŀllnnnnnnŉŋŋooooooœœrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzſ";

    /// <summary>Gives each term of a text to <paramref name="sink"/>, in the text's order.</summary>
    public static void Analyze<TSink>(ReadOnlySpan<char> text, ref TSink sink)
        where TSink : ITermSink
    {
        Span<char> word = stackalloc char[TermLengthMax];
        Span<char> joined = stackalloc char[TermLengthMax];
        var position = 0;
        while (position < text.Length)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
            if (!IsPart(rune))
            {
                position += length;
            }
            else if (IsWordByItself(rune))
            {
                Emit(text, position, position + length, word, ref sink);
                position += length;
            }
            else
            {
                position = AnalyzeJoined(text, position, word, joined, ref sink);
            }
        }
    }

    /// <summary>The terms of a text, each once.</summary>
    public static List<string> DistinctTerms(ReadOnlySpan<char> text)
    {
        var sink = new DistinctSink([], new HashSet<string>(StringComparer.Ordinal));
        Analyze(text, ref sink);
        return sink.Terms;
    }

    /// <summary>Analyzes words with only joiners between them: each word, and all of them joined if there are several and one contains a digit.</summary>
    private static int AnalyzeJoined<TSink>(ReadOnlySpan<char> text, int start, Span<char> word, Span<char> joined, ref TSink sink)
        where TSink : ITermSink
    {
        var (position, wordStart, wordCount, joinedLength, hasDigit) = (start, start, 0, 0, false);
        while (true)
        {
            var end = EndOfWord(text, position, ref hasDigit);
            joinedLength += Emit(text, wordStart, end, word, ref sink, joined[joinedLength..]);
            wordCount++;
            var next = end + 1;
            if (next >= text.Length || !Joiners.Contains(text[end], StringComparison.Ordinal) || !StartsWord(text[next..]))
            {
                if (wordCount > 1 && hasDigit)
                {
                    sink.Add(joined[..joinedLength], start, end);
                }

                return end;
            }

            position = wordStart = next;
        }
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int position, ref bool hasDigit)
    {
        while (position < text.Length)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
            if (!IsPart(rune) || IsWordByItself(rune))
            {
                break;
            }

            hasDigit |= Rune.IsDigit(rune);
            position += length;
        }

        return position;
    }

    private static bool StartsWord(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out var rune, out _);
        return IsPart(rune) && !IsWordByItself(rune);
    }

    private static int Emit<TSink>(ReadOnlySpan<char> text, int start, int end, Span<char> word, ref TSink sink, Span<char> copy = default)
        where TSink : ITermSink
    {
        var length = Fold(text[start..end], word);
        if (length == 0)
        {
            return 0;
        }

        sink.Add(word[..length], start, end);
        var copied = Math.Min(length, copy.Length);
        word[..copied].CopyTo(copy);
        return copied;
    }

    /// <summary>Converts to lower case without accents; what does not fit is cut off.</summary>
    private static int Fold(ReadOnlySpan<char> word, Span<char> folded)
    {
        var length = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark)
            {
                continue;
            }

            var value = rune.Value - FoldedFirst is var offset and >= 0 && offset < Folded.Length ? new Rune(Folded[offset]) : Rune.ToLowerInvariant(rune);
            if (length + value.Utf16SequenceLength > folded.Length)
            {
                break;
            }

            length += value.EncodeToUtf16(folded[length..]);
        }

        return length;
    }

    private static bool IsPart(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value)
        : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.OtherNumber;

    /// <summary>Hiragana and Katakana, and the blocks of Chinese characters.</summary>
    private static bool IsWordByItself(Rune rune) =>
        rune.Value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x323AF);

    private readonly record struct DistinctSink(List<string> Terms, HashSet<string> Seen) : ITermSink
    {
        public void Add(ReadOnlySpan<char> term, int start, int end)
        {
            var text = term.ToString();
            if (Seen.Add(text))
            {
                Terms.Add(text);
            }
        }
    }
}
