namespace Lakehouse.Ingest.Internal.Csv.Detection;

/// <summary>
/// Recognises lines below a table that are not rows of it, such as totals. A line that is merely cut off is none: what stands before it must be a blank line,
/// or its own first word must say so.
/// </summary>
internal static class CsvFooter
{
    /// <summary>The most lines of a footer.</summary>
    public const int LinesMax = 8;

    // In English, German, French, Spanish, Portuguese, Italian and Dutch.
    private static readonly string[] Words =
    [
        "total", "totals", "subtotal", "grand total", "sum", "count", "average",
        "summe", "gesamt", "gesamtsumme", "insgesamt", "zwischensumme", "anzahl",
        "somme", "total général", "suma", "soma", "somma", "totale", "totaal", "aantal",
    ];

    /// <summary>Whether a record with too few fields is part of a footer.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="isAfterBlank">Whether a blank line, or another line of the footer, stands before it.</param>
    public static bool Is(IReadOnlyList<string> fields, bool isAfterBlank) =>
        isAfterBlank || (fields.FirstOrDefault(f => f.Trim().Length > 0) is { } first && (IsWordAlone(first) || IsRowCount(first)));

    /// <summary><c>Total</c> or <c>Total:</c>, and not <c>Total Foods</c>.</summary>
    private static bool IsWordAlone(string text) => Words.Contains(text.Trim().TrimEnd(':', '=', ' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a text is, or begins with, a word for a total.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isAmongNames">Whether it may be a name, such as <c>Total Wine</c>: then no other word follows (<c>Total 2024:</c>).</param>
    public static bool IsWord(string text, bool isAmongNames = false)
    {
        var trimmed = text.Trim();
        return Array.Exists(
            Words,
            w => trimmed.StartsWith(w, StringComparison.OrdinalIgnoreCase) && (trimmed.Length == w.Length || trimmed[w.Length] is ':' or ' ' or '=')
                && !(isAmongNames && trimmed[w.Length..].Any(char.IsLetter)));
    }

    /// <summary><c>(12 rows)</c>, as database shells end their answers.</summary>
    private static bool IsRowCount(string text)
    {
        var words = text.Trim().Split(' ');
        return words is [['(', .. var count], "row)" or "rows)" or "record)" or "records)"] && count.Length > 0 && count.All(char.IsAsciiDigit);
    }
}
