using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Host.Sample;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Search;

public sealed class SearchTests(SearchTests.Workers workers) : IClassFixture<SearchTests.Workers>
{
    private const int Rows = 3_000;

    private readonly LakehouseHost _host = workers.Host;

    [Theory]
    [InlineData("1 = 0) UNION SELECT worker_id FROM workers WHERE (1 = 1")]
    [InlineData("1 = 1) OR (1 = 1")]
    [InlineData("1 = 1; SELECT 1")]
    public async Task A_condition_stays_within_its_brackets(string where)
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/search", new { index = "workers", text = "forklift", where });
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("no single condition");
    }

    [Theory]
    [InlineData("vector")]
    [InlineData("keyword")]
    [InlineData("hybrid")]
    public async Task Each_mode_finds_welders(string mode)
    {
        var answer = await _host.Http.SearchAsync(new { index = "workers", text = "welder", mode });

        answer.GetProperty("mode").GetString().Should().Be(mode);
        answer.GetProperty("dataset").GetRawText().Should().Be("""{"name":"workers","version":1}""");
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        results.Should().HaveCount(10);
        results.Should().OnlyContain(r => r.GetProperty("metadata").GetProperty("role").GetString() == "Welder");
        results.Select(r => r.GetProperty("score").GetDouble()).Should().BeInDescendingOrder();
        var ranks = results.SelectMany(r => r.EnumerateObject()).Select(m => m.Name).Where(n => n.EndsWith("_rank", StringComparison.Ordinal)).Distinct();
        ranks.Should().BeEquivalentTo(mode == "hybrid" ? ["vector_rank", "keyword_rank"] : [mode + "_rank"]);
        var snippet = results[0].GetProperty("snippet");
        var match = snippet.GetProperty("matches")[0];
        snippet.GetProperty("text").GetString()!.Substring(match[0].GetInt32(), match[1].GetInt32()).Should().Be("welder");
    }

    /// <summary>With conditions that allow from nearly all rows down to two: k results whenever k rows qualify, and always the right ones.</summary>
    [Theory]
    [InlineData("years_experience >= 1", "walk")]
    [InlineData("state = 'IL' AND years_experience > 5", null)]
    [InlineData("worker_id < 'W0000011'", "scan")]
    [InlineData("worker_id IN ('W0000007', 'W0002999')", "scan")]
    [InlineData("hired_on < DATE '2001-01-01' AND available AND city LIKE '%on'", "scan")]
    [InlineData("false", "scan")]
    public async Task A_condition_of_sql_decides_what_can_be_found(string where, string? way)
    {
        var allowed = JsonDocument.Parse(await _host.RowsAsync($"SELECT worker_id FROM workers WHERE {where}")).RootElement
            .EnumerateArray()
            .Select(r => r[0].GetString()!)
            .ToHashSet();
        foreach (var mode in (string[])["vector", "hybrid", "keyword"])
        {
            var answer = await _host.Http.SearchAsync(new { index = "workers", text = "forklift operator", where, mode, k = 20 });

            answer.GetProperty("where").GetRawText().Should().Be($$"""{"allowed":{{allowed.Count}},"version":1}""");
            answer.Ids().Should().OnlyHaveUniqueItems().And.NotContain(id => !allowed.Contains(id));
            if (mode != "keyword")
            {
                answer.Ids().Should().HaveCount(Math.Min(20, allowed.Count));
                answer.GetProperty("way").GetString().Should().BeOneOf(way is null ? ["walk", "scan"] : [way]);
            }
        }
    }

    [Fact]
    public async Task A_condition_gives_the_nearest_of_the_rows_it_allows()
    {
        const string where = "state = 'TX' AND role = 'Plumber'";
        var answer = await _host.Http.SearchAsync(new { index = "workers", text = "pipe fitting plumber", where, mode = "vector", k = 10, ef = 400 });
        var exact = await _host.RowsAsync($"""
            SELECT list(id ORDER BY distance, id)[:10] FROM vector_search('workers', 'pipe fitting plumber', k := {Rows}) JOIN workers ON worker_id = id WHERE {where}
            """);

        answer.Ids().Should().BeEquivalentTo(JsonDocument.Parse(exact).RootElement[0][0].EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public async Task Filter_and_condition_hold_together()
    {
        var answer = await _host.Http.SearchAsync(
            new
            {
                index = "workers",
                text = "welder",
                where = "years_experience > 20",
                filter = new { state = "CA" },
                k = 15,
                columns = new[] { "years_experience" }
            });

        answer.Ids().Should().HaveCount(15);
        answer.GetProperty("results").EnumerateArray().Should().OnlyContain(r =>
            r.GetProperty("metadata").GetProperty("state").GetString() == "CA" && r.GetProperty("columns").GetProperty("years_experience").GetInt32() > 20);
    }

    [Fact]
    public async Task Columns_are_joined_in_their_own_types()
    {
        var answer = await _host.Http.SearchAsync(
            new
            {
                index = "workers",
                text = "welder",
                k = 1,
                columns = new[] { "years_experience", "Available", "hired_on", "certifications" },
                snippets = false,
                include = Array.Empty<string>()
            });

        var result = answer.GetProperty("results")[0];
        result.TryGetProperty("snippet", out _).Should().BeFalse();
        result.TryGetProperty("metadata", out _).Should().BeFalse();
        var columns = result.GetProperty("columns");
        columns.EnumerateObject().Select(c => c.Name).Should().Equal("years_experience", "Available", "hired_on", "certifications");
        var row = JsonDocument.Parse(
            await _host.RowsAsync(
                $"SELECT years_experience, available, hired_on, certifications FROM workers WHERE worker_id = '{answer.Ids().Single()}'")).RootElement[0];
        columns.EnumerateObject().Select(c => c.Value.GetRawText()).Should().Equal(row.EnumerateArray().Select(v => v.GetRawText()));
    }

    [Fact]
    public async Task Results_are_grouped_and_counted_by_columns_and_by_metadata()
    {
        var answer = await _host.Http.SearchAsync(
            new
            {
                index = "workers",
                text = "forklift operator",
                k = 4,
                group_by = "city",
                group_size = 2,
                facets = new[] { "role", "available" },
                facet_size = 3
            });

        var groups = answer.GetProperty("groups").EnumerateArray().ToList();
        groups.Should().HaveCount(4);
        groups.Select(g => g.GetProperty("key").GetString()).Should().OnlyHaveUniqueItems();
        groups.Should().OnlyContain(g => g.GetProperty("results").GetArrayLength() == 2);
        groups.Select(g => g.GetProperty("results")[0].GetProperty("score").GetDouble()).Should().BeInDescendingOrder();
        var role = answer.GetProperty("facets").GetProperty("role");
        role.GetProperty("values").GetArrayLength().Should().Be(3);
        role.GetProperty("values")[0].GetProperty("value").GetString().Should().Be("Forklift Operator");
        (role.GetProperty("values").EnumerateArray()
                .Sum(v => v.GetProperty("count").GetInt32()) + role
                .GetProperty("other")
                .GetInt32()).Should().Be(1_000, "so many candidates are counted");
        answer.GetProperty("facets")
            .GetProperty("available")
            .GetProperty("values")
            .EnumerateArray()
            .Select(v => v.GetProperty("value").ValueKind)
            .Should()
            .BeEquivalentTo([JsonValueKind.True, JsonValueKind.False]);
        var ofMetadata = await _host.Http.SearchAsync(new { index = "workers", text = "welder", k = 2, group_by = "nothing", facets = new[] { "nothing" } });
        ofMetadata.GetProperty("groups")[0].GetProperty("key").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("""{"index":"workers"}""", 400, "has no \"text\"")]
    [InlineData("""{"text":"x"}""", 400, "has no \"index\"")]
    [InlineData("""{"index":"workers","text":" "}""", 400, "text is empty")]
    [InlineData("""{"index":"none","text":"x"}""", 404, "no vector index 'none'")]
    [InlineData("""{"index":"workers","text":"x","k":0}""", 400, "from 1 to 10000")]
    [InlineData("""{"index":"workers","text":"x","k":10001}""", 400, "from 1 to 10000")]
    [InlineData("""{"index":"workers","text":"x","depth":0}""", 400, "from 1 to 10000")]
    [InlineData("""{"index":"workers","text":"x","ef":0}""", 400, "ef is 0")]
    [InlineData("""{"index":"workers","text":"x","rrf_k":0}""", 400, "rrf_k must be")]
    [InlineData("""{"index":"workers","text":"x","weights":{"vector":-1}}""", 400, "each weight")]
    [InlineData("""{"index":"workers","text":"x","weights":{"words":1}}""", 400, "\"weights\" has no member \"words\"")]
    [InlineData("""{"index":"workers","text":"x","mode":"fuzzy"}""", 400, "it is \"vector\", \"keyword\" or \"hybrid\"")]
    [InlineData("""{"index":"workers","text":"x","filters":{}}""", 400, "no member \"filters\"")]
    [InlineData("""{"index":"workers","text":"x","columns":["nope"]}""", 400, "no column 'nope'")]
    [InlineData("""{"index":"workers","text":"x","columns":["city","state","city"]}""", 400, "\"columns\" has 'city' twice")]
    [InlineData("""{"index":"workers","text":"x","columns":["citty"]}""", 400, "the nearest is 'city'")]
    [InlineData("""{"index":"workers","text":"x","facets":["state","state"]}""", 400, "\"facets\" has 'state' twice")]
    [InlineData("""{"index":"workers","text":"x","include":["metdata"]}""", 400, "the nearest is 'metadata'")]
    [InlineData("""{"index":"workers","text":"x","filter":{"a":{"gtee":1}}}""", 400, "the nearest is 'gte'")]
    [InlineData("""{"index":"workers","text":"x","group_by":"city","group_size":0}""", 400, "group_size")]
    [InlineData("""{"index":"workers","text":"x","where":""}""", 400, "\"where\" is empty")]
    [InlineData("""{"index":"workers","text":"x","where":"stat = 1"}""", 400, "Referenced column \"stat\" not found")]
    [InlineData("""{"index":"workers","text":"x","where":"1 = 1) -- "}""", 400, "no single condition")]
    [InlineData("""{"index":"workers","text":"x","where":"1 = 1); SELECT (1"}""", 400, "no single condition")]
    [InlineData("""{"index":"workers","text":"x","where":"exists(FROM read_text('/etc/passwd'))"}""", 403, "read_text is not allowed")]
    [InlineData("""{"index":"bare","text":"x","mode":"keyword"}""", 400, "no texts")]
    [InlineData("""{"index":"bare","text":"x","where":"true"}""", 400, "not imported from a dataset")]
    [InlineData("""{"index":"bare","text":"x","columns":["a"]}""", 400, "not imported from a dataset")]
    public async Task Bad_searches_are_refused(string body, int status, string expected)
    {
        using var response = await _host.Http.PostAsync("/v1/search", new StringContent(body, Encoding.UTF8));

        var answer = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, "{0}", answer);
        JsonDocument.Parse(answer).RootElement.GetProperty("detail").GetString().Should().Contain(expected);
    }

    [Fact]
    public async Task A_text_that_is_too_long_to_search_for_is_refused_with_advice_that_works_there()
    {
        var (status, problem) = await _host.Http.PostAsync("/v1/search", new { index = "workers", text = new string('x', 200_000) });
        var sql = await _host.RefusalAsync($"SELECT embed('{new string('x', 70_000)}')");

        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.BadRequest, "text_too_long"));
        problem.GetProperty("detail").GetString().Should().Contain("'lexical-hashing-1024'").And.Contain("shorter text").And.NotContain("truncate");
        (sql.Status, sql.Code).Should().Be((400, "text_too_long"));
        sql.Detail.Should().Contain("left(text, 2000)").And.NotContain("truncate");
    }

    [Fact]
    public async Task An_index_without_texts_is_searched_by_vectors() =>
        (await _host.Http.SearchAsync(new { index = "bare", text = "anything" })).GetProperty("mode").GetString().Should().Be("vector");

    [Fact]
    public async Task Vector_search_in_sql_joins_and_takes_options()
    {
        (await _host.RowsAsync(
                "SELECT count(*), count(w.worker_id), bool_and(w.role = (v.metadata->>'role')) FROM vector_search('workers', 'welder', k := 25) v JOIN "
                + "workers w ON w.worker_id = v.id")).Should().Be("[[25,25,true]]");
        (await _host.RowsAsync("""SELECT DISTINCT metadata->>'state' FROM vector_search('workers', 'welder', k := 30, filter := '{"state":"TX"}', ef := 200)""")).Should().Be("""[["TX"]]""");
        (await _host.RowsAsync(
                "SELECT count(*) FROM vector_search('workers', embed('welder')) a JOIN vector_search('workers', 'welder') b USING (id)")).Should().Be("[[10]]");
        (await _host.RowsAsync("SELECT count(*) FROM vector_search('workers', NULL)")).Should().Be("[[0]]");
        (await _host.RowsAsync(
                "SELECT embed(NULL) IS NULL, len(embed('a')), list_cosine_distance(embed('a'), embed('a', 'lexical-hashing-1024')) < "
                + "1e-6")).Should().Be("[[true,1024,true]]");
    }

    [Fact]
    public async Task Vector_search_over_the_rows_of_a_table_finds_each_of_them()
    {
        var found = await _host.RowsAsync("""
            SELECT count(*) FROM (SELECT worker_id AS i, resume_text AS r FROM workers) t, vector_search('workers', r, k := 1, ef := 200) v
            JOIN workers f ON f.worker_id = v.id WHERE f.resume_text = t.r
            """);

        found.Should().Be($"[[{Rows}]]");
    }

    [Theory]
    [InlineData("SELECT *\nFROM vector_search('none', 'x')", "LINE 2: FROM vector_search('none', 'x')\n             ^", 404)]
    [InlineData("SELECT embed('a'), embed('a', 'nope')", "                   ^", 404)]
    [InlineData("SELECT 1 FROM vector_search('workers', 'x') JOIN vector_search('workers', 'y', k := -1) USING (id)", "LINE 1: ", 400)]
    [InlineData("SELECT * FROM vector_search('workers', [1, 2])", "has 2 dimensions, the index 'workers' has 1024", 400)]
    [InlineData("SELECT * FROM vector_search('workers', 'x', filter := '{')", "the filter is not JSON", 400)]
    [InlineData("SELECT * FROM vector_search('workers', 'x', filter := '{\"a\":{\"b\":1}}')", "             ^", 400)]
    [InlineData("SELECT embed('')", "is empty", 400)]
    [InlineData("SELECT * FROM vector_search('workers', '')", "is empty", 400)]
    [InlineData("SELECT * FROM vector_search(NULL, 'x')", "is NULL", 400)]
    [InlineData("SELECT * FROM vector_search('workers')", "does not support the supplied arguments", 400)]
    [InlineData("SELECT lakehouse_vector_hits('workers', 'x', 1, NULL, NULL)", "not allowed", 403)]
    public async Task Errors_of_the_functions_point_at_the_place_in_the_text(string sql, string expected, int status)
    {
        var (got, _, detail) = await _host.RefusalAsync(sql);

        got.Should().Be(status, detail);
        detail.Should().Contain(expected);
    }

    /// <summary>One server with 3,000 workers in an index, for tests that only read.</summary>
    public sealed class Workers : IAsyncLifetime
    {
        public LakehouseHost Host { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await LakehouseHost.StartAsync();
            using var csv = new MemoryStream();
            WorkersCsv.Write(csv, Rows);
            await Host.IngestAsync("workers", csv.ToArray());
            await Host.Http.PostAsync(
                "/v1/vectors/index/workers/import", new { dataset = "workers", id = "worker_id", text = "resume_text", metadata = new[] { "role", "state" } });
            await Host.Http.WaitForVersionAsync("workers", 1);
            await Host.Http.PostAsync("/v1/vectors/index", new { name = "bare", dimension = 1024 });
            await Host.Http.PostAsync("/v1/vectors/index/bare/add", new { items = new[] { new { id = "a", vector = Enumerable.Range(0, 1024) } } });
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
