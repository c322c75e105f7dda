using Lakehouse.Catalog;

namespace Lakehouse.Query.Rows;

/// <summary>What a change of rows did.</summary>
/// <param name="Result">What was committed.</param>
/// <param name="RemovedCount">How many rows are not there any more, or have got others in their place.</param>
public sealed record RowChange(CommitResult Result, long RemovedCount);
