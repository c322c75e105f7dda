using System.Text;
using System.Text.Json;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Gate.Tokens;
using Lakehouse.Query.Internal.SystemTables;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// Decides by its parse tree whether a text may run, before the engine that holds the data sees it. Only what is known to be harmless is allowed: one
/// SELECT-like statement; kinds of nodes, functions, table functions and tables that are on a list; functions that make large values of small ones if their
/// arguments bound the size. docs/adr/0003-sandbox.md describes what is left to the engine's own configuration and to the watch.
/// </summary>
internal sealed class SqlGate(SqlParser parser, GateBounds bounds, IReadOnlyList<SystemTableShape> systemTables)
{
    private const int OpenPivotsMax = 16;

    private readonly RecentJudgements _recent = new(bounds.MaxPlans);

    /// <summary>Judges a text. Throws <c>sql_forbidden</c> or <c>sql_error</c>.</summary>
    /// <param name="sql">What the client sent.</param>
    /// <param name="maxSqlBytes">The longest text.</param>
    public JudgedStatement Judge(string sql, int maxSqlBytes)
    {
        RequireText(sql, maxSqlBytes);
        if (_recent.Find(sql) is { } known)
        {
            return known;
        }

        var judged = JudgeText(sql);
        _recent.Add(sql, judged);
        return judged;
    }

    private JudgedStatement JudgeText(string sql)
    {
        var explain = ExplainPrefix.Read(sql);

        // Blanks in the place of the prefix, so that positions are those of the whole text.
        var prefix = sql[..explain.Length];
        var body = string.Concat(prefix.Select(c => c is '\n' or '\r' ? c : ' ')) + sql[explain.Length..];
        if (PivotStatement.Read(body, SqlToken.Split(body)) is not null)
        {
            return JudgePivot(body, explain);
        }

        var (walk, cost) = Walk(body);
        var offset = Encoding.UTF8.GetByteCount(prefix) - prefix.Length;
        return new JudgedStatement(
            walk.Tables,
            walk.NamesEveryDataset,
            walk.IsRepeatable && explain.Length == 0,
            explain.Length > 0,
            IsFixed: true,
            walk.HasParameters,
            cost,
            [.. walk.Calls.Select(c => c with { OffsetBytes = c.OffsetBytes + offset })],
            _ => explain.Statement + body.TrimStart());
    }

    private JudgedStatement JudgePivot(string body, ExplainPrefix explain)
    {
        // The values do not matter here: only the names in the text are judged.
        var (walk, cost) = Walk(CompletePivots(body, pivot =>
        {
            var queries = pivot.ValueQueries(bounds.MaxPivotColumns).ToList();
            queries.ForEach(q => Walk(q));
            return [.. queries.Select(_ => (IReadOnlyList<string>)["", " "])];
        }));
        if (walk.HasParameters)
        {
            throw GateErrors.Invalid("a statement with a PIVOT that has no list of values takes no parameters; name the values with IN (...)");
        }

        return new JudgedStatement(
            walk.Tables, walk.NamesEveryDataset, IsRepeatable: false, explain.Length > 0, IsFixed: false, HasParameters: false, cost, [], Resolve);

        string Resolve(DuckDbConnection connection)
        {
            var complete = CompletePivots(body, pivot => pivot.FindValues(connection, bounds.MaxPivotColumns, q => RequireSame(walk, q)));
            RequireSame(walk, complete);
            return explain.Statement + complete.TrimStart();
        }
    }

    private static string CompletePivots(string sql, Func<PivotStatement, IReadOnlyList<IReadOnlyList<string>>> values)
    {
        for (var count = 0; PivotStatement.Read(sql, SqlToken.Split(sql)) is { } pivot; count++)
        {
            sql = count < OpenPivotsMax ? pivot.Complete(values(pivot)) : throw GateErrors.Forbidden($"it has more than {OpenPivotsMax} PIVOTs without values");
        }

        return sql;
    }

    /// <summary>Judges a text into which values from the data were inserted. It may name only tables that the statement names.</summary>
    private void RequireSame(GateWalk judged, string sql)
    {
        var known = judged.Tables.Select(t => t.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (Walk(sql).Walk.Tables.FirstOrDefault(t => !known.Contains(t.Name)) is { } other)
        {
            throw other.Missing;
        }
    }

    /// <summary>Requires that a text with its views costs no more than a text may.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>sql_forbidden</c>, <c>sql_error</c>.</exception>
    public void Require(GateCost cost)
    {
        if (cost.Tables > bounds.MaxExpandedTables)
        {
            throw GateErrors.Forbidden(
                $"with its views it names more than {bounds.MaxExpandedTables} tables (query.max_expanded_tables), where those of a view count at each place "
                + "that names it");
        }

        if (cost.Depth > bounds.MaxDepth)
        {
            throw GateErrors.Invalid($"with its views it nests more than {bounds.MaxDepth} deep (query.max_depth)");
        }

        AmplifierBounds.Require(cost.Growth, bounds);
    }

    private (GateWalk Walk, GateCost Cost) Walk(string sql)
    {
        var expandsCommonTables = TokenBounds.Require(sql, SqlToken.Split(sql), bounds);
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

        var walk = new GateWalk(bounds, expandsCommonTables, parser, systemTables);
        return (walk, walk.CostOf(walk.Visit(statements[0])));
    }

    private static void RequireText(string sql, int maxSqlBytes)
    {
        if (string.IsNullOrWhiteSpace(sql))
        {
            throw GateErrors.Invalid("it is empty");
        }

        if (Encoding.UTF8.GetByteCount(sql) > maxSqlBytes)
        {
            throw GateErrors.Invalid($"it is longer than {maxSqlBytes} bytes (query.max_sql_bytes)");
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
            throw GateErrors.Invalid("it is nested too deeply, or holds a number that is too long");
        }
        catch (DuckDbException error)
        {
            throw GateErrors.Invalid(error.Message);
        }
    }

    private static Exception Refuse(JsonElement root, string sql)
    {
        var message = root.TryGetProperty("error_message"u8, out var text) ? text.GetString() : null;
        if (root.TryGetProperty("error_type"u8, out var type) && type.ValueEquals("not implemented"u8))
        {
            var tokens = SqlToken.Split(sql);
            var word = tokens.Count > 0 && tokens[0].IsWord ? sql[tokens[0].Start..tokens[0].End].ToUpperInvariant() : string.Empty;
            return GateErrors.Forbidden(
                "only SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE, PIVOT, UNPIVOT and EXPLAIN are allowed; " + (word switch
                {
                    "CREATE" => "PUT /v1/catalog/view/{name} stores a query, \"into\" writes the rows of one as a dataset, and POST /v1/ingest a file",
                    "INSERT" => "\"into\" writes the rows of a query as a dataset, or appends them; POST /v1/ingest?mode=append appends those of a file",
                    "DELETE" or "TRUNCATE" => "DELETE /v1/catalog/dataset/{name}/rows removes the rows for which a condition is true",
                    "UPDATE" or "MERGE" => "POST /v1/ingest?mode=upsert&key=... puts new rows in the place of those with the same key",
                    "DROP" => "DELETE /v1/catalog/dataset/{name} and /v1/catalog/view/{name} drop",
                    "COPY" or "EXPORT" => "\"format\" has the answer as CSV or Parquet, \"into\" writes it as a dataset, and files come in by POST /v1/ingest",
                    "SET" or "RESET" or "PRAGMA" => "settings are those of the server; DESCRIBE and lakehouse.columns show columns",
                    "PREPARE" or "EXECUTE" => "\"params\" gives the values of ? and $name",
                    "PIVOT" or "SELECT" or "FROM" or "WITH" => "a form of it is not, such as PIVOT ... IN (SELECT ...); docs/sql-gate.md lists them",
                    _ => "files come in by POST /v1/ingest",
                }));
        }

        // Shows the position as DuckDB does in its own messages for statements that do not parse.
        return root.TryGetProperty("position"u8, out var position) && int.TryParse(position.GetString(), out var offset)
            ? SqlPosition.Error($"Parser Error: {message}", sql, offset)
            : GateErrors.Invalid(message ?? "it cannot be parsed");
    }
}
