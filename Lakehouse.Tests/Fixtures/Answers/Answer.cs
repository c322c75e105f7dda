namespace Lakehouse.Tests.Fixtures;

/// <summary>An answer that was read back from some format.</summary>
/// <param name="Columns">The names of its columns; null where the format has none without rows.</param>
/// <param name="Rows">Values as the format csv writes them; null is NULL.</param>
public sealed record Answer(IReadOnlyList<string>? Columns, IReadOnlyList<IReadOnlyList<string?>> Rows);
