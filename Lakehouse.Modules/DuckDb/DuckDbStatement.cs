using System.Text;
using Lakehouse.DuckDb.Native;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb;

/// <summary>A prepared statement. Parameters count from 1.</summary>
public sealed class DuckDbStatement : IDisposable
{
    private readonly StatementHandle _handle;

    internal DuckDbStatement(StatementHandle handle) => _handle = handle;

    /// <summary>What the statement is.</summary>
    public DuckDbStatementKind Kind => (DuckDbStatementKind)NativeMethods.duckdb_prepared_statement_type(_handle);

    /// <summary>How many parameters must be bound.</summary>
    public int ParameterCount => (int)NativeMethods.duckdb_nparams(_handle);

    /// <summary>
    /// The columns of its result, as far as they are known before parameters are bound: a column whose type depends on one has the type <c>INVALID</c>.
    /// </summary>
    public IReadOnlyList<DuckDbColumn> Columns
    {
        get
        {
            var columns = new DuckDbColumn[(int)NativeMethods.duckdb_prepared_statement_column_count(_handle)];
            for (var i = 0; i < columns.Length; i++)
            {
                using var type = NativeMethods.duckdb_prepared_statement_column_logical_type(_handle, (ulong)i);
                columns[i] = new DuckDbColumn(
                    NativeMethods.Take(NativeMethods.duckdb_prepared_statement_column_name(_handle, (ulong)i)), DuckDbType.Read(type));
            }

            return columns;
        }
    }

    /// <summary>Binds a text.</summary>
    public DuckDbStatement Bind(int parameter, string value) => Bind(parameter, Encoding.UTF8.GetBytes(value));

    /// <summary>Binds a text that is UTF-8 already.</summary>
    public unsafe DuckDbStatement Bind(int parameter, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* pointer = utf8)
        {
            // An empty span has no address, and DuckDB requires one.
            byte empty = 0;
            return Require(
                NativeMethods.duckdb_bind_varchar_length(_handle, (ulong)parameter, pointer is null ? &empty : pointer, (ulong)utf8.Length), parameter);
        }
    }

    /// <summary>Binds a BIGINT.</summary>
    public DuckDbStatement Bind(int parameter, long value) => Require(NativeMethods.duckdb_bind_int64(_handle, (ulong)parameter, value), parameter);

    /// <summary>Binds a DOUBLE.</summary>
    public DuckDbStatement Bind(int parameter, double value) => Require(NativeMethods.duckdb_bind_double(_handle, (ulong)parameter, value), parameter);

    /// <summary>Binds a BOOLEAN.</summary>
    public DuckDbStatement Bind(int parameter, bool value) => Require(NativeMethods.duckdb_bind_boolean(_handle, (ulong)parameter, value), parameter);

    /// <summary>Binds NULL.</summary>
    public DuckDbStatement BindNull(int parameter) => Require(NativeMethods.duckdb_bind_null(_handle, (ulong)parameter), parameter);

    /// <summary>Binds a value of any type.</summary>
    public DuckDbStatement Bind(int parameter, DuckDbValue value) =>
        Require(NativeMethods.duckdb_bind_value(_handle, (ulong)parameter, value.Handle), parameter);

    /// <summary>The name of a parameter; its number where it has none.</summary>
    public string GetParameterName(int parameter) => NativeMethods.Take(NativeMethods.duckdb_parameter_name(_handle, (ulong)parameter));

    /// <summary>Runs the statement to its end; the result holds all rows.</summary>
    /// <exception cref="DuckDbException">The statement failed or was interrupted.</exception>
    public unsafe DuckDbResult Execute()
    {
        var result = new ResultHandle();
        return Started(result, NativeMethods.duckdb_execute_prepared(_handle, result.Pointer));
    }

    /// <summary>Starts the statement; rows are computed as they are fetched. Blocking operators (sorts, joins, aggregates) run here.</summary>
    /// <exception cref="DuckDbException">The statement failed or was interrupted.</exception>
    public unsafe DuckDbResult ExecuteStreaming()
    {
        var result = new ResultHandle();
        return Started(result, NativeMethods.duckdb_execute_prepared_streaming(_handle, result.Pointer));
    }

    /// <summary>Frees the statement.</summary>
    public void Dispose() => _handle.Dispose();

    private static unsafe DuckDbResult Started(ResultHandle result, int state)
    {
        if (state != 0)
        {
            using (result)
            {
                throw new DuckDbException(NativeMethods.Borrow(NativeMethods.duckdb_result_error(result.Pointer)));
            }
        }

        return new DuckDbResult(result);
    }

    private DuckDbStatement Require(int state, int parameter) =>
        state == 0 ? this : throw new ArgumentOutOfRangeException(nameof(parameter), parameter, "the statement has no such parameter");
}
