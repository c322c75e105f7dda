using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>A statement that may run, if all its tables are datasets.</summary>
/// <param name="Tables">The tables that it names, each once.</param>
/// <param name="NamesEveryDataset">True when it lists the catalog, as SHOW TABLES does.</param>
/// <param name="IsRepeatable">Whether it has the same answer whenever it runs over the same data.</param>
/// <param name="IsExplain">True for EXPLAIN, whose output can name files.</param>
/// <param name="Calls">Its calls of the vector functions.</param>
/// <param name="Resolve">Returns the text to run, which is the text that was judged. It is passed the connection that the statement will run on.</param>
internal sealed record JudgedStatement(
    IReadOnlyList<TableReference> Tables,
    bool NamesEveryDataset,
    bool IsRepeatable,
    bool IsExplain,
    IReadOnlyList<FunctionCall> Calls,
    Func<DuckDbConnection, string> Resolve);
