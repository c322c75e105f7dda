using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>A statement that was prepared and run to its end, with its connection. It can run again while its datasets have the same versions.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Scope">For whom it was planned (<see cref="StatementRequest.Scope"/>).</param>
/// <param name="Connection">The connection to which it belongs.</param>
/// <param name="Statement">The prepared statement.</param>
/// <param name="Versions">The versions that it is bound to, in the order of its tables.</param>
/// <param name="Views">The views that its connection has of its own, in front of what has their names otherwise.</param>
internal sealed record KeptPlan(
    string Sql, string Scope, DuckDbConnection Connection, DuckDbStatement Statement, IReadOnlyList<DatasetRead> Versions, IReadOnlyList<string> Views)
    : IDisposable
{
    /// <summary>Removes the views of the connection, before another version of the datasets is planned on it.</summary>
    public void DropViews()
    {
        foreach (var view in Views)
        {
            Connection.Execute($"DROP VIEW IF EXISTS temp.main.{DuckDbSql.Identifier(view)}");
        }
    }

    public void Dispose()
    {
        Statement.Dispose();
        Connection.Dispose();
    }
}
