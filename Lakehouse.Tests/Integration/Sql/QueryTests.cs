using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lakehouse.Query;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>SQL over HTTP. The same tests run with the engine in an engine process and in the server's process.</summary>
public abstract class QueryTests(LakehouseHost shared, string isolation)
{
    private readonly LakehouseHost _host = shared;

    private Task<LakehouseHost> StartAsync(params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([("query.isolation", isolation), .. settings]);

    [Fact]
    public async Task The_answer_has_columns_rows_and_their_count()
    {
        var (status, body) = await _host.SqlAsync("SELECT id, k AS \"Key \"\"x\"\"\", v / 4 FROM t ORDER BY id");
        status.Should().Be(HttpStatusCode.OK);
        body.GetRawText().Should().Be("""{"columns":[{"name":"id","type":"BIGINT"},{"name":"Key \"x\"","type":"VARCHAR"},{"name":"(v / 4)","type":"DOUBLE"}],"rows":[[1,"a",2.5],[2,"b",5],[3,"a",7.5]],"row_count":3}""");
        (await _host.SqlAsync("FROM t WHERE false")).Body.GetRawText().Should().EndWith("\"rows\":[],\"row_count\":0}");
    }

    [Theory]
    [InlineData("SELECT 1;", "[[1]]")]
    [InlineData("  -- comment\n/* more */ SELECT /* inner */ 1 -- end", "[[1]]")]
    [InlineData("VALUES (1, 'x'), (2, NULL)", "[[1,\"x\"],[2,null]]")]
    [InlineData("FROM t SELECT count(*)", "[[3]]")]
    [InlineData("TABLE u", "[[1,\"x\"],[3,\"y\"]]")]
    [InlineData("WITH a AS (SELECT id FROM t), b AS (FROM a WHERE id > 1) SELECT sum(id) FROM b", "[[5]]")]
    [InlineData("WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 4) SELECT list(i) FROM r", "[[[1,2,3,4]]]")]
    [InlineData("WITH t AS (SELECT 7 AS id) SELECT id FROM t", "[[7]]")]
    [InlineData("SELECT id FROM t UNION ALL SELECT id FROM u ORDER BY 1 LIMIT 2", "[[1],[1]]")]
    [InlineData("SELECT w FROM t JOIN u USING (id) ORDER BY id", "[[\"x\"],[\"y\"]]")]
    [InlineData("SELECT k, sum(v) FROM t GROUP BY ALL HAVING sum(v) > 20 ORDER BY k", "[[\"a\",40]]")]
    [InlineData("SELECT id, row_number() OVER (PARTITION BY k ORDER BY v DESC) FROM t ORDER BY id", "[[1,2],[2,1],[3,1]]")]
    [InlineData("SELECT list_transform([1, 2], x -> x + 1), [x * 2 FOR x IN [1, 2]], {'a': 1}.a", "[[[2,3],[2,4],1]]")]
    [InlineData("SELECT (SELECT max(v) FROM t), EXISTS (FROM u WHERE w = 'x')", "[[30,true]]")]
    [InlineData("SELECT i FROM range(3) r(i)", "[[0],[1],[2]]")]
    [InlineData(
        "SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY))::DATE::VARCHAR",
        "[[\"2024-01-01\"],[\"2024-01-02\"],[\"2024-01-03\"]]")]
    [InlineData("SELECT lpad('7', 3, '0'), repeat('ab', 2), repeat('-', least(v, 3)) FROM t WHERE id = 1", "[[\"007\",\"abab\",\"---\"]]")]
    [InlineData("SELECT levenshtein('kitten', 'sitting'), regexp_replace('abc', 'b', 'x')", "[[3,\"axc\"]]")]
    [InlineData("PIVOT t ON k USING sum(v) GROUP BY id ORDER BY id", "[[1,10,null],[2,null,20],[3,30,null]]")]
    [InlineData("PIVOT t ON CASE WHEN k IN ('a', 'c') THEN 'x' ELSE 'y' END USING sum(v) GROUP BY id ORDER BY id", "[[1,10,null],[2,null,20],[3,30,null]]")]
    [InlineData(
        "PIVOT t ON CASE WHEN k IN ('a') THEN 'x' ELSE 'y' END IN ('x', 'z') USING sum(v) GROUP BY id ORDER BY id", "[[1,10,null],[2,null,null],[3,30,null]]")]
    [InlineData(
        "SELECT round(jaro_similarity('abc', 'abd'), 3), jaro_winkler_similarity('abc', 'xyz', 0.5), jaro_similarity('abc', 'abd', 0.5) > 0.5",
        "[[0.778,0,true]]")]
    [InlineData("SELECT * FROM (SHOW TABLES FROM memory) WHERE name <> 'gone'", "[[\"t\"],[\"u\"],[\"wide\"]]")]
    [InlineData("SELECT * FROM (SHOW TABLES FROM main) WHERE name <> 'gone'", "[[\"t\"],[\"u\"],[\"wide\"]]")]
    [InlineData("PIVOT t ON k IN ('a') USING count(*) GROUP BY id ORDER BY id", "[[1,1],[2,0],[3,1]]")]
    [InlineData("WITH z AS (FROM t WHERE id < 3) PIVOT z ON k USING max(v) GROUP BY id ORDER BY id", "[[1,10,null],[2,null,20]]")]
    [InlineData("SELECT max(a) FROM (PIVOT t ON k USING sum(v) GROUP BY id)", "[[30]]")]
    [InlineData("WITH z AS (FROM t WHERE id < 3), p AS (PIVOT z ON k USING max(v)) SELECT a, b FROM p WHERE b IS NOT NULL", "[[null,20]]")]
    [InlineData(
        "SELECT (SELECT sum(a) FROM (PIVOT t ON k USING count(*) GROUP BY id)), (SELECT sum(x) FROM (PIVOT u ON w USING count(*) GROUP BY id))", "[[2,1]]")]
    [InlineData(
        "WITH z AS (FROM t) SELECT * FROM (WITH y AS (FROM z WHERE k = 'a') SELECT a FROM (PIVOT y ON k USING sum(v) GROUP BY id)) ORDER BY 1", "[[10],[30]]")]
    [InlineData("PIVOT (PIVOT t ON k USING sum(v) GROUP BY id) ON b USING count(*) GROUP BY id ORDER BY id", "[[1,0],[2,1],[3,0]]")]
    [InlineData("SELECT count(*) FROM (SELECT k, v FROM t GROUP BY CUBE (k, v))", "[[9]]")]
    [InlineData(
        "WITH a AS NOT MATERIALIZED (SELECT id FROM t), b AS NOT MATERIALIZED (SELECT x.id FROM a x JOIN a y USING (id)) SELECT count(*) FROM b", "[[3]]")]
    [InlineData("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3), s AS (SELECT i FROM r) SELECT sum(i) FROM s", "[[6]]")]
    [InlineData("UNPIVOT (SELECT id, v FROM t WHERE id = 1) ON id, v", "[[\"id\",1],[\"v\",10]]")]
    [InlineData("SELECT * FROM (SHOW TABLES) WHERE name <> 'gone'", "[[\"t\"],[\"u\"],[\"wide\"]]")]
    [InlineData("SELECT table_name FROM information_schema.tables WHERE table_name <> 'gone' ORDER BY 1", "[[\"t\"],[\"u\"],[\"wide\"]]")]
    [InlineData("SELECT column_name FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position", "[[\"id\"],[\"k\"],[\"v\"]]")]
    [InlineData("SELECT column_name, column_type FROM (DESCRIBE t)", "[[\"id\",\"BIGINT\"],[\"k\",\"VARCHAR\"],[\"v\",\"BIGINT\"]]")]
    [InlineData("SELECT column_name, max FROM (SUMMARIZE t)", "[[\"id\",\"3\"],[\"k\",\"b\"],[\"v\",\"30\"]]")]
    [InlineData("SELECT T.ID FROM main.T WHERE \"T\".k = 'b'", "[[2]]")]
    [InlineData("SELECT j->>'a', json_extract(j, '$.b') FROM (SELECT '{\"a\":\"x\",\"b\":[1]}'::JSON AS j)", "[[\"x\",[1]]]")]
    [InlineData("SELECT DISTINCT ON (k) k, v FROM t ORDER BY k, v DESC", "[[\"a\",30],[\"b\",20]]")]
    [InlineData("SELECT COLUMNS('i.*') FROM t ORDER BY 1 LIMIT 1", "[[1]]")]
    [InlineData(
        "SELECT 1.5::DECIMAL(4,2), 'x' COLLATE NOCASE = 'X', 3 BETWEEN 1 AND 5, CASE WHEN true THEN 1 END, 'abc' LIKE 'a%'", "[[1.50,true,true,1,true]]")]
    [InlineData("FROM t TABLESAMPLE reservoir(100 ROWS) SELECT count(*)", "[[3]]")]
    [InlineData("SELECT t.v FROM t ASOF JOIN u ON t.id >= u.id WHERE t.id = 2", "[[20]]")]
    [InlineData("DESCRIBE SELECT 1 AS x", "[[\"x\",\"INTEGER\",\"YES\",null,null,null]]")]
    public async Task Statements_that_read_are_run(string sql, string rows) => (await _host.RowsAsync(sql)).Should().Be(rows);

    [Theory]
    // Statements that do more than read.
    [InlineData("CREATE TABLE x AS SELECT 1")]
    [InlineData("DROP VIEW t")]
    [InlineData("CREATE OR REPLACE VIEW t AS SELECT 1")]
    [InlineData("INSERT INTO t VALUES (1, 'x', 1)")]
    [InlineData("UPDATE t SET v = 1")]
    [InlineData("DELETE FROM t")]
    [InlineData("COPY t TO 'x.csv'")]
    [InlineData("EXPORT DATABASE 'x'")]
    [InlineData("ATTACH ':memory:' AS x")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SET threads = 1")]
    [InlineData("SET VARIABLE x = 1")]
    [InlineData("RESET threads")]
    [InlineData("USE memory")]
    [InlineData("BEGIN")]
    [InlineData("CHECKPOINT")]
    [InlineData("CALL pragma_version()")]
    [InlineData("PRAGMA database_list")]
    [InlineData("PRAGMA version")]
    [InlineData("PREPARE x AS SELECT 1")]
    [InlineData("EXECUTE x")]
    [InlineData("VACUUM")]
    [InlineData("ANALYZE")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1; DROP VIEW t")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO t VALUES (1, 'x', 1)")]
    [InlineData("EXPLAIN ANALYZE COPY t TO 'x.csv'")]
    [InlineData("EXPLAIN COPY t TO 'x.csv'")]
    [InlineData("EXPLAIN (FORMAT html) SELECT 1")]
    [InlineData("EXPLAIN EXPLAIN SELECT 1")]
    [InlineData("/* x */ EXPLAIN ANALYZE /* y */ DROP VIEW t")]
    [InlineData("SHOW DATABASES")]
    [InlineData("SHOW VARIABLES")]
    // Files, the engine's own tables, and functions that show paths.
    [InlineData("FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM 'x.csv'")]
    [InlineData("FROM \"datasets/t/x.parquet\"")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM read_blob('*')")]
    [InlineData("SELECT * FROM read_parquet('datasets/**/*.parquet')")]
    [InlineData("SELECT * FROM parquet_metadata('x')")]
    [InlineData("SELECT * FROM glob('/*')")]
    [InlineData("SELECT * FROM sniff_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM duckdb_settings")]
    [InlineData("SELECT * FROM duckdb_views()")]
    [InlineData("SELECT * FROM duckdb_databases")]
    [InlineData("SELECT * FROM pg_views")]
    [InlineData("SELECT * FROM pg_catalog.pg_class")]
    [InlineData("SELECT * FROM sqlite_master")]
    [InlineData("SELECT * FROM information_schema.views")]
    [InlineData("SELECT * FROM system.main.duckdb_views")]
    [InlineData("SELECT * FROM pragma_database_list")]
    [InlineData("SELECT * FROM pragma_database_size()")]
    [InlineData("WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings")]
    [InlineData("SELECT * FROM (WITH duckdb_settings AS (SELECT 1) SELECT 1), duckdb_settings")]
    [InlineData("WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views")]
    [InlineData("WITH RECURSIVE Sqlite_Master AS (SELECT * FROM sqlite_master UNION SELECT * FROM sqlite_master) SELECT 1")]
    [InlineData("WITH RECURSIVE pg_settings AS (SELECT 1 UNION ALL SELECT 2) FROM pg_settings")]
    [InlineData("SELECT system.main.levenshtein('a', 'b')")]
    [InlineData("SELECT main.levenshtein('a', 'b')")]
    [InlineData("SELECT 1 GROUP BY CUBE (1,2,3,4,5,6,7,8,9,10,11)")]
    [InlineData("SELECT 1 FROM t GROUP BY ROLLUP (id, k, v), CUBE (id, k, v), CUBE (id, k, v), GROUPING SETS ((id), (k), (v), ()), CUBE (id)")]
    [InlineData("SELECT E'\\' , 1 GROUP BY /*' */ CUBE (1,2,3,4,5,6,7,8,9,10,11,12)")]
    [InlineData("WITH a AS (FROM duckdb_views), duckdb_views AS (SELECT 1) FROM a")]
    [InlineData("WITH \"/etc/passwd\" AS (SELECT 1) FROM \"/etc/passwd\"")]
    [InlineData("SELECT (SELECT sql FROM duckdb_views() LIMIT 1)")]
    [InlineData("SELECT 1 ORDER BY (SELECT count(*) FROM read_text('/etc/passwd'))")]
    [InlineData("SHOW TABLES FROM system")]
    [InlineData("SHOW TABLES FROM information_schema")]
    [InlineData("SHOW TABLES FROM system.main")]
    [InlineData("PIVOT (FROM '/etc/passwd') ON x USING count(*)")]
    // Functions that read settings, run SQL, keep state, or sleep.
    [InlineData("SELECT current_setting('temp_directory')")]
    [InlineData("SELECT getvariable('x')")]
    [InlineData("SELECT nextval('s')")]
    [InlineData("SELECT * FROM query('SELECT 1')")]
    [InlineData("SELECT * FROM query_table('t')")]
    [InlineData("SELECT * FROM json_execute_serialized_sql('{}')")]
    [InlineData("SELECT json_serialize_plan('SELECT 1')")]
    [InlineData("SELECT pg_get_viewdef(1)")]
    [InlineData("SELECT * FROM enable_logging()")]
    [InlineData("SELECT * FROM enable_profiling()")]
    [InlineData("SELECT * FROM checkpoint()")]
    [InlineData("SELECT setseed(0.5)")]
    [InlineData("SELECT sleep_ms(10000)")]
    [InlineData("SELECT write_log('x')")]
    [InlineData("SELECT system.main.current_setting('x')")]
    [InlineData("SELECT system.main.abs(1)")]
    // Functions that make large results from small input.
    [InlineData("SELECT list_sort(range(300000000))")]
    [InlineData("SELECT len(range(100000000))")]
    [InlineData("SELECT range(v) FROM t")]
    [InlineData("SELECT repeat('ab ', 100000000)")]
    [InlineData("SELECT repeat('x', v) FROM t")]
    [InlineData("SELECT repeat(repeat('x', 1000), 1000)")]
    [InlineData("SELECT repeat(s, 1000) FROM (SELECT repeat('x', 1000) AS s)")]
    [InlineData("WITH a AS (SELECT repeat('x', 1000) AS s) SELECT repeat(s, 1000) FROM a")]
    [InlineData("SELECT list_transform(range(10000), x -> range(10000))")]
    [InlineData("SELECT lpad('x', 100000000, 'y')")]
    [InlineData("SELECT rpad('x', -(-100000000), 'y')")]
    [InlineData("SELECT format('{:1000000000}', 1)")]
    [InlineData("SELECT format('{:{}}', 1, 1000000000)")]
    [InlineData("SELECT printf('%*d', 1000000000, 1)")]
    [InlineData("SELECT printf('%1000000000d', 1)")]
    [InlineData("SELECT list_resize([1], 1000000000)")]
    [InlineData("SELECT generate_series(DATE '0001-01-01', DATE '9999-01-01', INTERVAL 1 SECOND)")]
    public async Task Everything_else_is_refused_with_the_reason(string sql)
    {
        var (status, code, detail) = await _host.RefusalAsync(sql);
        (status, code).Should().Be((403, "sql_forbidden"), "{0}: {1}", sql, detail);
        detail.Should().StartWith("The query is refused: ").And.NotContain(_host.DataDirectory);
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[3]]");
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("  \n ", "it is empty")]
    [InlineData("SELECT \0 1", "NUL")]
    [InlineData("SELEC 1", "syntax error at or near \"SELEC\"")]
    [InlineData("SELECT 1,\n  nope FROM t", "LINE 2:   nope FROM t\n          ^")]
    [InlineData("SELECT * FROM nope", "There is no dataset 'nope' (named at character 15)")]
    [InlineData("SELECT upperr(k) FROM t", "there is no function upperr; the nearest is 'upper'.")]
    [InlineData("SELECT * FROM rnage(3)", "there is no table function rnage; the nearest is 'range'.")]
    [InlineData("SELECT no_such_thing_at_all(1)", "there is no function no_such_thing_at_all.")]
    [InlineData("SELECT ?", "parameters")]
    [InlineData("SELECT v + 'x' FROM t", "Could not convert string 'x'")]
    [InlineData("SELECT error('mine')", "mine")]
    [InlineData("SELECT 1/0 + CAST('x' AS INT)", "LINE 1: SELECT 1/0 + CAST('x' AS INT)")]
    [InlineData("PIVOT wide ON id, v USING count(*)", "more than 3 columns")]
    [InlineData("EXPLAIN", "it has no statement")]
    public async Task Wrong_sql_is_answered_with_the_engine_s_words_and_place(string sql, string detail)
    {
        var refusal = await _host.RefusalAsync(sql);
        refusal.Status.Should().Be(400, refusal.Detail);
        refusal.Detail.Should().Contain(detail);
    }

    [Theory]
    [InlineData("SELECT range(10001)", "a list of 10001 values, at most 10000 are allowed (query.max_list_length); as a table function, FROM range(...)")]
    [InlineData("SELECT generate_series(0, 10000)", "a list of 10001 values")]
    [InlineData("SELECT repeat('x', 2000)", "2000 parts, at most 1000 are allowed (query.max_repeat)")]
    [InlineData("SELECT * FROM read_csv('x.csv')", "POST /v1/ingest")]
    [InlineData("COPY t TO 'x.csv'", "POST /v1/ingest")]
    [InlineData("FROM 'x.csv'", "POST /v1/ingest")]
    public async Task A_refusal_says_what_would_help(string sql, string detail)
    {
        var refusal = await _host.RefusalAsync(sql);
        (refusal.Status, refusal.Code).Should().Be((403, "sql_forbidden"), refusal.Detail);
        refusal.Detail.Should().Contain(detail);
    }

    [Fact]
    public async Task A_list_at_the_bound_is_made() =>
        (await _host.RowsAsync("SELECT len(range(10000)), len(generate_series(1, 10000))")).Should().Be("[[10000,10000]]");

    [Fact]
    public async Task When_no_more_answers_can_wait_for_their_clients_the_slowest_client_makes_way()
    {
        await using var host = await StartAsync(
            ("query.max_running", "1"), ("query.max_paused", "1"), ("server.min_response_rate", "0"), ("query.timeout", "10s"));
        var readers = new List<HttpResponseMessage>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql")
            {
                Content = JsonContent.Create(
                new { sql = "SELECT repeat('x', 1000), i FROM range(1000000000) t(i)" })
            };
            readers.Add(await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }

        for (var i = 0; i < 5; i++)
        {
            (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]");
        }

        // One of the two answers was cut, and does not look complete; the other one continues.
        var outcomes = await Task.WhenAll(readers.Select(async reader =>
        {
            await using var body = await reader.Content.ReadAsStreamAsync();
            try
            {
                await body.ReadExactlyAsync(new byte[30_000_000]);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }));
        outcomes.Should().BeEquivalentTo([true, false]);
        readers.ForEach(r => r.Dispose());
    }

    [Fact]
    public async Task A_text_at_the_bound_runs_and_one_byte_more_is_refused()
    {
        var atBound = "SELECT 1" + new string(' ', 4_096 - 8);
        (await _host.RowsAsync(atBound)).Should().Be("[[1]]");
        (await _host.RefusalAsync(atBound + " ")).Detail.Should().Contain("4096 bytes");
        (await _host.RefusalAsync("SELECT " + new string('(', 2_000) + "1" + new string(')', 2_000))).Status.Should().BeOneOf(200, 400);

        using var huge = new StringContent("{\"sql\":\"" + new string('x', 1 << 21) + "\"}", Encoding.UTF8, "application/json");
        (await _host.Http.PostAsync("/v1/sql", huge)).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        foreach (var body in new[] { "", "{}", "[]", "{\"sql\":7}", "{\"sql\":\"SELECT 1\"" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            (await _host.Http.PostAsync("/v1/sql", content)).StatusCode.Should().Be(HttpStatusCode.BadRequest, body);
        }
    }

    /// <summary>Deeply nested statements: each is refused or run, and none ends the process.</summary>
    [Theory]
    [InlineData("SELECT ", "(", "1", ")")]
    [InlineData("SELECT ", "abs(", "1", ")")]
    [InlineData("SELECT ", "NOT ", "true", "")]
    [InlineData("SELECT ", "- ", "1", "")]
    [InlineData("SELECT ", "[", "", "]")]
    [InlineData("SELECT ", "{'a':", "1", "}")]
    [InlineData("SELECT ", "CASE WHEN true THEN ", "1", " END")]
    [InlineData("FROM ", "(FROM ", "(SELECT 1)", ")")]
    [InlineData("SELECT 1", " UNION ALL SELECT 1", "", "")]
    [InlineData("SELECT 1", "::INT", "", "")]
    [InlineData("SELECT count(*) FROM range(1)", " CROSS JOIN range(1)", "", "")]
    [InlineData("", "EXPLAIN ", "SELECT 1", "")]
    [InlineData("SELECT ", "/*", " ", "*/")]
    public async Task No_text_is_too_deep_for_the_process(string start, string open, string middle, string close)
    {
        await using var host = await StartAsync(("query.timeout", "2s"), ("query.max_sql_bytes", "256KiB"));
        foreach (var depth in new[] { 500, 1_500, 200_000 / (open.Length + close.Length) })
        {
            var sql = new StringBuilder(start).Insert(start.Length, open, depth)
                .Append(middle)
                .Insert(start.Length + (open.Length * depth) + middle.Length, close, depth)
                .ToString();
            // Only the status is checked: most JSON readers do not accept a value nested that deep.
            using var answer = await host.Http.PostAsJsonAsync("/v1/sql", new { sql });
            ((int)answer.StatusCode).Should().BeOneOf(200, 400, 403, 504);
        }

        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Theory]
    [InlineData("EXPLAIN SELECT * FROM t")]
    [InlineData("EXPLAIN ANALYZE SELECT count(*) FROM t JOIN u USING (id) WHERE v > 5")]
    [InlineData("EXPLAIN ANALYZE PIVOT t ON k USING sum(v)")]
    [InlineData("EXPLAIN ANALYZE SELECT * FROM t, u, (FROM t) x ORDER BY ALL")]
    [InlineData("SUMMARIZE t")]
    [InlineData("SHOW ALL TABLES")]
    [InlineData("FROM information_schema.tables")]
    [InlineData("FROM information_schema.columns")]
    [InlineData("SELECT filename FROM t")]
    [InlineData("SELECT t.filename, file_row_number, rowid FROM t")]
    [InlineData("SELECT t FROM t")]
    public async Task No_answer_names_a_path_of_the_host(string sql)
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql });
        var body = await answer.Content.ReadAsStringAsync();

        // The boxes of EXPLAIN break long texts over lines, so parts of the path are looked for, too.
        body.Should().NotContain(_host.DataDirectory).And.NotContain(Path.GetFileName(_host.DataDirectory)).And.NotContain(".parquet").And.NotContain("/tmp");
    }

    [Fact]
    public async Task A_data_file_that_is_gone_or_damaged_is_an_error_without_its_path()
    {
        await using var host = await StartAsync(("query.resident_bytes", "0"));
        await host.IngestAsync("gone", "id,w\n1,x\n3,y\n");
        var file = Directory.EnumerateFiles(
            Path.Combine(host.DataDirectory, "objects", "datasets", "gone"), "*.parquet", SearchOption.AllDirectories).Single();
        await host.RowsAsync("FROM gone");
        var content = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        var gone = await host.RefusalAsync("SELECT w FROM gone WHERE id > 0");
        gone.Status.Should().Be(500);
        gone.Detail.Should().NotContain(host.DataDirectory).And.NotContain(".parquet");
        await File.WriteAllBytesAsync(file, content);
        (await host.RowsAsync("SELECT count(*) FROM gone")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task A_query_sees_one_version_of_a_dataset_for_its_whole_length()
    {
        await using var host = await StartAsync();
        string Csv(int version) => "v\n" + string.Concat(Enumerable.Repeat($"{version}\n", 5_000));
        await host.IngestAsync("d", Csv(0));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var version = 1; version <= 40; version++)
            {
                await host.IngestAsync("d", Csv(version));
            }

            await stop.CancelAsync();
        });
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var last = 0;
            while (!stop.IsCancellationRequested)
            {
                using var rows = JsonDocument.Parse(
                    await host.RowsAsync("SELECT min(a.v), max(a.v), (SELECT min(v) FROM d), (SELECT max(v) FROM d), count(*) FROM d a"));
                var row = rows.RootElement[0];
                row[0].GetInt32().Should().Be(row[1].GetInt32()).And.Be(row[2].GetInt32()).And.Be(row[3].GetInt32());
                row[4].GetInt32().Should().Be(5_000);
                row[0].GetInt32().Should().BeGreaterThanOrEqualTo(last);
                last = row[0].GetInt32();
            }
        }));
        await Task.WhenAll([writer, .. readers]);
        (await host.RowsAsync("SELECT DISTINCT v FROM d")).Should().Be("[[40]]");
    }

    [Fact]
    public async Task Rows_beyond_the_bound_are_cut_and_the_answer_says_so()
    {
        await using var host = await StartAsync(("query.max_rows", "3000"));
        var exact = (await host.SqlAsync("FROM range(3000)")).Body;
        (exact.GetProperty("row_count").GetInt32(), exact.TryGetProperty("truncated", out _)).Should().Be((3_000, false));
        var cut = (await host.SqlAsync("FROM range(3001)")).Body;
        (cut.GetProperty("row_count").GetInt32(),
            cut.GetProperty("rows").GetArrayLength(),
            cut.GetProperty("truncated").GetBoolean()).Should().Be((3_000, 3_000, true));
    }

    /// <summary>The rows of a long answer are fetched ahead of those that are written.</summary>
    [Fact]
    public async Task A_long_answer_is_whole_and_in_order_and_ends_where_it_is_cut()
    {
        await using var host = await StartAsync(("query.max_rows", "1000000"));
        var rows = (await host.SqlAsync("SELECT i, i / 4 FROM range(100000) t(i)")).Body.GetProperty("rows").EnumerateArray();
        rows.Select(r => (r[0].GetInt64(), r[1].GetDouble())).Should().Equal(Enumerable.Range(0, 100_000).Select(i => ((long)i, i / 4d)));

        // The rest would take hours: nobody waits for it.
        const string endless = "SELECT i, repeat('x', 500) FROM range(1000000000000) t(i) WHERE i < 400000 OR i = 999999999999";
        using var answer = await host.Http.PostAsJsonAsync("/v1/sql", new { sql = endless, max_rows = 30_000 });
        var cut = await answer.Content.ReadFromJsonAsync<JsonElement>();
        (cut.GetProperty("rows").GetArrayLength(), cut.GetProperty("truncated").GetBoolean()).Should().Be((30_000, true));
        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_query_over_its_time_is_stopped_and_the_engine_serves_on()
    {
        await using var host = await StartAsync(("query.timeout", "1s"));
        const string endless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";
        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.RefusalAsync(endless)));
        refusals.Should().OnlyContain(r => r.Status == 504 && r.Code == "query_timeout");
        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_its_query()
    {
        await using var host = await StartAsync(("query.max_running", "1"), ("query.timeout", "10m"));
        using (var gone = new CancellationTokenSource())
        {
            var running = host.Http.PostAsJsonAsync(
                "/v1/sql", new { sql = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)" }, gone.Token);
            gone.CancelAfter(TimeSpan.FromMilliseconds(300));
            await running.Awaiting(r => r).Should().ThrowAsync<OperationCanceledException>();
        }

        // There is one lease: this answer shows that it was given back.
        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_client_that_stops_reading_in_mid_answer_does_not_hold_the_engine_for_ever()
    {
        await using var host = await StartAsync(("query.max_running", "1"), ("query.timeout", "10m"));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, host.Port);
            var body = """{"sql":"SELECT repeat('x', 1000) FROM range(100000000)"}""";
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            await socket.GetStream().ReadExactlyAsync(new byte[100_000]);
        }

        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task A_failure_in_mid_answer_never_looks_like_a_whole_answer()
    {
        var read = async () =>
        {
            using var answer = await _host.Http.PostAsJsonAsync(
                "/v1/sql", new { sql = "SELECT CASE WHEN i = 500000 THEN error('late') ELSE i END FROM range(1000000) t(i)" });
            await answer.Content.ReadAsStringAsync();
        };
        await read.Should().ThrowAsync<HttpRequestException>();
        (await _host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task One_waiting_query_too_many_is_refused_at_once()
    {
        await using var host = await StartAsync(("query.max_running", "1"), ("query.max_waiting", "0"), ("query.timeout", "1m"));
        using var gone = new CancellationTokenSource();
        Task<HttpResponseMessage> StartLong() => host.Http.PostAsJsonAsync(
            "/v1/sql", new { sql = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)" }, gone.Token);
        var running = StartLong();
        await StorageEndpointTests.WaitForAsync(() =>
        {
            // When the short query held the lease as the long one arrived, the long one was refused and must be sent again.
            running = running.IsCompleted ? StartLong() : running;
            return host.RefusalAsync("SELECT 1").Result is { Status: 503, Code: "too_many_queries" } && !running.IsCompleted;
        });
        await gone.CancelAsync();
        await running.Awaiting(r => r).Should().ThrowAsync<OperationCanceledException>();
        await StorageEndpointTests.WaitForAsync(() => host.SqlAsync("SELECT 1").Result.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_query_over_the_memory_is_refused_and_the_engine_serves_on()
    {
        await using var host = await StartAsync(("query.memory_limit", "64MiB"), ("query.max_temp_bytes", "1MiB"), ("query.timeout", "2m"));
        var refusal = await host.RefusalAsync("SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) FROM range(20000000) t(i))");
        (refusal.Status, refusal.Code).Should().Be((507, "query_out_of_memory"), refusal.Detail);
        (await host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task The_engine_is_an_interface_for_other_modules_too()
    {
        await using var rows = await _host.Service<IQueryEngine>().ReadAsync(
            "SELECT id, k, [id::FLOAT, NULL] AS f, {'a': v} AS s FROM t ORDER BY id", null, default);
        rows.Columns.Should().Equal(
            new QueryColumn("id", "BIGINT"), new QueryColumn("k", "VARCHAR"), new QueryColumn("f", "FLOAT[]"), new QueryColumn("s", "STRUCT(a BIGINT)"));
        var chunk = (await rows.ReadAsync(default))!;
        (await rows.ReadAsync(default)).Should().BeNull();
        (chunk.RowCount, chunk.IsNull(1, 0), Encoding.UTF8.GetString(chunk.GetText(1, 1).Span)).Should().Be((3, false, "b"));
        chunk.GetFloats(2, 2).ToArray().Should().Equal(3, float.NaN);
        Enumerable.Range(0, 4).Select(column => Json(chunk, column, 2)).Should().Equal("3", "\"a\"", "[3,null]", "{\"a\":30}");
    }

    private static string Json(QueryChunk chunk, int column, int row)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        chunk.WriteJson(column, row, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
