using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Exchange;

/// <summary>
/// Types that Arrow and Parquet have no form for, or only one that loses something, and the types as which they are written instead. docs/sql.md has the list.
/// </summary>
internal static class ExchangeTypes
{
    private const string Whole = "DECIMAL(38,0)";
    private const string Text = "VARCHAR";

    /// <summary>
    /// Returns a statement with the same rows, whose columns are casted where they must be. Its text may be judged before: what is added is made of the types
    /// and names of the columns.
    /// </summary>
    /// <param name="sql">The text of a statement with a result.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="target">What they are written as.</param>
    public static string Wrap(string sql, IReadOnlyList<DuckDbColumn> columns, ExchangeTarget target)
    {
        var names = target != ExchangeTarget.Arrow ? UniqueNames.Of(columns.Select(c => c.Name)) : [.. columns.Select(c => c.Name)];
        var casts = columns.Select(c => Find(c.Type, target)).ToList();
        if (casts.TrueForAll(c => c is null) && names.SequenceEqual(columns.Select(c => c.Name)))
        {
            return sql;
        }

        // By names that an error can show to the author of the statement.
        var known = UniqueNames.Of(columns.Select(c => c.Name)).Select(DuckDbSql.Identifier).ToList();
        var select = casts.Select((cast, i) => $"{(cast is null ? known[i] : $"CAST({known[i]} AS {cast})")} AS {DuckDbSql.Identifier(names[i])}");
        return $"SELECT {string.Join(", ", select)} FROM (\n{sql}\n) AS answer({string.Join(", ", known)})";
    }

    /// <summary>The type, as SQL writes it, as which a type is written; null for the type itself.</summary>
    public static string? Find(DuckDbType type, ExchangeTarget target) => type.Id switch
    {
        DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt => Whole,
        DuckDbTypeId.TimeTz or DuckDbTypeId.Bit or DuckDbTypeId.BigNum => Text,
        DuckDbTypeId.Interval or DuckDbTypeId.TimeNs when target != ExchangeTarget.Arrow => Text,
        DuckDbTypeId.Enum or DuckDbTypeId.Union when target == ExchangeTarget.Dataset => type.Id == DuckDbTypeId.Enum ? Text : "JSON",
        DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs when target == ExchangeTarget.Dataset => "TIMESTAMP",
        DuckDbTypeId.SqlNull when target == ExchangeTarget.Dataset => "INTEGER",
        DuckDbTypeId.Array when target == ExchangeTarget.Dataset => $"{NameOf(type.Children[0].Type, target)}[]",
        DuckDbTypeId.List when Find(type.Children[0].Type, target) is { } element => $"{element}[]",
        DuckDbTypeId.Array when Find(type.Children[0].Type, target) is { } element => $"{element}[{type.ArrayLength}]",
        DuckDbTypeId.Map when HasAny(type, target) => $"MAP({NameOf(type.Children[0].Type, target)}, {NameOf(type.Children[1].Type, target)})",
        DuckDbTypeId.Struct when HasAny(type, target) => $"STRUCT({Members(type, target)})",
        DuckDbTypeId.Union when HasAny(type, target) => $"UNION({Members(type, target)})",
        _ => null,
    };

    private static bool HasAny(DuckDbType type, ExchangeTarget target) => type.Children.Any(c => Find(c.Type, target) is not null);

    private static string NameOf(DuckDbType type, ExchangeTarget target) => Find(type, target) ?? type.Id switch
    {
        // With all names in quotes: the type's own name has them only where no keyword needs them.
        DuckDbTypeId.List => $"{NameOf(type.Children[0].Type, target)}[]",
        DuckDbTypeId.Array => $"{NameOf(type.Children[0].Type, target)}[{type.ArrayLength}]",
        DuckDbTypeId.Map => $"MAP({NameOf(type.Children[0].Type, target)}, {NameOf(type.Children[1].Type, target)})",
        DuckDbTypeId.Struct => $"STRUCT({Members(type, target)})",
        DuckDbTypeId.Union => $"UNION({Members(type, target)})",
        _ => type.Name,
    };

    private static string Members(DuckDbType type, ExchangeTarget target) =>
        string.Join(", ", type.Children.Select(c => $"{DuckDbSql.Identifier(c.Name)} {NameOf(c.Type, target)}"));
}
