using System.Text.RegularExpressions;
using Lakehouse.Core.Errors;
using Lakehouse.Host.Server.Edge;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit;

/// <summary>
/// docs/errors.md lists the codes of all errors. When LAKEHOUSE_WRITE_DOCS is set, this test generates it from the source code; otherwise it compares the two.
/// </summary>
public sealed partial class ErrorCodeTests
{
    private const string Head =
        """
        # Error codes

        An error is a problem document (RFC 9457, `application/problem+json`): `title` and `status` are HTTP's, `code` is one of these and does not change,
        `detail` is a sentence or two for a person, `trace_id` is what the log has. Some have more members, such as `position` or `line`.

        A status of 503 has `Retry-After`. What is answered 4xx stays so until the request is another one; 5xx can pass by itself or when the machine, the
        store or a server behind this one is well again.

        | code | status | module |
        | --- | --- | --- |

        """;

    [Fact]
    public void The_page_lists_the_codes_there_are()
    {
        var rows = Find().Distinct().Order(StringComparer.Ordinal).ToList();
        rows.Should().HaveCountGreaterThan(80);
        var page = Head.ReplaceLineEndings("\n") + string.Join('\n', rows) + "\n";
        var path = Repository.File("docs", "errors.md");
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_WRITE_DOCS") is not null)
        {
            File.WriteAllText(path, page);
        }

        File.ReadAllText(path).Should().Be(page, "LAKEHOUSE_WRITE_DOCS=1 writes it anew");
    }

    /// <summary>Finds errors that are created with a kind followed by a code. A constant for a code is looked up in the same file.</summary>
    private static IEnumerable<string> Find()
    {
        foreach (var path in Directory.EnumerateFiles(Repository.File("Lakehouse.Modules"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.File("Lakehouse.Host"), "*.cs", SearchOption.AllDirectories)))
        {
            var relative = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
            if (relative.Contains("/obj/", StringComparison.Ordinal))
            {
                continue;
            }

            var module = relative.StartsWith("Lakehouse.Host", StringComparison.Ordinal) ? "Host" : relative.Split('/')[1];
            var text = File.ReadAllText(path);
            foreach (Match match in Code().Matches(text))
            {
                var code = match.Groups["code"].Success
                    ? match.Groups["code"].Value
                    : Regex.Match(text, $"const string {match.Groups["name"].Value} = \"(?<code>[a-z0-9_]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1))
                        .Groups["code"].Value;
                if (code.Length > 0)
                {
                    yield return Row(code, match.Groups["kind"].Value, module);
                }
            }

            // Helper methods that set the kind themselves.
            foreach (var (pattern, kind) in Helpers)
            {
                foreach (Match match in pattern.Matches(text))
                {
                    yield return Row(match.Groups["code"].Value, kind, module);
                }
            }
        }
    }

    private static string Row(string code, string kind, string module) => $"| `{code}` | {ProblemGate.StatusOf(Enum.Parse<ErrorKind>(kind))} | {module} |";

    private static readonly (Regex Pattern, string Kind)[] Helpers =
    [
        (BusyCode(), "Busy"), (CsvCode(), "Unprocessable"), (ConflictCode(), "Conflict"), (RefusedCode(), "InvalidInput"),
    ];

    [GeneratedRegex(@"(TooMany|Limit)\(""(?<code>[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BusyCode();

    [GeneratedRegex(@"""(?<code>csv_[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CsvCode();

    [GeneratedRegex(
        @"SearchErrors\.Conflict\(\s*""(?<code>[a-z0-9_]+)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ConflictCode();

    [GeneratedRegex(@"Refuse\(""(?<code>[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RefusedCode();

    [GeneratedRegex(
        @"ErrorKind\.(?<kind>\w+),\s+(""(?<code>[a-z0-9_]+)""|(?<name>[A-Z]\w+)),",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
