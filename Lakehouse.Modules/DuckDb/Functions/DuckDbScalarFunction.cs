namespace Lakehouse.DuckDb;

/// <summary>A scalar function of this program's own that SQL can call.</summary>
/// <param name="Name">Its name in SQL.</param>
/// <param name="Parameters">The types of its arguments.</param>
/// <param name="Result">The type of its values.</param>
/// <param name="IsVolatile">
/// True: it is called each time. False: with constant arguments it is called while the statement is planned, perhaps more than once.
/// </param>
/// <param name="Body">Computes values.</param>
public sealed record DuckDbScalarFunction(string Name, IReadOnlyList<DuckDbType> Parameters, DuckDbType Result, bool IsVolatile, DuckDbScalarBody Body);
