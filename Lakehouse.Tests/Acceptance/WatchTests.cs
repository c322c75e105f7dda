using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary><c>ingest</c> with patterns and with <c>--watch</c>, as the built program does it.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Patterns_find_files_where_the_shell_does_not()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        Directory.CreateDirectory(_folder.File("in/deep"));
        await WriteAsync("in/b.csv", "x\n2\n");
        await WriteAsync("in/a.csv", "x\n1\n");
        await WriteAsync("in/deep/c.csv", "x\n3\n");
        await WriteAsync("in/d.txt", "x\n4\n");
        (await IngestAsync(url, _folder.File("in/*.csv"), "--name", "t")).Output.Should().StartWith("t: 2 rows, version 1");
        (await server.RowsAsync("FROM t")).Should().Be("[[1],[2]]");
        (await IngestAsync(url, _folder.File("in/**/*.csv"), "--name", "t")).Output.Should().StartWith("t: 3 rows, version 2");
        await WriteAsync("in/.e.csv", "x\n5\n");
        await WriteAsync("in/deep/.f.csv", "x\n6\n");
        (await IngestAsync(url, _folder.File("in/**/*.csv"), "--name", "t")).Output.Should().StartWith("t: 3 rows", "hidden files are not meant");
        (await IngestAsync(url, _folder.File("in/.*.csv"), "--name", "t")).Output.Should().StartWith("t: 1 row,");
        await WriteAsync("in/x.csv", "x\n1,2\n");
        (await IngestAsync(url, _folder.File("in/*.csv"), "--name", "t")).Error.Should().StartWith("x.csv: Line 2");
        (await IngestAsync(url, _folder.File("in/*.json"), "--name", "t")).Error.Should().Contain("No file matches");

        // A switch needs no value, a type may hold brackets, and a column that one value has made text is told.
        await WriteAsync("in/list.json", "[{\"x\": [1, 2]}]");
        (await IngestAsync(url, _folder.File("in/list.json"), "--preview")).Output.Should().Contain("BIGINT[]").And.Contain("[1, 2]");
        await WriteAsync("in/x.csv", "x\n1\nn/a\n");
        var (code, output, error) = await IngestAsync(url, _folder.File("in/x.csv"), "--name", "t", "--evolve", "--mode", "append");
        (code, output).Should().Match<(int Code, string Output)>(t => t.Code == 0 && t.Output.StartsWith("t: "), error);
        error.Should().Contain("'x' was BIGINT and is VARCHAR now").And.Contain("x is VARCHAR because of 'n/a' in line 3 (BIGINT until then)");
    }

    /// <summary>The command is killed again and again while files come: each is in the dataset once.</summary>
    [Fact]
    public async Task What_comes_into_a_folder_is_ingested_once_across_kills()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        Directory.CreateDirectory(_folder.File("in"));
        var written = 0;
        foreach (var seconds in (string[])["1.5", "2.2", "2.5", "3"])
        {
            var watching = WatchAsync(url, seconds, "--name", "t");
            for (var i = 0; i < 4; i++)
            {
                await WriteAsync($"in/{written}.csv", $"x\n{written}\n");
                written++;
            }

            await WriteAsync("in/broken.csv", $"x,y\n{seconds}\n"); // refused, and no reason to stop
            await WriteAsync("in/half.csv.part", "x\n1000\n");
            await watching;
        }

        await RunUntilAsync(url, async (_, _) => (await ManifestAsync(server)).Contains($"\"row_count\":{written},", StringComparison.Ordinal), "--name", "t");
        (await server.RowsAsync("SELECT count(*), count(DISTINCT x), min(x), max(x) FROM t")).Should().Be($"[[{written},{written},0,{written - 1}]]");

        // A file that was touched is the same, and the rows of one that has grown would be added twice.
        File.SetLastWriteTimeUtc(_folder.File("in/1.csv"), DateTime.UtcNow);
        await WriteAsync("in/0.csv", "x\n0\n200\n");
        var (output, error) = await RunUntilSaidAsync(url, ["0.csv: left out"], "--name", "t");
        output.Should().BeEmpty();
        error.Should().Contain("0.csv: left out, because it has changed").And.NotContain("1.csv");

        // Where a kill has come between the sending of the file and the answer, nobody knows that it was refused.
        if (!error.Contains("broken.csv: left out, because it has changed since it was sent to 't', and there was no answer", StringComparison.Ordinal))
        {
            error.Should().Contain("1 file was refused before")
                .And.NotContain("broken.csv:", "what was refused is not tried again until it has changed");
        }

        (await IngestAsync(url, "--watch", _folder.File("nowhere"), "--name", "t")).Error.Should().Contain("There is no folder");
    }

    /// <summary>Of what is in a folder, one thing does not hold up another, and what would be lost or doubled is left out with a word.</summary>
    [Fact]
    public async Task What_cannot_be_taken_does_not_hold_up_the_rest()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        Directory.CreateDirectory(_folder.File("in/sub.csv"));
        await WriteAsync("in/.lakehouse-ingested", "{\"file\":\"z.csv\",\"si"); // the first line that a command wrote was cut off
        (await LakehouseProcess.RunCommandAsync(_folder.Path, "mkfifo", [_folder.File("in/a.csv")])).ExitCode.Should().Be(0);
        File.CreateSymbolicLink(_folder.File("in/b.csv"), _folder.File("nowhere.csv"));
        await WriteAsync("in/c.csv", string.Empty);
        await WriteAsync("in/d.csv", "x\n1\n");
        await WriteAsync("in/d.tsv", "x\n2\n");
        await WriteAsync("in/two words.csv", "x\n3\n");
        var (output, error) = await RunUntilSaidAsync(url, ["b.csv: ", "d.csv -> ", "d.tsv: ", "two words.csv: "]);
        output.Trim().Should().StartWith("d.csv -> d: 1 row").And.NotContain("\n");
        error.Should().Contain("b.csv: left out for now").And.Contain("d.tsv: left out, because the dataset 'd' is that of d.csv")
            .And.Contain("two words.csv: ");
        (await server.RowsAsync("FROM d")).Should().Be("[[1]]");

        // Changed, it replaces its dataset; an option that the server refuses ends the command, and no file is refused because of it.
        await WriteAsync("in/d.csv", "x\n10\n");
        (await WatchAsync(url, "60", "--decimal", ";")).Error.Should().Contain("The option decimal is refused");
        (await RunUntilSaidAsync(url, ["d.csv -> "])).Output.Should().Contain("d.csv -> d: 1 row, version 2");
        (await server.RowsAsync("FROM d")).Should().Be("[[10]]");

        var gone = WatchAsync(url, "60", "--name", "t", "--format", "csv");
        await Until.HoldsAsync(async () => (await ManifestAsync(server)).Contains("row_count", StringComparison.Ordinal));
        Directory.Delete(_folder.File("in"), recursive: true);
        var (code, _, told) = await gone;
        (code, told.Contains("is gone", StringComparison.Ordinal)).Should().Be((1, true), told);
    }

    [Fact]
    public async Task A_renamed_file_is_not_ingested_again_and_other_options_are_tried_on_what_was_refused()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        Directory.CreateDirectory(_folder.File("in"));
        await WriteAsync("in/a.csv", "x\n1\n");
        await WriteAsync("in/wide.csv", "x\n1,2\n3\n");
        await RunUntilSaidAsync(url, ["a.csv -> ", "wide.csv: "], "--name", "t");
        File.Move(_folder.File("in/a.csv"), _folder.File("in/b.csv"));
        await WriteAsync("in/c.csv", "x\n1\n"); // the same bytes, and another file
        var (_, error) = await RunUntilSaidAsync(url, ["b.csv: was a.csv", "c.csv -> ", "wide.csv -> "], "--name", "t", "--on-error", "skip");
        error.Should().Contain("line 2 left out");
        (await server.RowsAsync("FROM t ORDER BY x")).Should().Be("[[1],[1],[3]]");
    }

    /// <summary>The command was killed after the server had the file, and before it could write that down.</summary>
    [Theory]
    [InlineData("x\n1\n", "[[1],[5]]", "a.csv -> ")]
    [InlineData("x\n1\n2\n", "[[1],[5]]", "a.csv: left out, because it has changed since it was sent")]
    public async Task A_file_whose_answer_was_lost_is_not_ingested_twice(string content, string rows, string said)
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"));
        var url = server.Http.BaseAddress!.ToString();
        Directory.CreateDirectory(_folder.File("in"));
        await WriteAsync("in/a.csv", "x\n1\n");
        await RunUntilSaidAsync(url, ["a.csv -> "], "--name", "t");
        var lines = await File.ReadAllLinesAsync(_folder.File("in/.lakehouse-ingested"));
        lines.Should().HaveCount(2);
        await WriteAsync("in/.lakehouse-ingested", lines[0] + "\n" + lines[1][..10]);
        await WriteAsync("in/a.csv", content);
        await WriteAsync("in/b.csv", "x\n5\n");
        await RunUntilSaidAsync(url, [said, "b.csv -> "], "--name", "t");
        (await server.RowsAsync("FROM t ORDER BY x")).Should().Be(rows);
    }

    [Fact]
    public async Task Without_a_name_each_file_is_a_dataset_and_a_server_that_is_away_is_waited_for()
    {
        Directory.CreateDirectory(_folder.File("in"));
        await WriteAsync("in/one.csv", "x\n1\n");
        await WriteAsync("in/two.ndjson", "{\"y\":2}\n");
        string url;
        await using (var server = await LakehouseProcess.StartAsync(_folder.File("data")))
        {
            url = server.Http.BaseAddress!.ToString();
        }

        (await RunUntilSaidAsync(url, ["No answer from"])).Error.Should().Contain("No answer from");
        await using var again = await LakehouseProcess.StartAsync(_folder.File("data"));
        await RunUntilSaidAsync(again.Http.BaseAddress!.ToString(), ["one.csv -> ", "two.ndjson -> "]);
        (await again.RowsAsync("SELECT x, y FROM one, two")).Should().Be("[[1,2]]");
    }

    /// <summary>A person who ends the command does not want the rows any more.</summary>
    [Fact]
    public async Task An_interrupt_cancels_what_the_server_goes_on_with()
    {
        await using var server = await LakehouseProcess.StartAsync(_folder.File("data"), "--ingest.segment_bytes", "64KiB", "--ingest.threads", "1");
        var program = Path.Combine(AppContext.BaseDirectory, "lakehouse.dll");
        await WriteAsync("big.csv", "id,text\n" + string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i},some text that takes room {i % 97}\n")));
        var script = $$"""
            dotnet '{{program}}' ingest '{{_folder.File("big.csv")}}' --name t --url {{server.Http.BaseAddress}} &
            until curl -s {{server.Http.BaseAddress}}v1/ingest/jobs | grep -E '"fraction":(0\.[5-9]|1)|"state":"(done|failed)'; do sleep 0.02; done
            kill -INT $!
            wait $!
            echo "code $?"
            """;
        await WriteAsync("interrupt.sh", "set -m\n" + script);
        var (_, output, error) = await LakehouseProcess.RunCommandAsync(_folder.Path, "bash", _folder.File("interrupt.sh"));
        var job = "running";
        await Until.HoldsAsync(async () =>
        {
            // Of a command that was still sending, the server learns only from the connection.
            job = (await server.Http.GetFromJsonAsync<JsonElement>("/v1/ingest/jobs")).GetProperty("jobs")[0].GetProperty("state").GetString();
            return job != "running";
        });
        job.Should().BeOneOf(["cancelled", "done"], error);
        output.Should().Contain(job == "done" ? "code " : "code 130");
        (await server.Http.GetAsync("/v1/catalog/manifest/t")).IsSuccessStatusCode.Should().Be(job == "done");
    }

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(_folder.File(name), content);

    private static Task<(int ExitCode, string Output, string Error)> IngestAsync(string url, params string[] arguments) =>
        LakehouseProcess.RunAsync(NoEnvironment, ["ingest", "--url", url, .. arguments]);

    private static async Task<string> ManifestAsync(LakehouseProcess server)
    {
        using var answer = await server.Http.GetAsync("/v1/catalog/manifest/t");
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<(string Output, string Error)> RunUntilSaidAsync(string url, string[] said, params string[] arguments) =>
        RunUntilAsync(url, (output, error) => Task.FromResult(said.All((output + error).Contains)), arguments);

    private Task<(string Output, string Error)> RunUntilAsync(string url, Func<string, string, Task<bool>> isDone, params string[] arguments) =>
        LakehouseProcess.RunUntilAsync(isDone, ["ingest", "--url", url, "--watch", _folder.File("in"), .. arguments]);

    /// <summary>Watches for some seconds, and is killed then.</summary>
    private Task<(int ExitCode, string Output, string Error)> WatchAsync(string url, string seconds, params string[] arguments) =>
        LakehouseProcess.RunCommandAsync(
            _folder.Path, "timeout",
            [
                "-s", "KILL", seconds, "dotnet", Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), "ingest", "--url", url, "--watch", _folder.File("in"),
                .. arguments,
            ]);
}
