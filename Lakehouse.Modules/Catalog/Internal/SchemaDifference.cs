using Lakehouse.Catalog.Schemas;

namespace Lakehouse.Catalog.Internal;

/// <summary>Finds the columns in which two schemas differ, and describes them.</summary>
internal static class SchemaDifference
{
    private const int WordsMax = 20;

    /// <summary>
    /// One entry for each column that differs in name or type; if there is none, one for each column at another position. Empty when only the fingerprints
    /// differ.
    /// </summary>
    public static IReadOnlyList<ColumnDifference> Find(IReadOnlyList<DatasetColumn> stored, IReadOnlyList<DatasetColumn> offered)
    {
        var differences = new List<ColumnDifference>();
        var offeredTypes = offered.ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
        var storedTypes = stored.ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
        foreach (var column in stored)
        {
            var type = offeredTypes.GetValueOrDefault(column.Name);
            if (type != column.Type)
            {
                differences.Add(new(column.Name, column.Type, type));
            }
        }

        // What the dataset's type would hold is no obstacle, as long as something else is.
        var obstacles = differences.Where(d => d.Offered is null || !WouldHold(d)).ToList();
        differences = obstacles.Count > 0 || offered.Any(c => !storedTypes.ContainsKey(c.Name)) ? obstacles : differences;
        differences.AddRange(offered.Where(c => !storedTypes.ContainsKey(c.Name)).Select(c => new ColumnDifference(c.Name, null, c.Type)));
        if (differences.Count == 0)
        {
            differences.AddRange(stored.Zip(offered)
                .Where(pair => pair.First.Name != pair.Second.Name)
                .Select(pair => new ColumnDifference(pair.First.Name, pair.First.Type, pair.First.Type, "order")));
        }

        return differences;
    }

    private static bool WouldHold(ColumnDifference difference) =>
        difference is { Stored: "VARCHAR" } or { Stored: "TIMESTAMP", Offered: "DATE" } or { Stored: "DOUBLE", Offered: "BIGINT" }
        || SchemaFit.Of([new(difference.Name, difference.Offered!)], [new(difference.Name, difference.Stored!)])[0].Type == difference.Stored;

    public static string Describe(IReadOnlyList<ColumnDifference> differences)
    {
        var words = differences.Take(WordsMax).Select(d => d switch
        {
            { Reason: "order" } => $"'{d.Name}' is at another position",
            { Offered: null } => $"'{d.Name}' ({d.Stored}) is missing",
            { Stored: null } => $"'{d.Name}' ({d.Offered}) is new",
            _ => $"'{d.Name}' is {d.Stored}, not {d.Offered}",
        });
        var more = differences.Count > WordsMax ? $"; and {differences.Count - WordsMax} more" : string.Empty;
        return string.Join("; ", words) + more;
    }
}
