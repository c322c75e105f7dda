using Lakehouse.Catalog;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal;

/// <summary>Adds to a conflict of schemas the values of the file that have made it.</summary>
internal static class SchemaEvidence
{
    private const int SentencesMax = 3;
    private const int PlaceholderLengthMax = 12;

    /// <summary>The same error, with the columns as they were found in the file, and for the first that differ the value that decided so.</summary>
    public static LakehouseException Add(LakehouseException conflict, IReadOnlyList<ColumnDecision> found)
    {
        var differences = conflict.Details?.GetValueOrDefault("columns") as IReadOnlyList<ColumnDifference> ?? [];
        var sentences = found
            .Where(c => c.Line is not null && c.Reason is not null && differences.Any(d => d.Name.Equals(c.Name, StringComparison.OrdinalIgnoreCase)))
            .Take(SentencesMax)
            .Select(c => $" In line {c.Line}, '{c.Name}' is '{c.Value}'{Advice(c.Value!)}.");
        return new LakehouseException(conflict.Kind, conflict.Code, conflict.Message + string.Concat(sentences), conflict) { Details = conflict.Details }
            .With("found", found);
    }

    private static string Advice(string value) =>
        !value.Any(char.IsAsciiDigit) && value.Length is > 0 and <= PlaceholderLengthMax && !value.Contains(',') ? $": say null={value} if that means no value"
        : value.Contains(',') && value.All(c => char.IsAsciiDigit(c) || c is ',' or '.' or '-') ? ": decimal=, or thousands=, tells what its comma is"
        : string.Empty;
}
