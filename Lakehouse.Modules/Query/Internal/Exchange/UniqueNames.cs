using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Exchange;

/// <summary>Names for formats in which columns are found by name.</summary>
internal static class UniqueNames
{
    /// <summary>Returns the columns with names as the other <c>Of</c> makes them.</summary>
    public static IReadOnlyList<DuckDbColumn> Of(IReadOnlyList<DuckDbColumn> columns) =>
        [.. Of(columns.Select(c => c.Name)).Select((name, i) => columns[i] with { Name = name })];

    /// <summary>
    /// Returns the names, those that are there before, in any letter case, with the first free of <c>_1</c>, <c>_2</c>, ... at their end, as the engine names
    /// the columns of a subquery.
    /// </summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> names)
    {
        var all = names.ToList();
        var taken = new HashSet<string>(all, StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. all.Select(Unique)];

        string Unique(string name)
        {
            if (seen.Add(name))
            {
                return name;
            }

            for (var number = 1; ; number++)
            {
                if (taken.Add($"{name}_{number}"))
                {
                    return $"{name}_{number}";
                }
            }
        }
    }
}
