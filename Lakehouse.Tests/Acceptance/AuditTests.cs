using System.Globalization;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>The audit of the built program, when it is killed and when it is stopped.</summary>
public sealed class AuditTests
{
    private const int WaitingMax = 300;

    [Fact]
    public async Task A_kill_loses_at_most_the_bound_and_doubles_nothing()
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["--audit.max_waiting", $"{WaitingMax}", "--audit.flush_rows", "100", "--audit.flush_every", "1h"];
        var answered = 0;
        for (var round = 0; round < 3; round++)
        {
            await using var server = await LakehouseProcess.StartAsync(folder.Path, settings);
            for (var part = 0; part < 5; part++)
            {
                // So that no more wait than may, however slow the machine is.
                await AskAsync(server, answered, 150);
                answered += 150;
                await Until.HoldsAsync(async () => await CountAsync(server) >= answered - (round * WaitingMax) - 140);
            }

            await AskAsync(server, answered, 170);
            answered += 170;
            await server.KillAsync();
        }

        await using var last = await LakehouseProcess.StartAsync(folder.Path, settings);
        var rows = JsonElement.Parse(await last.RowsAsync(
            "SELECT count(*), count(DISTINCT session_id) FROM lakehouse.audit WHERE session_id IS NOT NULL"))[0];
        var (count, distinct) = (rows[0].GetInt32(), rows[1].GetInt32());
        distinct.Should().Be(count);
        count.Should().BeInRange(answered - (3 * WaitingMax), answered);
    }

    [Fact]
    public async Task A_stop_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await LakehouseProcess.StartAsync(folder.Path, "--audit.flush_every", "1h"))
        {
            await AskAsync(server, 0, 50);
            (await server.StopAsync()).Should().Be(0);
        }

        await using var last = await LakehouseProcess.StartAsync(folder.Path);
        (await last.RowsAsync("SELECT count(DISTINCT session_id) FROM lakehouse.audit")).Should().Be("[[50]]");
    }

    private static async Task<int> CountAsync(LakehouseProcess server) =>
        JsonElement.Parse(await server.RowsAsync("SELECT count(*) FROM lakehouse.audit WHERE session_id IS NOT NULL"))[0][0].GetInt32();

    /// <summary>Sends requests from four connections, each with a session's id of its own.</summary>
    private static async Task AskAsync(LakehouseProcess server, int first, int count)
    {
        var next = first;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= first + count)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/whoami");
                request.Headers.Add("X-Session-Id", number.ToString(CultureInfo.InvariantCulture));
                using var answer = await server.Http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
            }
        })));
    }
}
