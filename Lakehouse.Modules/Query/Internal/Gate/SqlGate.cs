using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Decides whether a text may run, by its parse tree and before the engine that holds the data sees it. What is not known to be harmless is refused:
/// one statement, SELECT-like; kinds of nodes, functions, table functions and names of tables by allow-list; functions that make much of
/// little by their arguments. docs/adr/0003-sandbox.md tells what is left to the engine's own configuration and to the watchdog.
/// </summary>
internal sealed class SqlGate(SqlParser parser)
{
    /// <summary>Judges a text. Throws <c>sql_forbidden</c> or <c>sql_error</c>.</summary>
    /// <param name="sql">What the client sent.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="isDataset">Tells whether a name, in any case, is a dataset's.</param>
    public GatedStatement Judge(string sql, QueryOptions options, Func<string, bool> isDataset)
    {
        RequireText(sql, options);
        var explain = ExplainPrefix.Read(sql);
        var body = sql[explain.Length..];
        if (PivotStatement.Read(body) is { } pivot)
        {
            return JudgePivot(pivot, explain, options, isDataset);
        }

        var walk = Walk(body, options, isDataset);
        return new GatedStatement(walk.Datasets, walk.NamesEveryDataset, explain.Length > 0, Shifted(walk.Calls, explain.Length > 0 ? Encoding.UTF8.GetByteCount(sql.AsSpan(0, explain.Length)) : 0), _ => explain.Statement + body);
    }

    private GatedStatement JudgePivot(PivotStatement pivot, ExplainPrefix explain, QueryOptions options, Func<string, bool> isDataset)
    {
        // Any values will do here: what is judged is every name in the text.
        var sample = pivot.ValueQueries(options.MaxPivotColumns).Select(_ => (IReadOnlyList<string>)["", " "]).ToList();
        var walk = Walk(pivot.Complete(sample), options, isDataset);
        foreach (var query in pivot.ValueQueries(options.MaxPivotColumns))
        {
            Walk(query, options, isDataset);
        }

        return new GatedStatement(walk.Datasets, walk.NamesEveryDataset, explain.Length > 0, [], connection =>
        {
            connection.Execute("BEGIN TRANSACTION");
            var complete = pivot.Complete(pivot.FindValues(connection, options.MaxPivotColumns));
            Walk(complete, options, isDataset);
            return explain.Statement + complete;
        });
    }

    /// <summary>Calls by their places in the whole text.</summary>
    private static List<FunctionCall> Shifted(IEnumerable<FunctionCall> calls, int offset) => [.. calls.Select(c => c with { OffsetBytes = c.OffsetBytes + offset })];

    private GateWalk Walk(string sql, QueryOptions options, Func<string, bool> isDataset)
    {
        using var tree = Parse(sql);
        var root = tree.RootElement;
        if (root.GetProperty("error"u8).GetBoolean())
        {
            throw Refuse(root, sql);
        }

        var statements = root.GetProperty("statements"u8);
        if (statements.GetArrayLength() == 0)
        {
            throw GateErrors.Invalid("it has no statement");
        }

        if (statements.GetArrayLength() > 1)
        {
            throw GateErrors.Forbidden($"it has {statements.GetArrayLength()} statements, and one is allowed");
        }

        var walk = new GateWalk(options, isDataset);
        walk.Visit(statements[0]);
        return walk;
    }

    private static void RequireText(string sql, QueryOptions options)
    {
        if (string.IsNullOrWhiteSpace(sql))
        {
            throw GateErrors.Invalid("it is empty");
        }

        if (Encoding.UTF8.GetByteCount(sql) > options.MaxSqlBytes)
        {
            throw GateErrors.Invalid($"it is longer than {options.MaxSqlBytes} bytes (query.max_sql_bytes)");
        }

        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            throw GateErrors.Invalid("it holds a NUL character");
        }
    }

    private JsonDocument Parse(string sql)
    {
        try
        {
            return parser.Parse(sql);
        }
        catch (JsonException)
        {
            throw GateErrors.Invalid("it is nested too deeply");
        }
        catch (DuckDbException fault)
        {
            throw GateErrors.Invalid(fault.Message);
        }
    }

    private static Exception Refuse(JsonElement root, string sql)
    {
        var message = root.TryGetProperty("error_message"u8, out var text) ? text.GetString() : null;
        if (root.TryGetProperty("error_type"u8, out var type) && type.ValueEquals("not implemented"u8))
        {
            return GateErrors.Forbidden("only SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE, PIVOT, UNPIVOT and EXPLAIN are allowed");
        }

        // The place as DuckDB shows it; its own message for a statement that does not parse has it too.
        return root.TryGetProperty("position"u8, out var position) && int.TryParse(position.GetString(), out var offset)
            ? SqlPosition.Fault($"Parser Error: {message}", sql, offset)
            : GateErrors.Invalid(message ?? "it cannot be parsed");
    }
}
