using Lakehouse.Catalog;

namespace Lakehouse.Query.Rows;

/// <summary>A column of rows that the program has in memory.</summary>
/// <param name="Column">The column of the dataset.</param>
/// <param name="GivenType">The type in which the rows have it.</param>
/// <param name="Value">The SQL expression of its value, over the columns as they are given.</param>
public sealed record RowColumn(DatasetColumn Column, string GivenType, string Value)
{
    /// <summary>A column that is given as it is.</summary>
    public static RowColumn Of(DatasetColumn column) => new(column, column.Type, $"\"{column.Name}\"");
}
