using Lakehouse.Catalog;

namespace Lakehouse.Query.Rows;

/// <summary>What a Parquet file says of itself.</summary>
/// <param name="Columns">Its columns, with DuckDB's types.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Rows">The first rows: for each column the value as text in the form that SQL casts it to, or null.</param>
public sealed record DataFileShape(IReadOnlyList<DatasetColumn> Columns, long RowCount, IReadOnlyList<IReadOnlyList<string?>> Rows);
