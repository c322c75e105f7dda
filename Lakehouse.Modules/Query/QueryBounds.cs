namespace Lakehouse.Query;

/// <summary>Bounds of one query in place of the configured ones, for queries of the program's own. Its rows are not cut off.</summary>
/// <param name="Timeout">How long the engine may work on it.</param>
/// <param name="MaxSqlBytes">The longest text.</param>
public sealed record QueryBounds(TimeSpan Timeout, int MaxSqlBytes);
