using System.Runtime.InteropServices;
using System.Text;

namespace Lakehouse.Embed.Internal.Hashing;

/// <summary>
/// Signed feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", arXiv 0902.2206) of words and of the character 3- to
/// 5-grams inside them: two texts are near when they share words or parts of words, so it bears typing errors and inflections. It knows no meaning.
/// </summary>
/// <remarks>
/// The same vector on every machine: letters fold by the tables in the runtime, features add up in the order of the text, and the only functions used on
/// floating numbers are those that IEEE 754 rounds exactly (add, multiply, divide, square root). A change of anything here changes <see cref="Version"/>.
/// </remarks>
internal static class HashingModel
{
    /// <summary>Names this way to make vectors.</summary>
    public const string Version = "lexical-hashing/1";

    private const int GramMin = 3;
    private const int GramMax = 5;

    // A word weighs 1, and so do its n-grams together: a word that is misspelt or inflected keeps about half of what it is worth.
    private const double GramWeight = 1;

    // Function words stand in nearly every text and would drown the others; a word of one or two letters says little.
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
            // Sublinear in how often it stands: the tenth "forklift" says little more than the first.
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
            // Every feature met its opposite, or there is none: one in billions, and the text "".
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

        // Marks at both ends, so that the start of a word is not its middle.
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

    /// <summary>Of a feature that several words share, the largest weight counts.</summary>
    private static void Add(Dictionary<ulong, Feature> features, ulong hash, double weight)
    {
        ref var feature = ref CollectionsMarshal.GetValueRefOrAddDefault(features, hash, out _);
        feature = new Feature(Math.Max(feature.Weight, weight), feature.Count + 1);
    }

    /// <summary>FNV-1a over the UTF-16 units, then the finalizer of SplitMix64, for FNV's low bits are weak.</summary>
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
