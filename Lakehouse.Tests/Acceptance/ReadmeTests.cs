using System.Globalization;
using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;
using Xunit.Abstractions;

namespace Lakehouse.Tests.Acceptance;

/// <summary>
/// The examples of README and of the pages in docs, run in their order against the built program: each command ends well, and each answer that the page shows
/// comes, but for ids and times. Each page begins with a new server.
/// </summary>
public sealed partial class ReadmeTests(ITestOutputHelper output)
{
    private const string Address = "127.0.0.1:3110";

    // The two commands of the set-up are what runs this test; the lines for Ollama need a server of it.
    private static readonly string[] NotRun = ["dotnet run ", "dotnet tool restore", "export LAKEHOUSE__EMBED__PROVIDER=ollama"];

    [Theory]
    [InlineData("README.md", 9, 16)]
    [InlineData("docs/search.md", 3, 16)]
    [InlineData("docs/manifest.md", 1, 1)]
    [InlineData("docs/sql.md", 3, 5)]
    [InlineData("docs/ingest.md", 3, 14)]
    [InlineData("docs/access.md", 2, 1)]
    [InlineData("docs/audit.md", 1, 1)]
    [InlineData("docs/memory.md", 1, 1)]
    [InlineData("docs/iceberg.md", 1, 1)]
    public async Task What_a_page_shows_is_what_one_gets(string page, int ranMin, int comparedMin)
    {
        using var folder = new TemporaryFolder();
        await using var server = await LakehouseProcess.StartAsync(folder.File("data"), page == "docs/access.md" ? ["--auth.token", "ADMIN"] : []);
        var alias = string.Empty;
        var (ran, compared) = (0, 0);
        foreach (var (script, shown) in Examples(await File.ReadAllLinesAsync(Repository.File(page))))
        {
            if (Array.Exists(NotRun, command => script.StartsWith(command, StringComparison.Ordinal)))
            {
                continue;
            }

            alias = AliasLine().Match(script) is { Success: true } match ? match.Value : alias;
            var actual = await RunAsync(folder.Path, server.Http.BaseAddress!.Authority, alias, script);
            output.WriteLine($"$ {script}\n{string.Join('\n', actual)}");
            var next = 0;
            foreach (var line in shown)
            {
                var found = actual.FindIndex(next, candidate => IsShown(line, candidate));
                found.Should().BeGreaterThanOrEqualTo(0, "the page shows\n{0}\nafter\n{1}\nwhich gives\n{2}", line, script, string.Join('\n', actual));
                next = found + 1;
                compared++;
            }

            // An error that the page does not show is a fault of the example.
            actual.Where(line => ErrorStatus().IsMatch(line) && !shown.Exists(s => IsShown(s, line))).Should().BeEmpty("of {0}", script);
            ran++;
        }

        ran.Should().BeGreaterThanOrEqualTo(ranMin);
        compared.Should().BeGreaterThanOrEqualTo(comparedMin);
    }

    [Fact]
    public void No_page_has_examples_that_are_not_run()
    {
        var run = typeof(ReadmeTests).GetMethod(nameof(What_a_page_shows_is_what_one_gets))!.GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Cast<InlineDataAttribute>().Select(a => Repository.File(((string)a.GetData(null!).Single()[0]).Split('/')));
        var pages = Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md"));

        pages.Where(page => Examples(File.ReadAllLines(page)).Count > 0).Should().BeEquivalentTo(run);
    }

    /// <summary>What stands between fences of <c>sh</c>, with what the fence right behind it shows.</summary>
    private static List<(string Script, List<string> Shown)> Examples(string[] lines)
    {
        var examples = new List<(string, List<string>)>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "```sh")
            {
                continue;
            }

            var script = Fenced(lines, ref i);
            var shown = new List<string>();
            if (i + 1 < lines.Length && lines[i + 1] is "```json" or "```")
            {
                i++;
                shown = Fenced(lines, ref i);
            }

            examples.Add((string.Join('\n', script), shown));
        }

        return examples;
    }

    private static List<string> Fenced(string[] lines, ref int at)
    {
        var start = at + 1;
        at = Array.IndexOf(lines, "```", start);
        return [.. lines[start..at]];
    }

    /// <summary>Runs commands as a person does: on a terminal, in one folder, against the server of this test.</summary>
    private static async Task<List<string>> RunAsync(string folder, string authority, string alias, string script)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "lakehouse.dll");
        var text = $$"""
            set -euo pipefail
            shopt -s expand_aliases
            stty rows 50 columns 200
            export LAKEHOUSE__SERVER__BIND={{authority}} TERM=xterm
            curl() { command curl -sS "$@"; echo; }
            {{alias}}
            {{script}}
            """;
        text = text.Replace(Address, authority, StringComparison.Ordinal).Replace(
            "Lakehouse.Host/bin/Release/net10.0/lakehouse.dll", program, StringComparison.Ordinal);
        var file = Path.Combine(folder, "example.sh");
        await File.WriteAllTextAsync(file, text);
        var (code, printed, error) = await LakehouseProcess.RunCommandAsync(folder, "script", "-qec", $"bash '{file}'", "/dev/null");
        code.Should().Be(0, "of {0}, which prints {1} {2}", script, printed, error);
        return [.. Escape().Replace(printed, string.Empty).ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
    }

    /// <summary>True when a line is the one that the page shows; what follows <c>...</c> there is not shown.</summary>
    private static bool IsShown(string shown, string actual)
    {
        var (expected, given) = (Normalize(shown), Normalize(actual));
        return expected.EndsWith(" ...", StringComparison.Ordinal) ? given.StartsWith(expected[..^4].TrimEnd(), StringComparison.Ordinal) : expected == given;
    }

    private static string Normalize(string line) => Distance().Replace(
        Varying().Replace(line, "\"${name}\":*").TrimEnd(),
        m => double.Parse(m.Value, CultureInfo.InvariantCulture).ToString("F5", CultureInfo.InvariantCulture));

    /// <summary>Processors add up the parts of a distance in different orders, so its last digits differ.</summary>
    [GeneratedRegex(@"(?<=""distance"":)\d+\.\d+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Distance();

    /// <summary>Ids and times.</summary>
    [GeneratedRegex(@"""(?<name>trace_id|query_id|etag|elapsed_ms)"":(""[^""]*""|[0-9.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Varying();

    [GeneratedRegex(@"^alias .*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex AliasLine();

    [GeneratedRegex(@"""status"":[45]\d\d,""code"":", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ErrorStatus();

    [GeneratedRegex(@"\e(\[[0-9;?]*[A-Za-z]|[=>])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Escape();
}
