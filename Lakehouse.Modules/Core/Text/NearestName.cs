namespace Lakehouse.Core.Text;

/// <summary>Finds the known name that a misspelt one probably stands for.</summary>
public static class NearestName
{
    private const int LengthMax = 64;

    /// <summary>
    /// The known name nearest to one that is not known, by insertions, deletions, replacements and swaps of neighbouring characters; case is ignored. Null when
    /// none is near.
    /// </summary>
    /// <param name="name">The name that was written. For more than 64 characters the result is null.</param>
    /// <param name="known">The known names.</param>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > LengthMax)
        {
            return null;
        }

        // One error for every three characters, three errors at most.
        var best = (Name: (string?)null, Distance: Math.Min(3, (name.Length + 2) / 3) + 1);
        foreach (var candidate in known)
        {
            var canBeNearer = Math.Abs(candidate.Length - name.Length) < best.Distance && candidate.Length <= LengthMax;
            if (canBeNearer && Distance(name, candidate) is var distance && distance < best.Distance)
            {
                best = (candidate, distance);
            }
        }

        return best.Name;
    }

    /// <summary>"; the nearest is '...'", or an empty text. For the end of a message that has no full stop yet.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Find(name, known) is { } nearest ? $"; the nearest is '{nearest}'" : string.Empty;

    /// <summary>The restricted Damerau-Levenshtein distance (optimal string alignment): no substring is edited twice.</summary>
    private static int Distance(string left, string right)
    {
        var (twoAbove, above, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = above[j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }

            (twoAbove, above, row) = (above, row, twoAbove);
        }

        return above[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
