namespace Lakehouse.Core.Access;

/// <summary>What a caller sees of a dataset, where it is not all of it.</summary>
/// <param name="Columns">The columns that are not shown as <paramref name="Others"/> are, by name in any letter case.</param>
/// <param name="Others">How all other columns are shown.</param>
/// <param name="Rows">The SQL condition that a row must meet to be seen; null for all rows.</param>
/// <param name="Key">The key of hashes, as text.</param>
public sealed record DatasetGuard(IReadOnlyDictionary<string, ColumnMask> Columns, ColumnMask Others, string? Rows, string Key)
{
    /// <summary>How a column is shown.</summary>
    public ColumnMask MaskOf(string column) => Columns.GetValueOrDefault(column, Others);

    /// <summary>Whether a column is shown as it is.</summary>
    public bool IsClear(string column) => MaskOf(column).Kind is MaskKind.Clear;
}
