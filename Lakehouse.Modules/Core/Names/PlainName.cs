using System.Buffers;

namespace Lakehouse.Core.Names;

/// <summary>
/// The rule for names of datasets, indexes, aliases and buckets: 1 to 128 ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, starting with a letter, a
/// digit or <c>_</c>. Such a name can be a path segment in the bucket and in a URL without escaping.
/// </summary>
public static class PlainName
{
    /// <summary>The longest name in characters.</summary>
    public const int LengthMax = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>Says for a person how <paramref name="value"/> breaks the rule; null when it does not.</summary>
    public static string? FindError(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "it is empty";
        }

        if (value.Length > LengthMax)
        {
            return $"it has {value.Length} characters, at most {LengthMax} are allowed";
        }

        var stranger = value.AsSpan().IndexOfAnyExcept(Allowed);
        if (stranger >= 0)
        {
            return $"it holds U+{(int)value[stranger]:X4} at position {stranger + 1}; use A-Z, a-z, 0-9, '_', '-' and '.'";
        }

        return value[0] is '-' or '.' ? $"it starts with '{value[0]}'; start with a letter, a digit or '_'" : null;
    }
}
