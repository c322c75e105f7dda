using System.Runtime.InteropServices;
using System.Text;

namespace Lakehouse.Embed.Internal.Hashing;

/// <summary>
/// Signed feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", arXiv 0902.2206) of words and of the character 3- to
/// 5-grams inside them: two texts are near when they share words or parts of words, so it tolerates typing errors and inflections. It knows no meaning.
/// </summary>
/// <remarks>
/// The vector of a text is the same on every machine: case is folded by the tables of the runtime, features are added in the order of the text, and the only
/// floating-point operations are those that IEEE 754 rounds exactly (add, multiply, divide, square root). Any change here must change <see cref="Version"/>.
/// </remarks>
internal static class HashingModel
{
    /// <summary>The version of this algorithm.</summary>
    public const string Version = "lexical-hashing/1";

    private const int GramMin = 3;
    private const int GramMax = 5;

    // A word has the weight 1, and so have its n-grams together: a word that is misspelt or inflected keeps about half of its weight.
    private const double GramWeight = 1;

    // Function words are in nearly every text and would outweigh the others; a word of one or two letters says little.
    private const double FunctionWordWeight = 0.1;
    private const double ShortWordWeight = 0.5;
    private const int ShortWordMax = 2;

    private static readonly HashSet<string> FunctionWords = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "had", "has", "have", "he", "her", "his", "i", "if", "in", "into", "is",
        "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "she", "so",
        "that", "the", "their", "them", "they", "this", "to", "up", "was", "we", "were", "what", "when", "which", "who", "will", "with", "without", "you",
        "your",
    };

    /// <summary>The vector of a text, of length 1. A text without a letter or digit is hashed character by character, so none is zero.</summary>
    public static float[] Embed(string text, int dimension)
    {
        var features = new Dictionary<ulong, Feature>();
        foreach (var word in Words(text))
        {
            AddWord(features, word);
        }

        if (features.Count == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                Add(features, Hash([(char)(rune.Value >> 16), (char)rune.Value], 'c'), 1);
            }
        }

        var sums = new double[dimension];
        foreach (var (hash, feature) in features)
        {
            // Sublinear in the number of occurrences: the tenth "forklift" says little more than the first.
            var value = feature.Weight * Math.Sqrt(feature.Count);
            sums[hash % (ulong)dimension] += (hash >> 63) == 0 ? value : -value;
        }

        return Normalise(sums, features);
    }

    private static float[] Normalise(double[] sums, Dictionary<ulong, Feature> features)
    {
        var squares = 0.0;
        foreach (var sum in sums)
        {
            squares += sum * sum;
        }

        if (squares == 0)
        {
            // All features cancel out (about one text in billions), or there is none (the empty text).
            sums[(features.Keys.FirstOrDefault() >> 1) % (ulong)sums.Length] = 1;
            squares = 1;
        }

        var length = Math.Sqrt(squares);
        return Array.ConvertAll(sums, sum => (float)(sum / length));
    }

    /// <summary>Runs of letters and digits, in lower case.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    private static void AddWord(Dictionary<ulong, Feature> features, string word)
    {
        var weight = FunctionWords.Contains(word) ? FunctionWordWeight : word.Length <= ShortWordMax && !word.Any(char.IsAsciiDigit) ? ShortWordWeight : 1;
        Add(features, Hash(word, 'w'), weight);

        // Marks at both ends, so that n-grams at the start or end of a word differ from those in the middle.
        var marked = string.Concat("^", word, "$");
        var count = 0;
        for (var length = GramMin; length <= GramMax; length++)
        {
            count += Math.Max(0, marked.Length - length + 1);
        }

        for (var length = GramMin; length <= GramMax; length++)
        {
            for (var start = 0; start + length <= marked.Length; start++)
            {
                Add(features, Hash(marked.AsSpan(start, length), 'g'), weight * GramWeight / Math.Sqrt(count));
            }
        }
    }

    /// <summary>Adds a feature. Where several words share it, the largest weight is used.</summary>
    private static void Add(Dictionary<ulong, Feature> features, ulong hash, double weight)
    {
        ref var feature = ref CollectionsMarshal.GetValueRefOrAddDefault(features, hash, out _);
        feature = new Feature(Math.Max(feature.Weight, weight), feature.Count + 1);
    }

    /// <summary>FNV-1a over the UTF-16 units, then the finalizer of SplitMix64, because FNV's low bits are weak.</summary>
    private static ulong Hash(ReadOnlySpan<char> text, char kind)
    {
        const ulong prime = 0x100000001B3;
        var hash = (0xCBF29CE484222325 ^ kind) * prime;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * prime;
        }

        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Feature(double Weight, int Count);
}
