using System.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Gate.Tokens;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// <c>PIVOT source ON a, b USING ...</c> without the values of a and b, as a statement, in a subquery or in a common table. The engine would run it as two
/// statements, the first of which makes a type. Instead the values are queried first, in the same transaction, and written into the text as <c>a IN (...)</c>.
/// The gate judges every text that runs, both the queries for the values and the completed statement. So if the text is read wrongly here, they are refused or
/// fail.
/// </summary>
internal sealed class PivotStatement
{
    private static readonly string[] EndWords = ["USING", "GROUP", "ORDER", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", ";"];

    private readonly string _sql;
    private readonly IReadOnlyList<string> _scopes;
    private readonly string _source;
    private readonly List<(string Expression, int End)> _open;

    private PivotStatement(string sql, IReadOnlyList<string> scopes, string source, List<(string Expression, int End)> open) =>
        (_sql, _scopes, _source, _open) = (sql, scopes, source, open);

    /// <summary>Returns the last PIVOT of a text that lacks values, so that no PIVOT that it reads from lacks any. Null when there is none.</summary>
    public static PivotStatement? Read(string sql, List<SqlToken> tokens)
    {
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (tokens[i].IsWord && (tokens[i].Is(sql, "PIVOT") || tokens[i].Is(sql, "PIVOT_WIDER")) && Read(sql, tokens, i) is { } pivot)
            {
                return pivot;
            }
        }

        return null;
    }

    /// <summary>Returns the queries for the values, one per expression.</summary>
    public IEnumerable<string> ValueQueries(int countMax)
    {
        foreach (var (expression, _) in _open)
        {
            var query = $"SELECT DISTINCT CAST(({expression}) AS VARCHAR) AS v FROM {_source} WHERE ({expression}) IS NOT NULL ORDER BY v LIMIT {countMax + 1}";
            for (var i = _scopes.Count - 1; i >= 0; i--)
            {
                query = i == 0 ? $"{_scopes[i]} {query}" : $"SELECT * FROM ({_scopes[i]} {query})";
            }

            yield return query;
        }
    }

    /// <summary>Returns the text with the values of each expression.</summary>
    public string Complete(IReadOnlyList<IReadOnlyList<string>> values)
    {
        var text = new StringBuilder(_sql);
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var (expression, end) = _open[i];
            text.Remove(end - expression.Length, expression.Length);
            text.Insert(end - expression.Length, $"({expression}) IN ({string.Join(", ", values[i].Select(DuckDbSql.Literal))})");
        }

        return text.ToString();
    }

    /// <summary>Runs the queries for the values on a connection. The statement itself must then run in the same transaction.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FindValues(DuckDbConnection connection, int countMax, Action<string> judge)
    {
        var all = new List<IReadOnlyList<string>>();
        foreach (var query in ValueQueries(countMax))
        {
            judge(query);
            var values = new List<string>();
            using var statement = connection.Prepare(query);
            using var result = statement.ExecuteStreaming();
            while (result.FetchChunk() is { } chunk)
            {
                using (chunk)
                {
                    var vector = chunk.GetVector(0);
                    values.AddRange(Enumerable.Range(0, chunk.RowCount).Select(row => Encoding.UTF8.GetString(vector.GetBytes(row))));
                }
            }

            if (values.Count > countMax)
            {
                throw GateErrors.Invalid($"the PIVOT would make more than {countMax} columns (query.max_pivot_columns); name the values with IN (...)");
            }

            if (values.Count == 0)
            {
                throw GateErrors.Invalid("the PIVOT finds no values to make columns of");
            }

            all.Add(values);
        }

        return all;
    }

    private static PivotStatement? Read(string sql, List<SqlToken> tokens, int pivot)
    {
        var depth = tokens[pivot].Depth;
        bool IsAt(int i, string text) => tokens[i].Depth == depth && tokens[i].Is(sql, text);

        // The PIVOT must begin a query: the whole text, a query in brackets, or a query after its common tables. After a table, PIVOT is the other form, which
        // always has its values.
        var isStart = pivot == 0 || tokens[pivot - 1].Is(sql, "(") || (tokens[pivot - 1].Is(sql, ")") && tokens[LevelStart(tokens, pivot)].Is(sql, "WITH"));
        var end = pivot + 1;
        while (end < tokens.Count && tokens[end].Depth >= depth)
        {
            end++;
        }

        var on = Enumerable.Range(pivot, end - pivot).FirstOrDefault(i => tokens[i].IsWord && IsAt(i, "ON"), -1);
        if (!isStart || on <= pivot + 1)
        {
            return null;
        }

        var open = new List<(string, int)>();
        var first = on + 1;

        // An IN within CASE ... END is a condition and not a list of values.
        var (cases, hasValues) = (0, false);
        for (var i = first; i <= end; i++)
        {
            var isEnd = i == end || (cases == 0 && Array.Exists(EndWords, w => IsAt(i, w)));
            if (!isEnd)
            {
                cases += IsAt(i, "CASE") ? 1 : IsAt(i, "END") ? -1 : 0;
                hasValues |= cases == 0 && tokens[i].IsWord && IsAt(i, "IN");
            }

            if (!isEnd && (cases > 0 || !IsAt(i, ",")))
            {
                continue;
            }

            if (i > first && !hasValues)
            {
                open.Add((sql[tokens[first].Start..tokens[i - 1].End], tokens[i - 1].End));
            }

            (first, hasValues) = (i + 1, false);
            if (isEnd)
            {
                break;
            }
        }

        return open.Count == 0 ? null : new PivotStatement(sql, Scopes(sql, tokens, pivot), sql[tokens[pivot].End..tokens[on].Start], open);
    }

    /// <summary>
    /// Returns the common tables in scope at a token: for each query around it the text from WITH to the end of the last common table before the token.
    /// </summary>
    private static List<string> Scopes(string sql, List<SqlToken> tokens, int position)
    {
        var scopes = new List<string>();
        for (var inner = position; inner >= 0;)
        {
            var start = LevelStart(tokens, inner);
            if (tokens[start].Is(sql, "WITH") && LastBefore(sql, tokens, start, position) is { } end)
            {
                scopes.Insert(0, sql[tokens[start].Start..end]);
            }

            inner = start - 1;
        }

        return scopes;
    }

    /// <summary>Returns the first token of the query that contains a token.</summary>
    private static int LevelStart(List<SqlToken> tokens, int position)
    {
        var depth = tokens[position].Depth;
        while (position > 0 && tokens[position - 1].Depth >= depth)
        {
            position--;
        }

        return position;
    }

    /// <summary>Returns the end of the last common table of a WITH that ends before a token; null when none does.</summary>
    private static int? LastBefore(string sql, List<SqlToken> tokens, int with, int position)
    {
        var depth = tokens[with].Depth;
        int? last = null;
        for (var i = with + 1; i < position; i++)
        {
            // "... AS [[NOT] MATERIALIZED] ( ... )": the bracket that closes a definition is followed by a comma or by the query.
            var isOpening = tokens[i].Depth == depth && tokens[i].Is(sql, "(") && (tokens[i - 1].Is(sql, "AS") || tokens[i - 1].Is(sql, "MATERIALIZED"));
            if (!isOpening)
            {
                continue;
            }

            var close = tokens.FindIndex(i + 1, t => t.Depth == depth);
            if (close < 0 || close >= position)
            {
                break;
            }

            last = tokens[close].End;
            if (close + 1 >= tokens.Count || !tokens[close + 1].Is(sql, ","))
            {
                break;
            }

            i = close;
        }

        return last;
    }
}
