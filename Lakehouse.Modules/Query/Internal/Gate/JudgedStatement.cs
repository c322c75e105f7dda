using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>A statement that may run, if all its tables are datasets.</summary>
/// <param name="Tables">The tables that it names, each once.</param>
/// <param name="NamesEveryDataset">True when it lists the catalog, as SHOW TABLES does.</param>
/// <param name="IsExplain">True for EXPLAIN, whose output can name files.</param>
/// <param name="Calls">Its calls of the vector functions.</param>
/// <param name="Resolve">Gives the text to run, on the connection it will run on: the text that was judged, and no other.</param>
internal sealed record JudgedStatement(
    IReadOnlyList<TableReference> Tables, bool NamesEveryDataset, bool IsExplain, IReadOnlyList<FunctionCall> Calls, Func<DuckDbConnection, string> Resolve);
