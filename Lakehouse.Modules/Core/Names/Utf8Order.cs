namespace Lakehouse.Core.Names;

/// <summary>
/// Compares strings by the bytes of their UTF-8 form without encoding them. UTF-16 ordinal order differs from it in one point: it sorts surrogates (U+10000 and
/// above) below U+E000..U+FFFF, and the bytes of UTF-8 sort them above.
/// </summary>
public static class Utf8Order
{
    /// <summary>A comparer over <see cref="Compare"/>.</summary>
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    /// <summary>Less than zero, zero or more than zero, as <paramref name="left"/> sorts before, with or after <paramref name="right"/>.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        return Weight(left[common]) - Weight(right[common]);
    }

    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
