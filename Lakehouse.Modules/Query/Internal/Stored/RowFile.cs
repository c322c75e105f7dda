using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>The rows of a query in a scratch file, as Parquet.</summary>
/// <param name="Head">What the query has read, and its columns as they are read from the file.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hex.</param>
internal sealed record RowFile(StatementHead Head, long RowCount, string Sha256);
