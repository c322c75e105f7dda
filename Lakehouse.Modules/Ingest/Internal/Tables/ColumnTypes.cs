using Lakehouse.Catalog;
using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>The types that columns have because somebody said so: in the request, or when the dataset was made.</summary>
/// <param name="reading">What was told.</param>
/// <param name="dataset">The columns that the dataset has; empty for none.</param>
/// <param name="isEvolving">Whether files may have other columns than the dataset.</param>
internal sealed class ColumnTypes(ReadOptions reading, IReadOnlyList<DatasetColumn> dataset, bool isEvolving)
{
    private readonly Dictionary<string, string> _told = new(reading.Types, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DatasetColumn> _dataset = dataset.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The columns of the dataset.</summary>
    public IReadOnlyList<DatasetColumn> Dataset => dataset;

    /// <summary>Whether the request says the type of a column.</summary>
    public bool IsTold(string name) => _told.ContainsKey(name);

    /// <summary>The type of a column; null where it is found out.</summary>
    /// <param name="name">Its name, in any letter case.</param>
    /// <param name="isOfDataset">Whether the dataset's types count.</param>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_option</c>.</exception>
    public DeclaredType? Find(string name, bool isOfDataset)
    {
        if (_told.TryGetValue(name, out var told))
        {
            return DeclaredType.Parse("types", name, told);
        }

        // Types that are not found out are those that somebody has told before.
        return isOfDataset && _dataset.TryGetValue(name, out var known) && !TableSchema.IsFoundOut(known.Type) ? DeclaredType.TryParse(known.Type) : null;
    }

    /// <summary>Whether a file of these columns follows the dataset: it has all of its columns, in any order, or others may be missing.</summary>
    public bool HasDataset(IReadOnlyList<string> names) =>
        _dataset.Count > 0 && (isEvolving || names.Count(_dataset.ContainsKey) == _dataset.Count);

    /// <summary>Refuses types of columns that are not there.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_option</c>.</exception>
    public void RequireNames(IReadOnlyList<string> names)
    {
        if (_told.Keys.FirstOrDefault(t => !names.Contains(t, StringComparer.OrdinalIgnoreCase)) is { } other)
        {
            var some = string.Join(", ", names.Take(20));
            throw IngestErrors.Option("types", $"the file has no column '{other}'{NearestName.Hint(other, names)}; it has {some}");
        }
    }
}
