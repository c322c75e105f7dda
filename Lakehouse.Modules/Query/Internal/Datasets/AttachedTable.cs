using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>
/// Data files that one statement of this program reads as a table, whether or not a dataset has them. Its name ends with <c>@0</c>, which
/// no version of a dataset does.
/// </summary>
/// <param name="Files">The files, which are in the bucket.</param>
/// <param name="Columns">The columns of the table; empty: those of the files.</param>
/// <param name="FileColumn">The name of one more column, with the path of each row's file; null for none.</param>
internal sealed record AttachedTable(IReadOnlyList<DataFile> Files, IReadOnlyList<DatasetColumn> Columns, string? FileColumn = null)
{
    /// <summary>No tables.</summary>
    public static readonly IReadOnlyDictionary<string, AttachedTable> None = new Dictionary<string, AttachedTable>();
}
