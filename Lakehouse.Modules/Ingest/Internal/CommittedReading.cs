using Lakehouse.Catalog;

namespace Lakehouse.Ingest.Internal;

/// <summary>How files were read, with what they have made of their dataset.</summary>
internal static class CommittedReading
{
    /// <summary>The columns get the types that the dataset has now; what has changed in it besides its rows gets a sentence.</summary>
    /// <param name="reading">How the files were read.</param>
    /// <param name="before">The dataset before; null when there was none.</param>
    /// <param name="commit">What the commit has made.</param>
    public static FileReading Of(FileReading reading, Manifest? before, CommitResult commit)
    {
        var after = commit.Manifest;
        var types = TypesOf(after);
        return reading with
        {
            Columns =
            [
                .. reading.Columns.Select(
                    c => types.GetValueOrDefault(c.Name) is { } type && type != c.Type ? c with { Type = type, Reason = $"{c.Type} in this file" } : c),
            ],
            Notes = before is null || commit.IsUnchanged ? reading.Notes : [.. reading.Notes, .. Changes(reading.Columns, before, after)],
        };
    }

    private static IEnumerable<string> Changes(IReadOnlyList<ColumnDecision> columns, Manifest before, Manifest after)
    {
        var types = TypesOf(before);
        if (after.Columns.Where(c => !types.ContainsKey(c.Name)).Select(c => c.Name).ToList() is { Count: > 0 } added)
        {
            yield return $"New in the dataset: {QuotedNames.Of(added)}.";
        }

        foreach (var column in after.Columns)
        {
            if (columns.FirstOrDefault(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) is { Reason: ColumnDecision.Told } told
                && told.Type != column.Type)
            {
                yield return $"'{column.Name}' is {column.Type}, which holds the values of the dataset, too, and not {told.Type}, as was told. For that, drop "
                    + "the dataset first, or use another name.";
            }

            if (types.GetValueOrDefault(column.Name) is { } type && type != column.Type)
            {
                var cause = columns.FirstOrDefault(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
                yield return $"'{column.Name}' was {type} and is {column.Type} now"
                    + (cause?.Line is { } line ? $", because of '{cause.Value}' in line {line}." : ".");
            }
        }

        if (before.RowCount > 0 && after.RowCount == 0)
        {
            yield return $"The file has no rows, so the dataset has none now. Version {before.Version} has the {before.RowCount} that it had.";
        }
    }

    private static Dictionary<string, string> TypesOf(Manifest manifest) =>
        manifest.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
}
