namespace Lakehouse.Catalog.Schemas;

/// <summary>Compares the columns of data files with those of a dataset that may read them as its own.</summary>
public static class SchemaFit
{
    private static readonly string[] BeyondDouble = ["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"];

    /// <summary>
    /// The columns of a file in the order of others, with their types where these hold every value of the file's: it is read as them. Columns that the others
    /// do not have come last.
    /// </summary>
    /// <param name="own">The file's.</param>
    /// <param name="target">The others.</param>
    public static IReadOnlyList<DatasetColumn> Of(IReadOnlyList<DatasetColumn> own, IReadOnlyList<DatasetColumn> target)
    {
        var byName = own.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var known = target.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. target.Where(c => byName.ContainsKey(c.Name)).Select(c => Holds(c.Type, byName[c.Name].Type) ? c : c with { Type = byName[c.Name].Type }),
            .. own.Where(c => !known.Contains(c.Name)),
        ];
    }

    private static bool Holds(string type, string other) =>
        type == other || (ColumnType.TryParse(type) is { } wide && ColumnType.TryParse(other) is { } narrow && Holds(wide, narrow));

    /// <summary>Whether a type has every value of another one, without rounding, and not merely as text.</summary>
    private static bool Holds(ColumnType wide, ColumnType narrow)
    {
        if (wide.ToString() == narrow.ToString())
        {
            return true;
        }

        if (wide.Element is not null && narrow.Element is not null)
        {
            return Holds(wide.Element, narrow.Element);
        }

        if (wide.Members is not null && narrow.Members is not null)
        {
            return narrow.Members.All(
                m => wide.Members.FirstOrDefault(w => w.Name.Equals(m.Name, StringComparison.OrdinalIgnoreCase)) is { } same && Holds(same.Type, m.Type));
        }

        return wide.Scalar is { } type
            && narrow.Scalar is { } other
            && IsNumber(type)
            && wide.Widen(narrow).ToString() == type
            && !(type == "DOUBLE" && (BeyondDouble.Contains(other) || other.StartsWith("DECIMAL", StringComparison.Ordinal)));
    }

    private static bool IsNumber(string type) =>
        type == "DOUBLE" || type.EndsWith("INT", StringComparison.Ordinal) || type.EndsWith("INTEGER", StringComparison.Ordinal)
        || type.StartsWith("DECIMAL", StringComparison.Ordinal);
}
