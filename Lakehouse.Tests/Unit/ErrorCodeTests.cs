using System.Text.RegularExpressions;
using Lakehouse.Core.Errors;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit;

/// <summary>
/// docs/errors.md lists the codes of all errors. When LAKEHOUSE_WRITE_DOCS is set, this test writes the first three columns from the source code; otherwise it
/// compares. The last column, what to do, is written by hand and kept.
/// </summary>
public sealed partial class ErrorCodeTests
{
    private const string Head =
        """
        # Error codes

        An error is a problem document (RFC 9457, `application/problem+json`): `title` and `status` are HTTP's, `code` is one of these and does not change,
        `detail` is a sentence or two for a person, `trace_id` is what the log has. Some have more members, such as `position` or `line`. `/v1/embeddings`,
        `/v1/models` and `/api/embed` answer errors in the forms of OpenAI and Ollama, with the same status, and with OpenAI's own code where it has one
        (`model_not_found`, `invalid_api_key`). Before a request is read as one, the HTTP server itself can refuse it without a body: a malformed request
        line or header (400), headers that are too slow (408), a first line (414) or headers (431) that are too long.

        A status of 503 has `Retry-After`. What is answered 4xx stays so until the request is another one; 5xx can pass by itself or when the machine, the
        store or a server behind this one is well again. Two codes have more than one status: `object_not_found` is 404 when the address names the object, and
        400 when the body does; `invalid_request` is 400, or another 4xx where the HTTP server has found what is wrong.

        | code | status | module | what to do |
        | --- | --- | --- | --- |

        """;

    private static readonly IReadOnlyList<(string Path, string Module, string Text)> Sources =
    [
        .. from folder in (string[])["Lakehouse.Modules", "Lakehouse.Host"]
           from path in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
           let relative = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')
           where !relative.Contains("/obj/", StringComparison.Ordinal)
           let module = folder == "Lakehouse.Host" ? "Host" : relative.Split('/')[1]
           select (relative, module, Comment().Replace(File.ReadAllText(path), string.Empty)),
    ];

    /// <summary>The files of methods that make an error of a code which their callers give. <see cref="Helpers"/> finds those callers.</summary>
    private static readonly string[] HelperFiles = ["BusyErrors.cs", "TextErrors.cs", "UploadedFiles.cs", "SearchErrors.cs"];

    [Fact]
    public void The_page_lists_the_codes_there_are()
    {
        var path = Repository.File("docs", "errors.md");
        var advice = PageRow().Matches(File.ReadAllText(path)).ToLookup(m => m.Groups["key"].Value, m => m.Groups["advice"].Value);
        var rows = Sources.SelectMany(Find).Distinct()
            .GroupBy(e => $"| `{e.Code}` | {e.Status} |", e => e.Module)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} {string.Join(", ", g.Order(StringComparer.Ordinal))} | {advice[g.Key].FirstOrDefault("?")} |")
            .ToList();
        rows.Should().HaveCountGreaterThan(120);
        var page = Head.ReplaceLineEndings("\n") + string.Join('\n', rows) + "\n";
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_WRITE_DOCS") is not null)
        {
            File.WriteAllText(path, page);
        }

        File.ReadAllText(path).Should().Be(page, "LAKEHOUSE_WRITE_DOCS=1 writes it anew");
        rows.Should().NotContain(row => row.EndsWith("| ? |", StringComparison.Ordinal), "docs/errors.md says of each code what to do");
    }

    [Theory]
    [InlineData("| `no_such_path` | 404 | Host |")]
    [InlineData("| `method_not_allowed` | 405 | Host |")]
    [InlineData("| `range_not_satisfiable` | 416 | Host |")]
    [InlineData("| `internal_error` | 500 | Host |")]
    [InlineData("| `request_refused` | 4xx | Host |")]
    [InlineData("| `object_not_found` | 400 | Catalog, Ingest |")]
    [InlineData("| `object_not_found` | 404 | Storage |")]
    [InlineData("| `too_many_puts` | 503 | Storage |")]
    [InlineData("| `query_stopped` | 504 | Query |")]
    public void The_page_has_codes_of_each_way_to_make_one(string row) => File.ReadAllText(Repository.File("docs", "errors.md")).Should().Contain(row);

    [Fact]
    public void No_error_is_made_in_a_way_that_this_test_does_not_read()
    {
        var unread = from source in Sources
                     from Match made in AnyError().Matches(source.Text)
                     let argument = made.Groups["argument"].Value
                     where argument[0] != '"' && ConstantOf(source, argument) is null
                     where argument != "code" || !HelperFiles.Contains(Path.GetFileName(source.Path))
                     select $"{source.Path}: {made.Value}";

        unread.Should().BeEmpty("a code that is not found is missing in docs/errors.md");
        AnyError().Match("new(ErrorKind.Busy, MakeCode(), text)").Groups["argument"].Value.Should().Be("MakeCode()");
    }

    /// <summary>Finds errors that are created with a kind or a status followed by a code, or by a method that sets the kind.</summary>
    private static IEnumerable<(string Code, string Status, string Module)> Find((string Path, string Module, string Text) source)
    {
        var found = from Match m in Code().Matches(source.Text)
                    let code = m.Groups["code"].Success ? m.Groups["code"].Value : ConstantOf(source, m.Groups["name"].Value)
                    where code is not null
                    select (code, StatusOf(m.Groups["kind"].Value), source.Module);
        var helped = from helper in Helpers
                     where helper.Module is null || helper.Module == source.Module
                     from Match m in helper.Pattern.Matches(source.Text)
                     select (m.Groups["code"].Value, StatusOf(helper.Kind), source.Module);
        var written = from Match m in WrittenCode().Matches(source.Path.EndsWith("/ProblemGate.cs", StringComparison.Ordinal) ? source.Text : string.Empty)
                      select (m.Groups["code"].Value, m.Groups["status"].Success ? m.Groups["status"].Value : "4xx", source.Module);
        return found.Concat(helped).Concat(written);
    }

    private static string StatusOf(string kind) => $"{ErrorStatus.Of(Enum.Parse<ErrorKind>(kind))}";

    /// <summary>The code that a constant holds, in the same file or, as <c>Type.Name</c>, in that type's file. Null when it is not there.</summary>
    private static string? ConstantOf((string Path, string Module, string Text) source, string name)
    {
        var dot = name.LastIndexOf('.');
        var text = dot < 0 ? source.Text : Sources.FirstOrDefault(s => Path.GetFileNameWithoutExtension(s.Path) == name[..dot]).Text ?? string.Empty;
        var found = Regex.Match(
            text, $"const string {Regex.Escape(name[(dot + 1)..])} = \"(?<code>[a-z0-9_]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return found.Success ? found.Groups["code"].Value : null;
    }

    private static readonly (Regex Pattern, string Kind, string? Module)[] Helpers =
    [
        (BusyCode(), "Busy", null), (FileCode(), "Unprocessable", "Ingest"), (ConflictCode(), "Conflict", null), (RefusedCode(), "InvalidInput", null),
    ];

    [GeneratedRegex(
        @"(TooMany|Limit)\(\s*""(?<code>[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BusyCode();

    [GeneratedRegex(@"""(?<code>(csv|json|parquet)_[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FileCode();

    [GeneratedRegex(
        @"SearchErrors\.Conflict\(\s*""(?<code>[a-z0-9_]+)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ConflictCode();

    [GeneratedRegex(@"Refuse\(\s*""(?<code>[a-z0-9_]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RefusedCode();

    [GeneratedRegex(
        @"ErrorKind\.(?<kind>\w+),\s+(""(?<code>[a-z0-9_]+)""|(?<name>[A-Z][\w.]+)),",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex(@"ErrorKind\.\w+,\s*(?<argument>[^,\s]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnyError();

    // The gate that writes all errors makes some itself, of a status and a code. Two of them have the status that the framework chose.
    [GeneratedRegex(
        @"(Status(?<status>\d{3})\w+(,| => \()|bad\.StatusCode,|_ => \()\s*""(?<code>[a-z0-9_]+)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex WrittenCode();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"^(?<key>\| `[a-z0-9_]+` \| \w+ \|) [^|]+ \| (?<advice>[^|\n]+) \|$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex PageRow();
}
