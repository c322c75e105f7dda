namespace Lakehouse.DuckDb;

/// <summary>
/// Computes the values of a scalar function for up to 2,048 rows. NULL arguments are passed in as they are. Called on any thread, on several at once. The
/// message of an exception becomes the error of the statement. The arguments and the output are the engine's memory, and are valid only during the call.
/// </summary>
/// <param name="connectionId">The connection whose statement runs: <see cref="DuckDbConnection.Id"/>.</param>
/// <param name="arguments">A vector for each argument.</param>
/// <param name="rowCount">How many rows.</param>
/// <param name="output">Receives a value for each row.</param>
public delegate void DuckDbScalarBody(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output);
