using System.Text;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>
/// A connection: one statement at a time, from one thread at a time; only <see cref="Interrupt"/> may be called from another.
/// A second statement ends a result that is still being streamed.
/// </summary>
public sealed class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle _handle;

    internal DuckDbConnection(ConnectionHandle handle) => _handle = handle;

    /// <summary>Parses, binds and plans one statement. Constant expressions are evaluated here already.</summary>
    /// <exception cref="DuckDbException">DuckDB refuses it, with its own message and position.</exception>
    /// <exception cref="ArgumentException">The text holds a NUL, which C would read as its end.</exception>
    public unsafe DuckDbStatement Prepare(string sql)
    {
        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("a statement cannot hold a NUL", nameof(sql));
        }

        var utf8 = new byte[Encoding.UTF8.GetByteCount(sql) + 1];
        Encoding.UTF8.GetBytes(sql, utf8);
        StatementHandle statement;
        int state;
        fixed (byte* query = utf8)
        {
            state = NativeMethods.duckdb_prepare(_handle, query, out statement);
        }

        if (state != 0)
        {
            using (statement)
            {
                throw new DuckDbException(NativeMethods.Borrow(NativeMethods.duckdb_prepare_error(statement)));
            }
        }

        return new DuckDbStatement(statement);
    }

    /// <summary>The engine's id of this connection, which is passed to the functions that run for it.</summary>
    public long Id
    {
        get
        {
            NativeMethods.duckdb_connection_get_client_context(_handle, out var context);
            var id = NativeMethods.duckdb_client_context_get_connection_id(context);
            NativeMethods.duckdb_destroy_client_context(ref context);
            return (long)id;
        }
    }

    /// <summary>Registers functions for every connection of the instance. Functions of one name with different parameters must be given in one call.</summary>
    /// <exception cref="DuckDbException">The engine refuses it.</exception>
    public void Register(params IReadOnlyList<DuckDbScalarFunction> functions) => ScalarFunctionBinding.Register(_handle, functions);

    /// <summary>Runs a statement whose rows are not needed.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        using var result = statement.Execute();
    }

    /// <summary>Tells the running statement to stop. Has no effect when none runs; scalar functions do not react to it.</summary>
    public void Interrupt() => NativeMethods.duckdb_interrupt(_handle);

    /// <summary>
    /// The engine's estimate of the share of the running statement that is done, from 0 to 1; null where it has none. May be called from another thread.
    /// </summary>
    public double? Progress => NativeMethods.duckdb_query_progress(_handle).Percentage is >= 0 and var percentage ? Math.Min(percentage / 100, 1) : null;

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _handle.Dispose();
}
