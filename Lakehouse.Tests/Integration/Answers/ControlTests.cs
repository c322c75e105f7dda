using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>What a client can ask of a query besides its rows: its list, its end, its bounds.</summary>
public abstract class ControlTests(LakehouseHost host)
{
    /// <summary>Takes minutes, and has no row before its end.</summary>
    private const string Long = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";

    /// <summary>More rows than a connection holds.</summary>
    private const string Wide = "SELECT i, md5(i::VARCHAR) AS t FROM range(100000000) t(i)";

    /// <summary>Fails after many rows.</summary>
    private const string Late = "SELECT CASE WHEN i = 900000 THEN error('too late') ELSE i::VARCHAR END AS v FROM range(1000000) t(i)";

    public static TheoryData<string> Formats { get; } = [.. AnswerReader.Formats, "arrow"];

    [Fact]
    public async Task A_query_is_listed_and_cancelled_before_its_first_row()
    {
        var id = NewId();
        var answer = PostAsync(new { sql = Long, query_id = id });
        await ListedAsync(id, q => q.GetProperty("state").GetString() == "running");
        (await ListedAsync(id)).GetProperty("sql").GetString().Should().Be(Long);
        (await CancelAsync(id)).Should().Be(HttpStatusCode.NoContent);

        using var cancelled = await answer;
        ((int)cancelled.StatusCode).Should().Be(499);
        var problem = await cancelled.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("code").GetString(), problem.GetProperty("query_id").GetString()).Should().Be(("query_cancelled", id));
        cancelled.Headers.GetValues("X-Lakehouse-Query-Id").Should().Equal(id);
        var ended = await ListedAsync(id, q => q.GetProperty("state").GetString() == "cancelled");
        ended.GetProperty("code").GetString().Should().Be("query_cancelled");
        (await CancelAsync(id)).Should().Be(HttpStatusCode.NotFound, "it runs no more");
        (await host.RowsAsync("SELECT 42")).Should().Be("[[42]]", "the engine serves on");
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("arrow")]
    [InlineData("parquet")]
    public async Task A_query_that_is_cancelled_among_its_rows_is_cut_off(string format)
    {
        var id = NewId();
        using var answer = await PostAsync(new { sql = Wide, query_id = id, format });
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1000]);
        (await CancelAsync(id)).Should().Be(HttpStatusCode.NoContent);

        await body.Awaiting(b => b.CopyToAsync(Stream.Null)).Should().ThrowAsync<IOException>();
        await ListedAsync(id, q => q.GetProperty("state").GetString() == "cancelled");
    }

    [Fact]
    public async Task The_last_line_of_ndjson_says_that_the_query_was_cancelled()
    {
        var id = NewId();
        using var answer = await PostAsync(new { sql = Wide, query_id = id, format = "ndjson" });
        using var body = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await body.ReadLineAsync()).Should().StartWith("{\"i\":0,");
        (await CancelAsync(id)).Should().Be(HttpStatusCode.NoContent);

        var last = string.Empty;
        while (await body.ReadLineAsync() is { } line)
        {
            last = line;
        }

        using var json = JsonDocument.Parse(last);
        json.RootElement.GetProperty("error").GetProperty("code").GetString().Should().Be("query_cancelled");
        json.RootElement.GetProperty("error").GetProperty("query_id").GetString().Should().Be(id);
    }

    [Fact]
    public async Task The_list_shows_the_rows_of_a_query_while_its_client_reads_and_its_end()
    {
        var id = NewId();
        var answer = await PostAsync(new { sql = Wide, query_id = id, format = "csv" });
        var running = await ListedAsync(id, q => q.GetProperty("rows").GetInt64() > 0);
        running.GetProperty("state").GetString().Should().Be("running");
        running.GetProperty("bytes").GetInt64().Should().BePositive();
        answer.Dispose();
        await ListedAsync(id, q => q.GetProperty("state").GetString() == "abandoned");

        var (done, failed) = (NewId(), NewId());
        using var first = await PostAsync(new { sql = "FROM range(5)", query_id = done });
        await first.Content.ReadAsByteArrayAsync();
        (await ListedAsync(done, q => q.GetProperty("state").GetString() == "done")).GetProperty("rows").GetInt64().Should().Be(5);
        using var second = await PostAsync(new { sql = "SELECT nope", query_id = failed });
        var error = await ListedAsync(failed, q => q.GetProperty("state").GetString() == "failed");
        error.GetProperty("code").GetString().Should().Be("sql_error");
        error.GetProperty("detail").GetString().Should().Contain("nope");
    }

    [Fact]
    public async Task An_id_is_taken_while_its_query_runs()
    {
        var id = NewId();
        var answer = PostAsync(new { sql = Long, query_id = id });
        await ListedAsync(id, q => q.GetProperty("state").GetString() == "running");
        (await RefusalAsync(new { sql = "SELECT 1", query_id = id })).Should().Be((409, "query_exists"));
        await CancelAsync(id);
        (await answer).Dispose();
        using var again = await PostAsync(new { sql = "SELECT 1", query_id = id });
        again.StatusCode.Should().Be(HttpStatusCode.OK);
        (await RefusalAsync(new { sql = "SELECT 1", query_id = "a b" })).Should().Be((400, "invalid_request"));
        (await RefusalAsync(new { sql = "SELECT 1", query_id = new string('a', 65) })).Should().Be((400, "invalid_request"));
    }

    [Fact]
    public async Task A_query_has_the_time_that_it_asks_for_up_to_the_bound()
    {
        (await RefusalAsync(new { sql = Long, timeout_ms = 100 })).Should().Be((504, "query_timeout"));
        (await RefusalAsync(new { sql = "SELECT 1", timeout_ms = 30_000 })).Status.Should().Be(200);
        (await RefusalAsync(new { sql = "SELECT 1", timeout_ms = 30_001 })).Should().Be((400, "invalid_request"));
        (await RefusalAsync(new { sql = "SELECT 1", timeout_ms = 0 })).Should().Be((400, "invalid_request"));
        (await RefusalAsync(new { sql = "SELECT 1", timeout_ms = "soon" })).Should().Be((400, "invalid_request"));
    }

    [Fact]
    public async Task Json_says_that_rows_were_cut()
    {
        foreach (var format in new[] { "json", "objects" })
        {
            var (bytes, _, _) = await host.AnswerAsync("FROM range(5000)", format, address: "max_rows=3000");
            using var json = JsonDocument.Parse(bytes);
            json.RootElement.GetProperty("rows").GetArrayLength().Should().Be(3000);
            json.RootElement.GetProperty("truncated").GetBoolean().Should().BeTrue();
            (bytes, _, _) = await host.AnswerAsync("FROM range(5000)", format, address: "max_rows=5000");
            using var whole = JsonDocument.Parse(bytes);
            whole.RootElement.TryGetProperty("truncated", out _).Should().BeFalse();
        }

        var lines = Encoding.UTF8.GetString((await host.AnswerAsync("FROM range(5)", "ndjson", address: "max_rows=2")).Bytes);
        lines.Should().Be("{\"range\":0}\n{\"range\":1}\n{\"end\":{\"row_count\":2,\"truncated\":true}}\n");
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("parquet")]
    public async Task Other_formats_are_cut_where_the_client_asks_for_it(string format)
    {
        foreach (var count in new[] { 1, 2048, 2049, 3000, 5000, 6000 })
        {
            var (bytes, code, detail) = await host.AnswerAsync("FROM range(5000)", format, address: $"max_rows={count}");
            code.Should().BeNull(detail);
            var rows = AnswerReader.Read(format, bytes).Rows;
            rows.Select(r => r[0]).Should().Equal(Enumerable.Range(0, Math.Min(count, 5000)).Select(i => i.ToString()));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_late_error_is_a_status_where_the_client_waits_for_the_end(string format)
    {
        var (_, code, detail) = await host.AnswerAsync(Late, format, address: "wait_end=1");
        code.Should().Be("sql_error");
        detail.Should().Match(d => IsLateDetail(d));

        using var answer = await host.Http.GetAsync($"/v1/sql?q=FROM+range(100000)&wait_end=1&format={(format == "objects" ? "json&rows=objects" : format)}");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        answer.Content.Headers.ContentLength.Should().Be(bytes.Length);
        var direct = await host.AnswerAsync("FROM range(100000)", format);
        bytes.Should().Equal(direct.Bytes);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("arrow")]
    [InlineData("parquet")]
    public async Task A_late_error_cuts_the_connection(string format)
    {
        using var answer = await PostAsync(new { sql = Late, format });
        var read = async () => await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            await read.Should().ThrowAsync<HttpRequestException>();
        }
        else
        {
            format.Should().Be("parquet", "its bytes come when the engine has a whole row group");
        }
    }

    [Fact]
    public async Task A_late_error_is_the_last_line_of_ndjson()
    {
        var lines = Encoding.UTF8.GetString((await host.AnswerAsync(Late, "ndjson")).Bytes).Split('\n');
        lines[^1].Should().BeEmpty();
        using var last = JsonDocument.Parse(lines[^2]);
        last.RootElement.GetProperty("error").GetProperty("detail").GetString().Should().Match(d => IsLateDetail(d));
        lines[0].Should().Be("{\"v\":\"0\"}");
        lines[..^2].Should().OnlyContain(l => l.StartsWith("{\"v\":\"") && l.EndsWith("\"}"));
    }

    /// <summary>An error of one thread interrupts the others, and sometimes the engine reports the interruption.</summary>
    private static bool IsLateDetail(string? detail) =>
        detail!.Contains("too late", StringComparison.Ordinal) || detail.Contains("the engine lost the cause", StringComparison.Ordinal);

    private static string NewId() => "test-" + Guid.NewGuid().ToString("N");

    private Task<HttpResponseMessage> PostAsync(object body) => host.Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/v1/sql") { Content = JsonContent.Create(body) }, HttpCompletionOption.ResponseHeadersRead);

    private async Task<(int Status, string? Code)> RefusalAsync(object body)
    {
        using var answer = await PostAsync(body);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, json.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private async Task<HttpStatusCode> CancelAsync(string id)
    {
        using var answer = await host.Http.DeleteAsync("/v1/queries/" + id);
        return answer.StatusCode;
    }

    /// <summary>Waits until a query is listed and a condition holds for it.</summary>
    private async Task<JsonElement> ListedAsync(string id, Func<JsonElement, bool>? isReached = null)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromMinutes(1))
        {
            var list = await host.Http.GetFromJsonAsync<JsonElement>("/v1/queries");
            var found = list.GetProperty("queries").EnumerateArray().Where(q => q.GetProperty("query_id").GetString() == id).ToList();
            if (found.Count > 0 && (isReached is null || isReached(found[0])))
            {
                return found[0];
            }
        }

        throw new TimeoutException($"the query {id} is not listed so");
    }
}

/// <summary>With the engine in a process of its own.</summary>
public sealed class IsolatedControlTests(IsolatedControlTests.SharedHost shared)
    : ControlTests(shared.Host), IClassFixture<IsolatedControlTests.SharedHost>
{
    public sealed class SharedHost() : QueryHost("process");
}

/// <summary>With the engine in the server's process.</summary>
public sealed class LocalControlTests(LocalControlTests.SharedHost shared) : ControlTests(shared.Host), IClassFixture<LocalControlTests.SharedHost>
{
    public sealed class SharedHost() : QueryHost("none");
}
