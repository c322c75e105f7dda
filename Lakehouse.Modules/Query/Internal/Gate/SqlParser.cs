using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Parses SQL with DuckDB's own parser and returns the tree as JSON. <c>json_serialize_sql</c> only parses, and accepts only SELECT statements. It runs in a
/// separate instance without data and without rights. Connections are kept, because preparing costs more than parsing.
/// </summary>
internal sealed class SqlParser : IDisposable
{
    // Enough for DuckDB's own bound on expressions (max_expression_depth, 1,000), each of which takes a few levels of JSON.
    private const int DepthMax = 4_096;

    private readonly Lazy<DuckDbDatabase> _database = new(Open);
    private readonly ConcurrentBag<Session> _idle = [];
    private readonly Lazy<FrozenSet<string>> _functions;
    private readonly Lazy<FrozenSet<string>> _repeatable;

    public SqlParser()
    {
        _functions = new Lazy<FrozenSet<string>>(() => ReadFunctions("SELECT DISTINCT function_name AS name FROM duckdb_functions()"));

        // Macros do not say what they depend on, and these functions say it wrongly: they are of the time, and of chance.
        _repeatable = new Lazy<FrozenSet<string>>(() => ReadFunctions("""
            SELECT function_name AS name FROM duckdb_functions() GROUP BY function_name
            HAVING bool_and(function_type = 'aggregate' OR (function_type = 'scalar' AND stability = 'CONSISTENT'))
                AND name NOT IN ('current_localtime', 'current_localtimestamp', 'reservoir_quantile')
            """));
    }

    /// <summary>
    /// Returns the tree of a text: <c>error</c>, and <c>statements</c> or <c>error_type</c> and <c>error_message</c>. The caller disposes of it.
    /// </summary>
    public JsonDocument Parse(string sql)
    {
        if (!_idle.TryTake(out var session))
        {
            session = new Session(_database.Value);
        }

        try
        {
            var tree = session.Parse(sql);
            _idle.Add(session);
            return tree;
        }
        catch (DuckDbException)
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Whether the engine has a function of that name, allowed or not.</summary>
    public bool HasFunction(string name) => _functions.Value.Contains(name);

    /// <summary>Whether the value of a function depends on its arguments alone.</summary>
    public bool IsRepeatable(string name) => _repeatable.Value.Contains(name);

    private FrozenSet<string> ReadFunctions(string names)
    {
        using var connection = _database.Value.Connect();
        using var statement = connection.Prepare($"SELECT string_agg(name, ' ') FROM ({names})");
        using var result = statement.Execute();
        using var row = result.FetchChunk()!;
        return Encoding.UTF8.GetString(row.GetVector(0).GetBytes(0)).Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }

        if (_database.IsValueCreated)
        {
            _database.Value.Dispose();
        }
    }

    private static DuckDbDatabase Open()
    {
        var database = DuckDbDatabase.OpenIsolated("512MB");
        using var connection = database.Connect();
        connection.Execute("SET enable_external_access = false");

        // The tree in the form of this release: the default, a form of years ago, has no types whose parameters are texts, as in ENUM('a', 'b')[].
        connection.Execute("SET storage_compatibility_version = 'v1.5.0'");
        connection.Execute("SET lock_configuration = true");
        return database;
    }

    private sealed class Session : IDisposable
    {
        private readonly DuckDbConnection _connection;
        private readonly DuckDbStatement _statement;

        public Session(DuckDbDatabase database)
        {
            _connection = database.Connect();
            _statement = _connection.Prepare("SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)::VARCHAR");
        }

        public JsonDocument Parse(string sql)
        {
            using var result = _statement.Bind(1, sql).Execute();
            using var row = result.FetchChunk()!;
            return JsonDocument.Parse(row.GetVector(0).GetBytes(0).ToArray(), new JsonDocumentOptions { MaxDepth = DepthMax });
        }

        public void Dispose()
        {
            _statement.Dispose();
            _connection.Dispose();
        }
    }
}
