namespace Lakehouse.DuckDb;

/// <summary>
/// Computes the values of a scalar function for up to 2,048 rows. NULL arguments are passed in as they are. Called on any thread, several at once; what it
/// throws becomes the error of the statement, with its message. The arguments and the output are the engine's memory, and last as long as the call.
/// </summary>
/// <param name="connectionId">The connection whose statement runs: <see cref="DuckDbConnection.Id"/>.</param>
/// <param name="arguments">A vector for each argument.</param>
/// <param name="rowCount">How many rows.</param>
/// <param name="output">Takes a value for each row.</param>
public delegate void DuckDbScalarBody(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output);
