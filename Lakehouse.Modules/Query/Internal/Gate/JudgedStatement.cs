using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>A statement that may run, if all its tables are datasets.</summary>
/// <param name="Tables">The tables that it names, each once.</param>
/// <param name="NamesEveryDataset">True when it lists the catalog, as SHOW TABLES does.</param>
/// <param name="IsRepeatable">Whether it has the same answer whenever it runs over the same data.</param>
/// <param name="IsExplain">True for EXPLAIN, whose output can name files.</param>
/// <param name="IsFixed">Whether the text that runs is the one that was judged; false where values from the data are inserted first.</param>
/// <param name="HasParameters">Whether it has parameters.</param>
/// <param name="Cost">What it costs, with every table a dataset.</param>
/// <param name="Calls">Its calls of the vector functions.</param>
/// <param name="Resolve">Returns the text to run, which is the text that was judged. It is passed the connection that the statement will run on, in one
/// transaction with it where the statement is not fixed.</param>
internal sealed record JudgedStatement(
    IReadOnlyList<TableReference> Tables,
    bool NamesEveryDataset,
    bool IsRepeatable,
    bool IsExplain,
    bool IsFixed,
    bool HasParameters,
    GateCost Cost,
    IReadOnlyList<FunctionCall> Calls,
    Func<DuckDbConnection, string> Resolve)
{
    /// <summary>Requires that it is what a caller sees of one dataset: it reads no other, and says the same each time.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>sql_error</c>.</exception>
    public void RequireGuard()
    {
        if (HasParameters || !IsFixed || IsExplain || NamesEveryDataset || !IsRepeatable || Calls.Count > 0 || Tables is not [{ Count: 1 }])
        {
            throw GateErrors.Invalid("a mask and a row filter are expressions over the columns of their dataset, and depend on nothing else");
        }
    }

    /// <summary>Requires that it can be the query of a view.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>sql_error</c>, <c>sql_forbidden</c>.</exception>
    public void RequireDefinition()
    {
        if (HasParameters)
        {
            throw GateErrors.Invalid("the query of a view has no parameters");
        }

        if (!IsFixed)
        {
            throw GateErrors.Invalid("a PIVOT in a view needs its values: ON ... IN (...)");
        }

        if (IsExplain || NamesEveryDataset)
        {
            throw GateErrors.Forbidden("the query of a view reads rows; EXPLAIN, SHOW and information_schema do not");
        }
    }
}
