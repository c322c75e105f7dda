using System.Text;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>
/// <c>PIVOT source ON a, b USING ...</c> without the values of a and b. The engine runs it as two statements, the first of which makes a type; so the values are
/// queried here, in the same transaction, and written into the text as <c>a IN (...)</c>. Every text that runs, the queries for the values and the
/// completed statement, is judged by the gate as any other: should this reading of the text be wrong, they would be refused or fail.
/// </summary>
internal sealed class PivotStatement
{
    private static readonly string[] EndWords = ["USING", "GROUP", "ORDER", "LIMIT", "OFFSET", ";"];

    private readonly string _sql;
    private readonly string _commonTables;
    private readonly string _source;
    private readonly List<(string Expression, int End)> _open;

    private PivotStatement(string sql, string commonTables, string source, List<(string Expression, int End)> open) =>
        (_sql, _commonTables, _source, _open) = (sql, commonTables, source, open);

    /// <summary>Null when the text is not a PIVOT that lacks values.</summary>
    public static PivotStatement? Read(string sql)
    {
        var tokens = SqlToken.Split(sql);
        var pivot = tokens.FindIndex(t => t.Is(sql, "PIVOT") || t.Is(sql, "PIVOT_WIDER"));
        var isStart = pivot == 0 || (pivot > 0 && tokens[0].Is(sql, "WITH") && tokens[pivot - 1].Is(sql, ")"));
        var on = pivot < 0 ? -1 : tokens.FindIndex(pivot, t => t.IsWord && t.Is(sql, "ON"));
        if (!isStart || on <= pivot + 1)
        {
            return null;
        }

        var open = new List<(string, int)>();
        var first = on + 1;
        for (var i = first; i <= tokens.Count; i++)
        {
            var isEnd = i == tokens.Count || Array.Exists(EndWords, w => tokens[i].Is(sql, w));
            if (!isEnd && !tokens[i].Is(sql, ","))
            {
                continue;
            }

            if (i > first && !tokens[first..i].Exists(t => t.IsWord && t.Is(sql, "IN")))
            {
                open.Add((sql[tokens[first].Start..tokens[i - 1].End], tokens[i - 1].End));
            }

            first = i + 1;
            if (isEnd)
            {
                break;
            }
        }

        return open.Count == 0 ? null : new PivotStatement(sql, sql[..tokens[pivot].Start], sql[tokens[pivot].End..tokens[on].Start], open);
    }

    /// <summary>The queries for the values, one an expression.</summary>
    public IEnumerable<string> ValueQueries(int countMax) => _open.Select(o =>
        $"{_commonTables}SELECT DISTINCT CAST(({o.Expression}) AS VARCHAR) AS v FROM {_source} WHERE ({o.Expression}) IS NOT NULL ORDER BY v LIMIT {countMax + 1}");

    /// <summary>The statement with values for each expression.</summary>
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

    /// <summary>Queries the values on a connection, whose transaction the statement itself must then run in.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FindValues(DuckDbConnection connection, int countMax)
    {
        var all = new List<IReadOnlyList<string>>();
        foreach (var query in ValueQueries(countMax))
        {
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
}
