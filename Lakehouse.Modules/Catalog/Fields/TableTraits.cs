namespace Lakehouse.Catalog;

/// <summary>What other engines have chosen of a dataset's table (docs/iceberg.md). All later versions keep it.</summary>
/// <param name="Id">The table's id; null where nobody has chosen it.</param>
/// <param name="FieldIds">The ids of fields that are not those that this program would give, by <see cref="TableField.Key"/>.</param>
public sealed record TableTraits(Guid? Id, IReadOnlyDictionary<string, int> FieldIds)
{
    /// <summary>Of a table of which nobody has chosen anything.</summary>
    public static readonly TableTraits None = new(null, new Dictionary<string, int>());
}
