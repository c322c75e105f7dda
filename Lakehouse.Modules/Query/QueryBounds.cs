namespace Lakehouse.Query;

/// <summary>Bounds of one query that replace the configured ones, for queries that other modules make. The number of rows is not bounded.</summary>
/// <param name="Timeout">How long the engine may work on it.</param>
/// <param name="MaxSqlBytes">The longest text, in bytes of UTF-8.</param>
public sealed record QueryBounds(TimeSpan Timeout, int MaxSqlBytes);
