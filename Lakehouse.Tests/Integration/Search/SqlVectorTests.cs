using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Search;

/// <summary>The vector functions of SQL against an embedding server.</summary>
public sealed class SqlVectorTests
{
    [Fact]
    public async Task A_query_over_rows_asks_in_batches_and_for_each_text_once()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.batch_size", "100"));

        var rows = await host.RowsAsync("SELECT count(DISTINCT embed((range % 300)::VARCHAR)) FROM range(5000)");

        rows.Should().Be("[[300]]");
        ollama.Asked.Should().HaveCount(300).And.OnlyHaveUniqueItems();
        ollama.Calls.Count.Should().BeLessThanOrEqualTo(6);
    }

    [Fact]
    public async Task A_constant_is_asked_for_once_even_without_a_cache()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.cache_size", "0"));

        await host.RowsAsync("SELECT count(*) FROM range(10000) WHERE list_cosine_distance(embed('x'), embed('x')) < 1");

        ollama.Asked.Should().Equal("x");
    }

    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task What_is_too_much_for_one_call_is_asked_in_parts(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(
            ("query.isolation", isolation), ("vector.max_answer_bytes", "1MiB"), ("vector.max_queries", "100"), ("query.max_message_bytes", "1MiB"));
        using var created = await host.Http.PostAsJsonAsync("/v1/vectors/index", new { name = "docs", dimension = 2, distance = "l2" });
        created.EnsureSuccessStatusCode();
        var items = Enumerable.Range(0, 100).Select(i => new { id = $"{i}", vector = new[] { i, 0.0 }, metadata = new { t = new string('x', 1_000) } });
        using var added = await host.Http.PostAsJsonAsync("/v1/vectors/index/docs/add", new { items });
        added.EnsureSuccessStatusCode();

        // A call takes at most ten of the thousand searches, which have a hundred hits of a thousand bytes each.
        (await host.RowsAsync(
                "SELECT count(*), count(DISTINCT id), sum(length(metadata->>'t')) FROM range(1000) r(i), LATERAL vector_search('docs', [i, 0]::FLOAT[], k "
                + ":= 100)"))
            .Should().Be("[[100000,100,100000000]]");
        (await host.RowsAsync("SELECT list(embed(repeat('x', 1000) || i::VARCHAR)[1] IS NOT NULL)[2000] FROM range(2000) t(i)")).Should().Be("[[true]]");
    }

    [Fact]
    public async Task A_query_that_is_given_up_gives_the_call_upstream_up()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        ollama.Instead = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var leaving = new CancellationTokenSource();
        var query = host.Http.PostAsJsonAsync("/v1/sql", new { sql = "SELECT embed('x')" }, leaving.Token);
        await Until.HoldsAsync(() => ollama.Calls.Count == 1);

        await leaving.CancelAsync();

        await ((Func<Task>)(() => query)).Should().ThrowAsync<OperationCanceledException>();
        await Until.HoldsAsync(() => ollama.AbortedCount == 1);
        ollama.Instead = null;
        (await host.RowsAsync("SELECT len(embed('x'))")).Should().Be("[[8]]");
    }

    [Fact]
    public async Task A_query_past_its_time_ends_in_time_though_the_server_does_not_answer()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        ollama.Instead = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        await Until.HoldsAsync(async () =>
        {
            // On a busy machine the time can be over before the call has reached the server.
            var (status, body) = await AskAsync(host, "SELECT embed(range::VARCHAR) FROM range(10)", timeoutMs: 300);
            (status, body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.GatewayTimeout, "query_timeout"));
            return ollama.AbortedCount > 0;
        });
        ollama.Instead = null;
        (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]");
    }

    /// <summary>Asks with a time of its own, so that what comes after it has the usual one.</summary>
    private static async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(LakehouseHost host, string sql, int timeoutMs)
    {
        using var answer = await host.Http.PostAsJsonAsync("/v1/sql", new { sql, timeout_ms = timeoutMs });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task A_query_past_its_time_ends_in_time_though_several_threads_of_it_embed(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.threads", "2"));
        const string texts = "SELECT repeat('some words ', 100) || range AS t FROM range({0}, {0} + 1000000)";
        var all = string.Join(" UNION ALL ", Enumerable.Range(0, 4).Select(i => string.Format(CultureInfo.InvariantCulture, texts, i * 1_000_000)));
        var started = Stopwatch.StartNew();

        var (status, body) = await AskAsync(host, $"SELECT max(len(embed(t))) FROM ({all})", timeoutMs: 500);

        (status, body.GetProperty("code").GetString()).Should().Be((HttpStatusCode.GatewayTimeout, "query_timeout"));
        started.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "all of it would take minutes");
        (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]");
    }

    [Fact]
    public async Task An_upstream_error_keeps_its_status_and_gets_its_place()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        ollama.Instead = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };

        var (status, body) = await host.SqlAsync("SELECT 1,\n  embed('x')");

        status.Should().Be(HttpStatusCode.BadGateway);
        body.GetProperty("code").GetString().Should().Be("embedder_failed");
        body.GetProperty("detail").GetString().Should().Contain("LINE 2:   embed('x')\n          ^");
    }

    private static Task<LakehouseHost> StartAsync(StandInOllama ollama, params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([("embed.provider", "ollama"), ("embed.url", ollama.Url), ("embed.default_model", "nomic-embed-text"), .. settings]);
}
