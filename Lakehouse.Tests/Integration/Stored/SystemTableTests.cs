using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Journal;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>The tables of the schema <c>lakehouse</c>.</summary>
public abstract class SystemTableTests(string isolation) : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.max_message_bytes", "1MiB"));
        await _host.IngestAsync("orders", "id,city,qty,day\n1,Oslo,5,2024-01-01\n2,Bergen,70,2024-02-29\n");
        await _host.IngestAsync("orders", "id,city,qty,day\n1,Oslo,5,2024-01-01\n2,Bergen,70,2024-02-29\n10,Oslo,,2023-12-31\n");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Statistics_count_the_rows_of_files_without_a_column_and_those_of_a_file_that_is_there_twice()
    {
        await _host.IngestAsync("grown", "id,v\n1,a\n2,b\n");
        await _host.IngestAsync("grown", "id,v,w\n3,c,9\n4,d,\n", "&mode=append&evolve=true");
        (await _host.RowsAsync("SELECT name, min, max, null_count FROM lakehouse.columns WHERE dataset = 'grown' AND name <> 'v'"))
            .Should().Be("""[["id","1","4",0],["w","9","9",3]]""");
        await _host.IngestAsync("twice", "x,y\n1,\n2,b\n");
        await _host.IngestAsync("twice", "x,y\n1,\n2,b\n", "&mode=append");
        (await _host.RowsAsync("SELECT name, min, max, null_count FROM lakehouse.columns WHERE dataset = 'twice'"))
            .Should().Be("""[["x","1","2",0],["y","b","b",2]]""");
    }

    /// <summary>Datasets come and go meanwhile: what one statement lists twice is the same.</summary>
    [Fact]
    public async Task All_lists_of_a_statement_are_of_one_moment()
    {
        using var end = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await _host.IngestAsync("comes", "x\n1\n");
                (await _host.Http.DeleteAsync("/v1/catalog/dataset/comes")).EnsureSuccessStatusCode();
            }
        });
        try
        {
            for (var i = 0; i < 100; i++)
            {
                const string tables = "(SELECT count(*) FROM information_schema.tables)";
                (await _host.RowsAsync($"SELECT {tables} - {tables}")).Should().Be("[[0]]");
                (await _host.RowsAsync("SELECT name FROM lakehouse.datasets d WHERE NOT EXISTS (FROM information_schema.columns WHERE table_name = d.name)"))
                    .Should().Be("[]");
                (await _host.RowsAsync("FROM lakehouse.datasets d FULL JOIN (SHOW TABLES) t ON d.name = t.name WHERE d.name IS NULL OR t.name IS NULL"))
                    .Should().Be("[]");
            }
        }
        finally
        {
            await end.CancelAsync();
            await writer;
        }
    }

    [Fact]
    public async Task What_was_dropped_is_among_the_snapshots()
    {
        await _host.IngestAsync("gone", "x\n1\n");
        (await _host.Http.DeleteAsync("/v1/catalog/dataset/gone")).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT version, dropped, rows FROM lakehouse.snapshots WHERE dataset = 'gone' ORDER BY version"))
            .Should().Be("[[1,false,1],[2,true,0]]");
        var time = JsonDocument.Parse(await _host.RowsAsync("SELECT committed_at FROM lakehouse.snapshots WHERE dataset = 'gone' AND version = 1"));
        (await _host.RowsAsync($"FROM \"gone@{time.RootElement[0][0].GetString()}\"")).Should().Be("[[1]]", "a time as SQL shows it is a version");
    }

    [Fact]
    public async Task Datasets_columns_objects_and_snapshots_say_what_the_catalog_says()
    {
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/v", new { sql = "SELECT id FROM orders" })).EnsureSuccessStatusCode();
        (await _host.Http.PutAsJsonAsync("/v1/catalog/derived/d", new { sql = "SELECT id FROM orders" })).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT name, kind, version, rows, objects, columns, made_by, sql FROM lakehouse.datasets ORDER BY name")).Should().Be(
            """[["d","derived",1,3,1,1,"derived","SELECT id FROM orders"],["orders","dataset",2,3,1,4,"ingest",null],["v","view",1,null,0,1,"view","SELECT id FROM orders"]]""");
        (await _host.RowsAsync("SELECT dataset, version, rows, dropped FROM lakehouse.snapshots WHERE dataset = 'orders' ORDER BY version"))
            .Should().Be("""[["orders",1,2,false],["orders",2,3,false]]""");
        (await _host.RowsAsync("SELECT count(*) FROM lakehouse.datasets JOIN lakehouse.objects o ON o.dataset = name AND o.bytes = datasets.bytes"))
            .Should().Be("[[2]]");
        (await _host.RowsAsync("SELECT name FROM lakehouse.columns WHERE dataset = 'orders' ORDER BY position"))
            .Should().Be("""[["id"],["city"],["qty"],["day"]]""");
        (await _host.RowsAsync("SELECT count(*) FROM lakehouse.datasets WHERE created_at <= updated_at AND updated_at <= now()::TIMESTAMP"))
            .Should().Be("[[3]]");
    }

    [Fact]
    public async Task Statistics_come_from_the_footers_of_all_data_files()
    {
        const string sql = "SELECT 200::BIGINT AS id, 'Aas' AS city, NULL::BIGINT AS qty, DATE '2025-01-01' AS day";
        (await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "orders", mode = "append" } })).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT name, min, max, null_count FROM lakehouse.columns WHERE dataset = 'orders' ORDER BY position")).Should().Be(
            """[["id","1","200",0],["city","Aas","Oslo",0],["qty",null,null,2],["day","2023-12-31","2025-01-01",0]]""", "a file without values has no least one");
        (await _host.RowsAsync("SELECT bool_and(compressed_bytes > 0 AND uncompressed_bytes > 0) FROM lakehouse.columns")).Should().Be("[[true]]");
    }

    [Fact]
    public async Task A_dataset_that_cannot_be_read_has_no_statistics_and_the_others_have_theirs()
    {
        using var bad = new StringContent("not parquet at all");
        (await _host.Http.PutAsync("/v1/storage/put/raw/bad.parquet", bad)).EnsureSuccessStatusCode();
        var columns = new[] { new { name = "a", type = "INTEGER" } };
        var registration = new { name = "bad", schema_fingerprint = "v1", objects = new[] { "raw/bad.parquet" }, columns };
        (await _host.Http.PostAsJsonAsync("/v1/catalog/register", registration)).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT dataset, name, max FROM lakehouse.columns WHERE name IN ('a', 'id') ORDER BY dataset"))
            .Should().Be("""[["bad","a",null],["orders","id","10"]]""");
    }

    [Fact]
    public async Task Large_whole_numbers_are_compared_as_what_they_are()
    {
        const string sql = "SELECT 9007199254740993 - i // 130000 AS b FROM range(260000) r(i)";
        (await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "large" } })).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT min, max FROM lakehouse.columns WHERE dataset = 'large'"))
            .Should().Be("""[["9007199254740992","9007199254740993"]]""");
    }

    [Fact]
    public async Task Queries_journal_and_indexes_are_tables_too()
    {
        await _host.RowsAsync("SELECT 4711");
        (await _host.RowsAsync("SELECT state, rows FROM lakehouse.queries WHERE sql = 'SELECT 4711'")).Should().Be("""[["done",1]]""");
        (await _host.RowsAsync("SELECT count(*) FROM lakehouse.queries WHERE state = 'running'")).Should().Be("[[1]]");
        _host.Service<IJournal>().Record("test_event", "orders", "An \"event\".");
        (await _host.RowsAsync("SELECT subject, message FROM lakehouse.journal WHERE code = 'test_event'")).Should().Be("""[["orders","An \"event\"."]]""");
        (await _host.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "docs", dimension = 3, distance = "l2" })).EnsureSuccessStatusCode();
        (await _host.RowsAsync("SELECT name, status, dimension, distance, items FROM lakehouse.indexes")).Should().Be("""[["docs","ready",3,"l2",0]]""");
    }

    [Fact]
    public async Task Listings_show_datasets_and_views_and_nothing_else()
    {
        await _host.RowsAsync("SELECT count(*) FROM lakehouse.datasets");
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("""[["orders"]]""");
        (await _host.RowsAsync("SELECT name FROM (SHOW ALL TABLES)")).Should().Be("""[["orders"]]""");
        (await _host.RowsAsync("SELECT table_name FROM information_schema.tables")).Should().Be("""[["orders"]]""");
        (await _host.RowsAsync("SELECT count(*) FROM information_schema.columns")).Should().Be("[[4]]");
        (await _host.RowsAsync("SELECT count(*) FROM information_schema.schemata WHERE catalog_name = 'lakehouse'")).Should().Be("[[0]]");
        (await _host.RowsAsync("SELECT column_name FROM (DESCRIBE lakehouse.journal)")).Should().Be("""[["time"],["code"],["subject"],["message"]]""");
        (await _host.RowsAsync("SELECT column_name, min FROM (SUMMARIZE orders) LIMIT 1")).Should().Be("""[["id","1"]]""");
    }

    /// <summary>What a list says of a column, the engine says of a table of its own.</summary>
    [Fact]
    public async Task Lists_say_of_every_type_what_the_engine_says()
    {
        const string types = """
            SELECT 1::TINYINT AS a, 2::SMALLINT AS b, 3::INTEGER AS c, 4::BIGINT AS d, 1::FLOAT AS g, 2::DOUBLE AS h, 1.5::DECIMAL(18, 3) AS i, 7::DECIMAL(4, 0) AS j,
                'x' AS k, [1] AS l, {'a': 1, 'b': [2.5]} AS m, DATE '2024-01-01' AS n, TIMESTAMP '2024-01-01' AS o, TIMESTAMPTZ '2024-01-01' AS p, true AS q,
                '\x01'::BLOB AS r, TIME '01:02:03' AS s, 1::UINTEGER AS t, 2::UBIGINT AS u, [1.5::DECIMAL(9, 2)] AS v, MAP {'a': 1} AS w, uuid() AS x
            """;
        const string columns = "SELECT * EXCLUDE (table_name) FROM information_schema.columns WHERE table_name = 'kinds' ORDER BY ordinal_position";
        const string tables = "SELECT * FROM information_schema.tables WHERE table_name = 'kinds'";
        const string all = "SELECT * FROM (SHOW ALL TABLES) WHERE name = 'kinds'";
        (await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = types, into = new { dataset = "kinds" } })).EnsureSuccessStatusCode();
        using var database = DuckDb.DuckDbDatabase.OpenInMemory();
        using var connection = database.Connect();
        connection.Execute($"CREATE TABLE kinds AS {types}");
        foreach (var sql in new[] { columns, tables, all })
        {
            var form = $"SELECT string_agg(to_json(t)::VARCHAR, chr(10)) FROM ({sql}) t";
            using var statement = connection.Prepare(form);
            using var result = statement.Execute();
            using var chunk = result.FetchChunk()!;
            var expected = Encoding.UTF8.GetString(chunk.GetVector(0).GetBytes(0));
            JsonDocument.Parse(await _host.RowsAsync(form)).RootElement[0][0].GetString().Should().Be(expected);
        }
    }

    [Fact]
    public async Task Lists_tell_views_from_datasets_and_follow_what_is_made_and_dropped()
    {
        const string sql = "SELECT table_name, table_type FROM information_schema.tables ORDER BY 1";
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/sizes", new { sql = "SELECT id FROM orders" })).EnsureSuccessStatusCode();
        (await _host.RowsAsync(sql)).Should().Be("""[["orders","BASE TABLE"],["sizes","VIEW"]]""");
        (await _host.RowsAsync("SELECT name, column_types FROM (SHOW ALL TABLES) WHERE name = 'sizes'")).Should().Be("""[["sizes",["BIGINT"]]]""");
        (await _host.Http.DeleteAsync("/v1/catalog/view/sizes")).EnsureSuccessStatusCode();
        await _host.IngestAsync("more", "x\n1\n");
        (await _host.RowsAsync(sql)).Should().Be("""[["more","BASE TABLE"],["orders","BASE TABLE"]]""");
    }

    [Theory]
    [InlineData("FROM lakehouse.nothing", 400, "sql_error")]
    [InlineData("FROM duckdb_tables()", 403, "sql_forbidden")]
    [InlineData("FROM duckdb_tables", 403, "sql_forbidden")]
    [InlineData("FROM duckdb_columns()", 403, "sql_forbidden")]
    [InlineData("SELECT lakehouse_columns('orders')", 400, "sql_error")]
    [InlineData("FROM lakehouse.main.datasets", 403, "sql_forbidden")]
    [InlineData("FROM lakehouse.information_schema.tables", 403, "sql_forbidden")]
    [InlineData("SELECT lakehouse_rows('datasets')", 400, "sql_error")]
    [InlineData("SELECT lakehouse_statistics('orders', 'id')", 400, "sql_error")]
    [InlineData("SELECT 'datasets'.lakehouse_rows()", 400, "sql_error")]
    [InlineData("SELECT list_aggregate(['x'], 'lakehouse_rows')", 403, "sql_forbidden")]
    [InlineData("FROM query_table('lakehouse.datasets')", 403, "sql_forbidden")]
    [InlineData("FROM duckdb_databases()", 403, "sql_forbidden")]
    [InlineData("FROM datasets", 400, "unknown_dataset")]
    public async Task Nothing_else_is_opened_by_them(string sql, int status, string code)
    {
        var refusal = await _host.RefusalAsync(sql);
        (refusal.Status, refusal.Code).Should().Be((status, code), refusal.Detail);
    }

    [Fact]
    public async Task They_work_in_views_and_beside_datasets_and_their_answers_are_not_kept()
    {
        (await _host.Http.PutAsJsonAsync("/v1/catalog/view/sizes", new { sql = "SELECT name, rows FROM lakehouse.datasets" })).EnsureSuccessStatusCode();
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT rows FROM sizes WHERE name = 'orders'" });
        answer.Headers.ETag.Should().BeNull();
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetRawText().Should().Be("[[3]]");
        (await _host.RowsAsync("SELECT s.rows, count(*) FROM sizes s, orders WHERE s.name = 'orders' GROUP BY ALL")).Should().Be("[[3,3]]");
        (await _host.RowsAsync("WITH datasets AS (SELECT 1 AS x) SELECT count(*) FROM lakehouse.datasets, datasets")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task A_table_that_is_too_large_says_so()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _host.Service<IJournal>().Record("many", "s", new string('x', 200));
            if (i % 500 == 0)
            {
                (await _host.Http.GetAsync("/v1/journal?limit=1")).StatusCode.Should().Be(HttpStatusCode.OK);
            }
        }

        var refusal = await _host.RefusalAsync("SELECT count(*) FROM lakehouse.journal");
        (refusal.Status, refusal.Code).Should().Be((400, "system_table_too_large"), refusal.Detail);
        (await _host.RowsAsync("SELECT 1")).Should().Be("[[1]]");
    }
}
