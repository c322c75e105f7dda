namespace Lakehouse.Query.Internal.Gate;

/// <summary>A statement that may run.</summary>
/// <param name="Sql">The text to run: the one that was judged, and no other.</param>
/// <param name="Datasets">The datasets it names, in lower case.</param>
/// <param name="NamesEveryDataset">True when it lists the catalog, as SHOW TABLES does.</param>
/// <param name="IsExplain">True for EXPLAIN, whose output can name files.</param>
internal sealed record GatedStatement(string Sql, IReadOnlySet<string> Datasets, bool NamesEveryDataset, bool IsExplain);
