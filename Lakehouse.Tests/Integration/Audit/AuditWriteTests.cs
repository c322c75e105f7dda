using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Audit;
using Lakehouse.Audit.Internal;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Internal;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
using Lakehouse.Query.Internal.Rows;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;
using Lakehouse.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lakehouse.Tests.Integration.Audit;

/// <summary>How the rows of the audit are written: once, in whatever way the store or the disk fails, and within their bounds.</summary>
public sealed class AuditWriteTests
{
    private static readonly (string Key, string Value)[] On = [("audit.enabled", "true"), ("audit.flush_every", "1h")];

    [Fact]
    public async Task Whatever_call_of_the_store_fails_a_batch_is_written_once()
    {
        await using var host = await LakehouseHost.StartAsync();
        var settings = new SettingsReader(new ConfigurationBuilder().Build());
        var store = new FailingStore(host.Service<IObjectStore>());
        using var catalog = new ManifestCatalog(
            store,
            new ManifestFiles(store, host.Service<IManifestCodec>(), host.Service<IJournal>(), NullLogger<ManifestFiles>.Instance),
            CatalogOptions.Read(settings),
            TimeProvider.System,
            NullLogger<ManifestCatalog>.Instance);
        var opened = new RowFiles(store, host.Service<IScratchSpace>(), catalog, host.Service<IDatasetRows>());
        using var files = opened.Open(AuditColumns.Given, AuditOptions.Read(settings).MemoryLimitBytes);
        var rows = 0;
        for (var call = 1; ; call++)
        {
            using var some = Rows(Record(rows++), Record(rows++));
            using var batch = files.Write(some.Lines, some.Count, some.LongestBytes);
            store.FailOnly(call);
            var failed = false;
            try
            {
                await files.AppendAsync(DatasetName.OfProgram("audit"), batch, "audit", default);
            }
            catch (LakehouseException)
            {
                failed = true;
            }

            store.Mend();
            if (!failed)
            {
                break;
            }

            await files.AppendAsync(DatasetName.OfProgram("audit"), batch, "audit", default);
            var written = catalog.Find(DatasetName.OfProgram("audit"))!;
            written.RowCount.Should().Be(rows, "call {0} failed", call);
            written.Objects.Sum(o => o.RowCount).Should().Be(rows);
        }

        rows.Should().BeGreaterThan(6, "some calls failed");
    }

    [Fact]
    public async Task What_cannot_be_written_waits_and_is_written_later()
    {
        await using var host = await LakehouseHost.StartAsync([.. On, ("audit.max_waiting", "20")]);
        await host.SqlAsync("SELECT 'first'");
        await FlushAsync(host);

        // The folder of the dataset's manifests is a file now, so no version can be put.
        var folder = Directory.EnumerateDirectories(host.DataDirectory, "__audit", SearchOption.AllDirectories).ToList();
        folder.Should().NotBeEmpty();
        foreach (var path in folder)
        {
            Directory.Move(path, path + ".away");
            await File.WriteAllTextAsync(path, string.Empty);
        }

        for (var i = 0; i < 40; i++)
        {
            (await host.SqlAsync($"SELECT {i}")).Status.Should().Be(HttpStatusCode.OK);
        }

        using (var refused = await host.Http.PostAsync("/v1/audit/flush", null))
        {
            ((int)refused.StatusCode).Should().BeGreaterThanOrEqualTo(500);
        }

        foreach (var path in folder)
        {
            File.Delete(path);
            Directory.Move(path + ".away", path);
        }

        await FlushAsync(host);
        (await host.RowsAsync("SELECT count(*), count(DISTINCT trace_id) FROM lakehouse.audit WHERE sql SIMILAR TO 'SELECT [0-9]+'")).Should().Be(
            "[[19,19]]", "one of the 20 is the flush before");
        var summary = await host.Http.GetFromJsonAsync<JsonElement>("/v1/audit/summary?by=route");
        summary.GetProperty("rows_dropped").GetInt64().Should().Be(22, "21 statements and a flush found no room");
        var journal = await host.Http.GetStringAsync("/v1/journal");
        journal.Should().Contain("audit_rows_dropped").And.Contain("22 since the start");
    }

    [SmallDiskFact]
    public async Task A_full_disk_holds_the_rows_up_and_loses_none()
    {
        using var disk = new SmallDisk("24m");
        await using var host = await LakehouseHost.StartInAsync(disk.Path, On);
        await host.SqlAsync("SELECT 'before'");
        await FlushAsync(host);
        var filler = Path.Combine(disk.Path, "filler");
        try
        {
            await using var file = File.Create(filler);
            await file.WriteAsync(new byte[32 << 20]);
        }
        catch (IOException)
        {
            // It is full.
        }

        await host.SqlAsync("SELECT 'meanwhile'");
        using (var refused = await host.Http.PostAsync("/v1/audit/flush", null))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.InsufficientStorage, await refused.Content.ReadAsStringAsync());
        }

        File.Delete(filler);
        await FlushAsync(host);
        (await host.RowsAsync("SELECT sql FROM lakehouse.audit WHERE sql IN ('SELECT ''before''', 'SELECT ''meanwhile''') ORDER BY time")).Should().Be(
            """[["SELECT 'before'"],["SELECT 'meanwhile'"]]""");
    }

    [Fact]
    public async Task Many_rows_are_written_while_requests_go_on_and_small_files_are_merged()
    {
        await using var host = await LakehouseHost.StartAsync(
            ("audit.enabled", "true"), ("audit.flush_every", "100ms"), ("audit.flush_rows", "20"),
            ("query.compact_files", "4"), ("query.compact_every", "100ms"));
        for (var i = 0; i < 400; i++)
        {
            (await host.Http.GetAsync("/v1/whoami")).EnsureSuccessStatusCode();
        }

        const string written = "SELECT count(*), count(DISTINCT trace_id) FROM lakehouse.audit WHERE route = '/v1/whoami'";
        await FlushAsync(host);
        await Until.HoldsAsync(async () => await host.RowsAsync(written) == "[[400,400]]");
        await Until.HoldsAsync(() => host.Service<ICatalog>().ListOfProgram().Single().Objects.Count < 8);
        (await host.RowsAsync(written)).Should().Be("[[400,400]]");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_of_a_tool_is_told_as_one(bool hasSession)
    {
        await using var host = await LakehouseHost.StartAsync(On);
        await host.IngestAsync("t", "a\n1\n");
        var session = hasSession ? await BeginAsync(host) : null;
        (await PostAsync(host, Call("query", """{"sql": "SELECT a FROM t"}"""), session)).EnsureSuccessStatusCode();
        (await PostAsync(host, Call("query", """{"sql": "FROM nothing"}"""), session)).EnsureSuccessStatusCode();
        await FlushAsync(host);

        const string columns = "route, tool, status, code, sql, datasets, session_id";
        (await host.RowsAsync($"SELECT {columns} FROM lakehouse.audit WHERE tool IS NOT NULL ORDER BY time")).Should().Be(
            $"""[["/mcp","query",200,null,"SELECT a FROM t",["t@1"],{Quoted(session)}],"""
                + $"""["/mcp","query",200,"unknown_dataset","FROM nothing",[],{Quoted(session)}]]""");
    }

    [Fact]
    public async Task It_is_the_same_with_an_engine_process()
    {
        await using var host = await LakehouseHost.StartAsync([.. On, ("query.isolation", "process")]);
        (await host.RowsAsync("SELECT count(*) FROM lakehouse.audit")).Should().Be("[[0]]");
        await host.IngestAsync("t", "a\n1\n2\n");
        await host.SqlAsync("SELECT a FROM t");
        await host.SqlAsync("SELECT 1 +");
        await FlushAsync(host);

        (await host.RowsAsync(
            "SELECT sql, status, code, datasets, \"rows\", engine_ms > 0 FROM lakehouse.audit WHERE sql IN ('SELECT a FROM t', 'SELECT 1 +') ORDER BY time"))
            .Should().Be("""[["SELECT a FROM t",200,null,["t@1"],2,true],["SELECT 1 +",400,"sql_error",[],0,true]]""");
        (await host.RefusalAsync("FROM \"__audit\"")).Code.Should().Be("sql_forbidden");
    }

    private static AuditRows Rows(params RequestRecord[] records)
    {
        var rows = new AuditRows();
        foreach (var record in records)
        {
            rows.Add(AuditRowWriter.Write(record, AuditTexts.Full));
        }

        return rows;
    }

    private static RequestRecord Record(int number) => new()
    {
        StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
        TraceId = number.ToString(CultureInfo.InvariantCulture),
        Path = "/v1/sql",
    };

    private static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";

    private static string Call(string tool, string arguments) =>
        $$$"""{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "{{{tool}}}", "arguments": {{{arguments}}}}}""";

    private static async Task<string> BeginAsync(LakehouseHost host)
    {
        const string hello = """
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
             "clientInfo": {"name": "test", "version": "1"}}}
            """;
        using var answer = await PostAsync(host, hello, null);
        var session = answer.EnsureSuccessStatusCode().Headers.GetValues("Mcp-Session-Id").Single();
        (await PostAsync(host, """{"jsonrpc": "2.0", "method": "notifications/initialized"}""", session)).EnsureSuccessStatusCode();
        return session;
    }

    private static async Task<HttpResponseMessage> PostAsync(LakehouseHost host, string message, string? session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(message, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }

        var answer = await host.Http.SendAsync(request);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private static async Task FlushAsync(LakehouseHost host)
    {
        using var answer = await host.Http.PostAsync("/v1/audit/flush", null);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }
}
