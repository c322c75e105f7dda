using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration.Jobs;

/// <summary>Ingests that nobody waits for.</summary>
public sealed class JobTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("ingest.segment_bytes", "64KiB"), ("ingest.keep_jobs", "5"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_answer_comes_before_the_end_and_the_events_tell_it()
    {
        using var response = await PostAsync("t", Csv(40_000));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        response.Headers.GetValues("Preference-Applied").Should().Equal("respond-async");
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.Headers.Location!.ToString().Should().Be($"/v1/ingest/jobs/{job.GetProperty("id").GetString()}");

        var events = new List<(string Type, JsonElement Data)>();
        await using (var stream = await _host.Http.GetStreamAsync(response.Headers.Location + "/events"))
        {
            await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            {
                events.Add((item.EventType, JsonDocument.Parse(item.Data).RootElement));
            }
        }

        events[^1].Type.Should().Be("end");
        events.SkipLast(1).Should().OnlyContain(e => e.Type == "progress");
        events.Select(e => e.Data.GetProperty("fraction").GetDouble()).Should().BeInAscendingOrder().And.OnlyContain(f => f >= 0 && f <= 1);
        var end = events[^1].Data;
        (end.GetProperty("state").GetString(), end.GetProperty("fraction").GetDouble(), end.GetProperty("bytes_read").GetInt64())
            .Should().Be(("done", 1, Csv(40_000).Length));
        (end.GetProperty("result").GetProperty("version").GetInt64(), end.GetProperty("result").GetProperty("row_count").GetInt64()).Should().Be((1, 40_000));
        (await _host.RowsAsync("SELECT count(*), sum(id) FROM t")).Should().Be("[[40000,799980000]]");
        var again = await _host.Http.GetFromJsonAsync<JsonElement>(response.Headers.Location);
        again.GetRawText().Should().Be(end.GetRawText());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_before_that()
    {
        using var response = await PostAsync("t", Encoding.UTF8.GetBytes("a,b\n1\n"));
        response.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var job = (await ListAsync())[0];
        (job.GetProperty("state").GetString(), job.GetProperty("error").GetProperty("code").GetString()).Should().Be(("failed", "csv_ragged_row"));
    }

    [Fact]
    public async Task What_fails_afterwards_is_told_by_the_job()
    {
        await _host.IngestAsync("t", "other\n1\n");
        using var response = await PostAsync("t", Csv(10));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var job = await EndOfAsync(response);
        (job.GetProperty("state").GetString(), job.GetProperty("error").GetProperty("code").GetString()).Should().Be(("failed", "schema_conflict"));
        (await _host.RowsAsync("FROM t")).Should().Be("[[1]]");
    }

    [Fact]
    public async Task The_job_that_was_sent_last_is_committed_last()
    {
        for (var i = 0; i < 4; i++)
        {
            using var large = await PostAsync("t", Csv(60_000));
            using var small = await PostAsync("t", Csv(2));
            (await EndOfAsync(small)).GetProperty("result").GetProperty("version").GetInt64().Should().Be((2 * i) + 2);
            (await EndOfAsync(large)).GetProperty("result").GetProperty("version").GetInt64().Should().Be((2 * i) + 1);
            (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[2]]");
        }
    }

    /// <summary>Those that fail or are cancelled make place for the next ones.</summary>
    [Fact]
    public async Task A_job_does_not_wait_for_one_that_has_ended_without_a_commit()
    {
        await _host.IngestAsync("t", Encoding.UTF8.GetString(Csv(1)));
        using var large = await PostAsync("t", Csv(60_000));
        using var other = await PostAsync("t", "other\n1\n"u8.ToArray());
        using var small = await PostAsync("t", Csv(2));
        using var cancelled = await _host.Http.DeleteAsync(large.Headers.Location);
        (await EndOfAsync(other)).GetProperty("error").GetProperty("code").GetString().Should().Be("schema_conflict");
        (await EndOfAsync(small)).GetProperty("state").GetString().Should().Be("done");
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[2]]");
    }

    [Fact]
    public async Task A_stop_lets_jobs_end()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var first = await LakehouseHost.StartInAsync(folder.Path, ("ingest.segment_bytes", "64KiB")))
        {
            using var response = await PostAsync("t", Csv(60_000), first);
            var job = await response.Content.ReadFromJsonAsync<JsonElement>();
            job.GetProperty("state").GetString().Should().Be("running");
            id = job.GetProperty("id").GetString()!;
        }

        await using var second = await LakehouseHost.StartInAsync(folder.Path);
        (await second.Http.GetFromJsonAsync<JsonElement>($"/v1/ingest/jobs/{id}")).GetProperty("state").GetString().Should().Be("done");
        (await second.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[60000]]");
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var first = await LakehouseHost.StartInAsync(folder.Path, ("ingest.segment_bytes", "64KiB"), ("server.shutdown_timeout", "0s")))
        {
            using var response = await PostAsync("t", Csv(200_000), first);
            id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        }

        await using var second = await LakehouseHost.StartInAsync(folder.Path);
        var job = await second.Http.GetFromJsonAsync<JsonElement>($"/v1/ingest/jobs/{id}");
        (job.GetProperty("state").GetString(), job.GetProperty("error").GetProperty("code").GetString()).Should().Be(("failed", "ingest_interrupted"));
        (await second.SqlAsync("FROM t")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_cancelled_job_leaves_nothing()
    {
        for (var i = 0; i < 12; i++)
        {
            using var response = await PostAsync($"c{i}", Csv(30_000));
            await StorageEndpointTests.WaitForAsync(() => _host.Http.GetFromJsonAsync<JsonElement>(response.Headers.Location).Result is var job
                && (job.GetProperty("state").GetString() != "running" || job.GetProperty("fraction").GetDouble() >= 0.5 + (i / 24.0)));
            using var cancelled = await _host.Http.DeleteAsync(response.Headers.Location);
            var state = (await cancelled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString();
            state.Should().BeOneOf("cancelled", "done");
            (await _host.SqlAsync($"SELECT count(*) FROM c{i}")).Status.Should().Be(state == "done" ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
            var files = Directory.Exists(Path.Combine(_host.DataDirectory, "objects", "datasets", $"c{i}"));
            files.Should().Be(state == "done");
        }

        (await ListAsync()).Should().HaveCount(5, "only so many are kept");
        Directory.GetFiles(Path.Combine(_host.DataDirectory, "jobs")).Should().HaveCount(5);
    }

    [Fact]
    public async Task Jobs_are_known_after_a_restart_and_those_that_ran_have_failed()
    {
        using var folder = new TemporaryFolder();
        string done;
        await using (var first = await LakehouseHost.StartInAsync(folder.Path))
        {
            using var response = await PostAsync("t", Csv(10), first);
            done = (await EndOfAsync(response, first)).GetProperty("id").GetString()!;
        }

        var path = Path.Combine(folder.Path, "jobs", done + ".json");
        var running = "0123456789abcdef0123456789abcdef";
        var text = (await File.ReadAllTextAsync(path)).Replace(done, running).Replace("\"done\"", "\"running\"");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "jobs", running + ".json"), text);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "jobs", "broken.json"), "{\"id\":");
        (string Name, string Id)[] foreign =
        [
            ("00000000000000000000000000000001", "../../evil"), ("00000000000000000000000000000002", folder.File("evil")), ("evil", "evil"),
            ("00000000000000000000000000000003", running),
        ];
        foreach (var (name, id) in foreign)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, "jobs", name + ".json"), text.Replace(running, id));
        }

        var nameless = Path.Combine(folder.Path, "jobs", "00000000000000000000000000000004.json");
        await File.WriteAllTextAsync(nameless, "{\"name\":\"t\",\"state\":\"running\"}");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "jobs", done + ".json.new"), "{");
        await using var second = await LakehouseHost.StartInAsync(folder.Path);
        Directory.EnumerateFiles(folder.Path, "evil*", SearchOption.AllDirectories).Should().Equal(Path.Combine(folder.Path, "jobs", "evil.json"));
        Directory.EnumerateFiles(Path.Combine(folder.Path, "jobs"), "*.new").Should().BeEmpty();
        var jobs = (await second.Http.GetFromJsonAsync<JsonElement>("/v1/ingest/jobs")).GetProperty("jobs").EnumerateArray().ToList();
        jobs.Select(j => (j.GetProperty("id").GetString(), j.GetProperty("state").GetString())).Should().BeEquivalentTo([(done, "done"), (running, "failed")]);
        jobs.Single(j => j.GetProperty("id").GetString() == running).GetProperty("error").GetProperty("code").GetString().Should().Be("ingest_interrupted");
        (await second.Http.GetAsync("/v1/ingest/jobs/nope")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await second.Http.GetAsync("/v1/ingest/jobs/nope/events")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    /// <summary>An ingest whose sender waits is listed while it runs, and can be cancelled as well.</summary>
    [Fact]
    public async Task A_running_ingest_can_be_seen_and_cancelled()
    {
        var body = new StalledContent(Csv(20_000));
        var posting = _host.Http.PostAsync("/v1/ingest?name=t", body);
        await StorageEndpointTests.WaitForAsync(() => ListAsync().Result is [var job] && job.GetProperty("bytes_read").GetInt64() > 0);
        var id = (await ListAsync())[0].GetProperty("id").GetString();
        using var cancelled = await _host.Http.DeleteAsync($"/v1/ingest/jobs/{id}");
        (await cancelled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString().Should().Be("cancelled");
        body.End();
        using var refused = await posting;
        ((int)refused.StatusCode).Should().Be(499);
        (await ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_events_of_an_ingest_whose_sender_waits_have_an_end_too()
    {
        var body = new StalledContent(Csv(100));
        var posting = _host.Http.PostAsync("/v1/ingest?name=t", body);
        await StorageEndpointTests.WaitForAsync(() => ListAsync().Result is [var job] && job.GetProperty("state").GetString() == "running");
        var events = _host.Http.GetStringAsync($"/v1/ingest/jobs/{(await ListAsync())[0].GetProperty("id").GetString()}/events");
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        body.End();
        (await events).Should().Contain("event: end").And.Contain("\"state\":\"done\"");
        (await posting).EnsureSuccessStatusCode();
    }

    private async Task<HttpResponseMessage> PostAsync(string name, byte[] content, LakehouseHost? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest?name={name}") { Content = new ByteArrayContent(content) };
        request.Headers.Add("Prefer", "respond-async, wait=1");
        return await (host ?? _host).Http.SendAsync(request);
    }

    private async Task<JsonElement> EndOfAsync(HttpResponseMessage response, LakehouseHost? host = null)
    {
        JsonElement job = default;
        await StorageEndpointTests.WaitForAsync(() =>
        {
            job = (host ?? _host).Http.GetFromJsonAsync<JsonElement>(response.Headers.Location).Result;
            return job.GetProperty("state").GetString() != "running";
        });
        return job;
    }

    private async Task<List<JsonElement>> ListAsync() =>
        [.. (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/ingest/jobs")).GetProperty("jobs").EnumerateArray()];

    private static byte[] Csv(int rows) =>
        Encoding.UTF8.GetBytes("id,text\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},some text that takes room {i % 97}\n")));
}
