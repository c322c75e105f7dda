namespace Lakehouse.Ingest.Internal;

/// <summary>Lists names in a sentence.</summary>
internal static class QuotedNames
{
    private const int NamesMax = 20;

    /// <summary><c>'a', 'b'</c>, and how many more there are than a person would read.</summary>
    public static string Of(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesMax).Select(n => $"'{n}'")) + (names.Count > NamesMax ? $" and {names.Count - NamesMax} more" : string.Empty);
}
