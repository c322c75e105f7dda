namespace Lakehouse.Catalog;

/// <summary>The query that a view or a derived dataset stands for.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Sql">The query.</param>
/// <param name="Sources">The datasets and views that it read when this version was made, in their versions.</param>
public sealed record DatasetDefinition(DefinitionKind Kind, string Sql, IReadOnlyList<SourceVersion> Sources);
