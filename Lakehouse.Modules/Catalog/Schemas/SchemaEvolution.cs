namespace Lakehouse.Catalog.Schemas;

/// <summary>Joins the columns that a dataset has with those of new files.</summary>
public static class SchemaEvolution
{
    /// <summary>The columns of the dataset in their order, each as wide as both need, and then the new ones. Names are compared ignoring case.</summary>
    /// <param name="current">The dataset's, one or more.</param>
    /// <param name="offered">The files'.</param>
    public static IReadOnlyList<DatasetColumn> Merge(IReadOnlyList<DatasetColumn> current, IReadOnlyList<DatasetColumn> offered)
    {
        var types = offered.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        var known = current.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. current.Select(c => types.TryGetValue(c.Name, out var type) ? c with { Type = Widen(c.Type, type) } : c),
            .. offered.Where(c => !known.Contains(c.Name)),
        ];
    }

    private static string Widen(string left, string right) =>
        left == right ? left
        : ColumnType.TryParse(left) is { } one && ColumnType.TryParse(right) is { } two ? one.Widen(two).ToString()
        : ColumnType.Text.ToString();
}
