using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Answers;

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
    /// <param name="format">The format.</param>
    public static string Wrap(string sql, IReadOnlyList<DuckDbColumn> columns, AnswerFormat format)
    {
        var names = format == AnswerFormat.Parquet ? UniqueNames.Of(columns.Select(c => c.Name)) : [.. columns.Select(c => c.Name)];
        var casts = columns.Select(c => Find(c.Type, format)).ToList();
        if (casts.TrueForAll(c => c is null) && names.SequenceEqual(columns.Select(c => c.Name)))
        {
            return sql;
        }

        var select = casts.Select((cast, i) => $"{(cast is null ? $"c{i}" : $"CAST(c{i} AS {cast})")} AS {DuckDbSql.Identifier(names[i])}");
        return $"SELECT {string.Join(", ", select)} FROM (\n{sql}\n) AS answer({string.Join(", ", columns.Select((_, i) => $"c{i}"))})";
    }

    /// <summary>The type, as SQL writes it, as which a type is written; null for the type itself.</summary>
    public static string? Find(DuckDbType type, AnswerFormat format) => type.Id switch
    {
        DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt => Whole,
        DuckDbTypeId.TimeTz or DuckDbTypeId.Bit or DuckDbTypeId.BigNum => Text,
        DuckDbTypeId.Interval or DuckDbTypeId.TimeNs when format == AnswerFormat.Parquet => Text,
        DuckDbTypeId.List when Find(type.Children[0].Type, format) is { } element => $"{element}[]",
        DuckDbTypeId.Array when Find(type.Children[0].Type, format) is { } element => $"{element}[{type.ArrayLength}]",
        DuckDbTypeId.Map when HasAny(type, format) => $"MAP({NameOf(type.Children[0].Type, format)}, {NameOf(type.Children[1].Type, format)})",
        DuckDbTypeId.Struct when HasAny(type, format) => $"STRUCT({Members(type, format)})",
        DuckDbTypeId.Union when HasAny(type, format) => $"UNION({Members(type, format)})",
        _ => null,
    };

    private static bool HasAny(DuckDbType type, AnswerFormat format) => type.Children.Any(c => Find(c.Type, format) is not null);

    private static string NameOf(DuckDbType type, AnswerFormat format) => Find(type, format) ?? type.Id switch
    {
        // With all names in quotes: the type's own name has them only where no keyword needs them.
        DuckDbTypeId.List => $"{NameOf(type.Children[0].Type, format)}[]",
        DuckDbTypeId.Array => $"{NameOf(type.Children[0].Type, format)}[{type.ArrayLength}]",
        DuckDbTypeId.Map => $"MAP({NameOf(type.Children[0].Type, format)}, {NameOf(type.Children[1].Type, format)})",
        DuckDbTypeId.Struct => $"STRUCT({Members(type, format)})",
        DuckDbTypeId.Union => $"UNION({Members(type, format)})",
        _ => type.Name,
    };

    private static string Members(DuckDbType type, AnswerFormat format) =>
        string.Join(", ", type.Children.Select(c => $"{DuckDbSql.Identifier(c.Name)} {NameOf(c.Type, format)}"));
}
