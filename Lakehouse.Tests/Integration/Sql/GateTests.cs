using System.Text.Json;
using System.Text.RegularExpressions;
using Lakehouse.DuckDb;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>What the gate refuses of all that the engine has, and the doors that are open. docs/sql-gate.md lists the former.</summary>
public sealed partial class GateTests(GateTests.SharedHost shared) : IClassFixture<GateTests.SharedHost>
{
    private static readonly string[] Parts = ["Functions", "Table functions", "Pragmas"];

    [Theory]
    [InlineData("Functions", "'scalar', 'aggregate', 'macro'", "SELECT {0}()", 180)]
    [InlineData("Table functions", "'table', 'table_macro'", "FROM {0}()", 70)]
    [InlineData("Pragmas", "'pragma'", "PRAGMA {0}", 40)]
    public async Task The_page_of_the_gate_lists_every_function_that_is_refused_and_no_other(string part, string kinds, string sql, int countMin)
    {
        var all = FunctionsOfTheEngine(kinds);
        var refused = new List<string>();
        foreach (var name in all)
        {
            var quoted = part == "Pragmas" ? name : DuckDbSql.Identifier(name);
            var (_, code, detail) = await shared.Host.RefusalAsync(sql.Replace("{0}", quoted, StringComparison.Ordinal));

            // PRAGMA show without a name does not even parse.
            if (part == "Pragmas" ? code is not null : code == "sql_forbidden" && detail!.Contains($"function {name} is not allowed", StringComparison.Ordinal))
            {
                refused.Add(name);
            }
        }

        refused.Should().HaveCountGreaterThan(countMin);
        var listed = NamesOnThePage(part);
        listed.Where(pattern => !all.Exists(name => IsOf(pattern, name))).Should().BeEmpty("the page must name functions that the engine has");
        refused.Where(name => !listed.Exists(pattern => IsOf(pattern, name))).Should().BeEmpty("the page must list what is refused");
        all.Except(refused).Where(name => listed.Exists(pattern => IsOf(pattern, name))).Should().BeEmpty("the page must not list what is allowed");
    }

    [Fact]
    public void The_page_names_no_function_twice()
    {
        var names = Parts.SelectMany(part => NamesOnThePage(part).Select(name => $"{part}: {name}")).ToList();
        names.Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(120);
    }

    [Theory]
    [InlineData("EXPLAIN (ANALYZE) {0}")]
    [InlineData("EXPLAIN (ANALYZE, FORMAT text) {0}")]
    [InlineData("EXPLAIN (FORMAT json, ANALYZE) {0}")]
    [InlineData("EXPLAIN (ANALYZE, FORMAT graphviz) {0}")]
    [InlineData("explain /* - */ ( analyze , format -- x\n Mermaid ) {0}")]
    [InlineData("EXPLAIN (FORMAT json) {0}")]
    [InlineData("EXPLAIN (FORMAT yaml) {0}")]
    public async Task A_plan_names_its_scans_and_none_of_their_files(string explain)
    {
        // The second statement has the titles under which a plan lists files.
        string[] statements =
        [
            "SELECT k, sum(v) FROM t JOIN u USING (id) WHERE v > 5 GROUP BY k",
            "SELECT '\"Filename(s)\": \"', E'\\tFilename(s): x', '───\\nFilename(s):\\n', E'│ Files: │\\n\"]', k FROM t WHERE k <> 'File Path: \"]' AND v > 5",
        ];
        foreach (var statement in statements)
        {
            var plan = await shared.Host.RowsAsync(explain.Replace("{0}", statement, StringComparison.Ordinal));
            plan.Should().Contain("READ_PARQUET");
            plan.Should().NotContain(".parquet").And.NotContain(shared.Host.DataDirectory).And.NotMatchRegex("(?=[0-9a-f]*[a-f])[0-9a-f]{18}");
        }
    }

    [Fact]
    public async Task A_plan_in_JSON_is_JSON()
    {
        var rows = await shared.Host.RowsAsync("EXPLAIN (ANALYZE, FORMAT json) SELECT E'a\\tFilename(s): ───\\\\nFiles:\\\\n', * FROM t");
        using var answer = JsonDocument.Parse(rows);
        using var plan = JsonDocument.Parse(answer.RootElement[0][1].GetString()!);
        plan.RootElement.GetProperty("children").GetArrayLength().Should().Be(1);
        plan.RootElement.GetRawText().Should().Contain("\"Filename(s)\": \"\"").And.Contain("\"Total Files Read\": \"1\"");
    }

    [Theory]
    [InlineData("EXPLAIN (FORMAT html) SELECT 1", "formats text, json")]
    [InlineData("EXPLAIN (FORMAT 'json') SELECT 1", "formats text, json")]
    [InlineData("EXPLAIN (FORMAT jsonx) SELECT 1", "formats text, json")]
    [InlineData("EXPLAIN (FORMAT json, FORMAT text) SELECT 1", "each once")]
    [InlineData("EXPLAIN (ANALYZE true) SELECT 1", "each once")]
    [InlineData("EXPLAIN (ANALYZE, VERBOSE) SELECT 1", "each once")]
    [InlineData("EXPLAIN (ANALYZE SELECT 1", "each once")]
    [InlineData("EXPLAIN (ANALYZE", "each once")]
    [InlineData("EXPLAIN (ANALYZE, FORMAT json) DROP VIEW t", "only SELECT")]
    [InlineData("EXPLAIN (FORMAT json) COPY t TO 'x'", "only SELECT")]
    [InlineData("EXPLAIN (FORMAT json) EXPLAIN (FORMAT json) SELECT 1", "only SELECT")]
    [InlineData("EXPLAIN (FORMAT json) SELECT 1; DROP VIEW t", "only SELECT")]
    public async Task Options_of_explain_that_are_not_known_are_refused(string sql, string reason) => await IsForbiddenAsync(sql, reason);

    [Theory]
    [InlineData("SELECT k.read_text() FROM t", "read_text is not allowed")]
    [InlineData("SELECT ('x').read_text()", "read_text is not allowed")]
    [InlineData("SELECT t.k.current_setting() FROM t", "current_setting is not allowed")]
    [InlineData("SELECT list_transform([k], lambda x: x.sleep_ms()) FROM t", "sleep_ms is not allowed")]
    [InlineData("SELECT system.levenshtein('a', 'b')", "with a schema")]
    [InlineData("SELECT \"SYSTEM\".main.levenshtein('a', 'b')", "with a schema")]
    [InlineData("SELECT x.main.levenshtein('a', 'b') FROM (SELECT 1) x", "with a schema")]
    [InlineData("SELECT memory.levenshtein('a', 'b')", "with a schema")]
    [InlineData("SELECT pg_catalog.upper('a')", "with a schema")]
    [InlineData("SELECT temp.upper()", "with a schema")]
    [InlineData("SELECT v.sum() OVER () FROM t", "with a schema")]
    [InlineData("FROM k.range(3)", "range is not allowed")]
    [InlineData("SELECT k.repeat(2000) FROM t", "query.max_repeat")]
    [InlineData("SELECT k.repeat(v) FROM t", "depends on the data")]
    [InlineData("SELECT t.k.repeat(900).repeat(900) FROM t", "nested functions")]
    [InlineData("SELECT id.range(20000) FROM t", "depends on the data")]
    [InlineData("SELECT k.lpad(2000, 'x') FROM t", "query.max_repeat")]
    [InlineData("SELECT k.format(1) FROM t", "constant text")]
    [InlineData("SELECT l.list_resize(20000) FROM (SELECT [1] AS l)", "query.max_list_length")]
    [InlineData("SELECT l.list_aggregate('sum_no_overflow') FROM (SELECT [1] AS l)", "second argument")]
    [InlineData("SELECT l.list_aggr(n) FROM (SELECT [1] AS l, 'sum' AS n)", "second argument")]
    [InlineData("SELECT v.equi_width_bins(10, 20000, true) FROM t", "query.max_list_length")]
    [InlineData("SELECT equi_width_bins(0, 10, v, true) FROM t", "depends on the data")]
    public async Task A_method_call_opens_nothing_that_a_plain_call_does_not(string sql, string reason) => await IsForbiddenAsync(sql, reason);

    [Theory]
    [InlineData("FROM histogram('t', v)", "takes the name")]
    [InlineData("FROM histogram('t' || '', v)", "takes the name")]
    [InlineData("FROM histogram((SELECT 't'), v)", "takes the name")]
    [InlineData("FROM histogram(main.t, v)", "takes the name")]
    [InlineData("FROM histogram(\"main.duckdb_views\", sql)", "takes the name")]
    [InlineData("FROM histogram(\"/etc/passwd\", sql)", "takes the name")]
    [InlineData("FROM histogram(source := t, col_name := v)", "takes the name")]
    [InlineData("FROM histogram_values(t, (SELECT 1))", "takes the name")]
    [InlineData("FROM histogram_values(t)", "takes the name")]
    [InlineData("FROM histogram_values(duckdb_views, sql)", "is no dataset")]
    [InlineData("FROM histogram_values(sqlite_master, sql)", "is no dataset")]
    [InlineData("WITH duckdb_views AS (FROM t) FROM histogram_values(duckdb_views, v)", "belongs to the engine")]
    [InlineData("FROM histogram(t, v, source := 'duckdb_views')", "as constants")]
    [InlineData("FROM histogram(t, v, bin_count = 5)", "as constants")]
    [InlineData("FROM histogram(t, v, bin_count := 20000)", "query.max_list_length")]
    [InlineData("FROM histogram(t, v, 20000)", "query.max_list_length")]
    [InlineData("FROM histogram(t, v, technique := (SELECT 'x'))", "as constants")]
    [InlineData("FROM summary((FROM duckdb_views))", "is no dataset")]
    [InlineData("FROM summary((FROM read_text('/etc/passwd')))", "read_text is not allowed")]
    [InlineData("SELECT max(v) EXPORT_STATE FROM t", "EXPORT_STATE")]
    [InlineData("SELECT l.list_aggregate('max') FROM (SELECT [max(v) EXPORT_STATE::BLOB] AS l FROM t)", "EXPORT_STATE")]
    public async Task A_table_that_a_function_names_is_a_dataset_and_its_bounds_are_known(string sql, string reason) => await IsForbiddenAsync(sql, reason);

    [Fact]
    public async Task A_union_of_many_is_not_deep() =>
        (await shared.Host.RowsAsync($"SELECT count(*) FROM ({string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 500))})")).Should().Be("[[500]]");

    [Fact]
    public async Task A_histogram_reads_the_version_that_the_statement_pins()
    {
        await shared.Host.IngestAsync("pinned", "x\n1\n");
        await shared.Host.IngestAsync("pinned", "x\n1\n2\n");
        using var answer = await shared.Host.Http.GetAsync("/v1/sql?q=SELECT+sum(count)+FROM+histogram_values(pinned,+x)&at.pinned=1");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("\"rows\":[[1]]");
        answer.Headers.GetValues("X-Lakehouse-Datasets").Should().Equal("pinned@1");
        (await shared.Host.RowsAsync("SELECT sum(count) FROM histogram_values(pinned, x)")).Should().Be("[[2]]");
    }

    private async Task IsForbiddenAsync(string sql, string reason)
    {
        var refusal = await shared.Host.RefusalAsync(sql);
        (refusal.Status, refusal.Code).Should().Be((403, "sql_forbidden"), refusal.Detail);
        refusal.Detail.Should().Contain(reason);
    }

    private static List<string> FunctionsOfTheEngine(string kinds)
    {
        using var database = DuckDbDatabase.OpenIsolated("256MB");
        using var connection = database.Connect();
        using var statement = connection.Prepare(
            $"SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions() WHERE function_type IN ({kinds})");
        using var result = statement.Execute();
        using var row = result.FetchChunk()!;
        return [.. System.Text.Encoding.UTF8.GetString(row.GetVector(0).GetBytes(0)).Split(' ')];
    }

    /// <summary>The names between backticks in the second column of the tables of a part, where a star stands for any letters.</summary>
    private static List<string> NamesOnThePage(string part) =>
        [.. File.ReadAllLines(Repository.File("docs", "sql-gate.md"))
            .SkipWhile(line => line != "## " + part)
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Name().Matches(line.Split('|')[2]).Select(name => name.Groups["name"].Value))];

    private static bool IsOf(string pattern, string name) =>
        Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", "[a-z_]*", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name();

    public sealed class SharedHost : IAsyncLifetime
    {
        public LakehouseHost Host { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await LakehouseHost.StartAsync(("query.resident_bytes", "0"));
            await Host.IngestAsync("t", "id,k,v\n1,a,10\n2,b,20\n3,a,30\n");
            await Host.IngestAsync("u", "id,w\n1,x\n3,y\n");
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
