using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>A statement that was prepared and run to its end, with its connection. It can run again while its datasets have the same versions.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Connection">The connection to which it belongs.</param>
/// <param name="Statement">The prepared statement.</param>
/// <param name="Versions">The versions that it is bound to, in the order of its tables.</param>
internal sealed record KeptPlan(string Sql, DuckDbConnection Connection, DuckDbStatement Statement, IReadOnlyList<DatasetRead> Versions) : IDisposable
{
    public void Dispose()
    {
        Statement.Dispose();
        Connection.Dispose();
    }
}
