namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// The official TOML test-suite (toml-lang/toml-test), where it is: where LAKEHOUSE_TOML_TEST says, as Debian's golang-github-burntsushi-toml-dev installs it,
/// or beside the checkout.
/// </summary>
public static class TomlSuite
{
    private const string Debian = "/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests";

    // Of suites that are for several versions of TOML: what is for 1.0.
    private const string ListFile = "files-toml-1.0.0";

    private static readonly string? Folder = new[]
    {
        Environment.GetEnvironmentVariable("LAKEHOUSE_TOML_TEST"), Path.Combine(Repository.Root, "..", "shared", "toml-test", "tests"), Debian,
    }
        .FirstOrDefault(f => f is not null && Directory.Exists(Path.Combine(f, "valid")));

    public static bool IsThere => Folder is not null;

    public static string File(string name) => Path.Combine(Folder!, name);

    /// <summary>The TOML files of a kind: <c>valid</c> or <c>invalid</c>.</summary>
    public static IEnumerable<string> List(string kind)
    {
        if (Folder is null)
        {
            return ["absent"];
        }

        var files = System.IO.File.Exists(File(ListFile))
            ? System.IO.File.ReadLines(File(ListFile))
            : Directory.EnumerateFiles(File(kind), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal);
        return files.Where(f => f.StartsWith(kind + "/", StringComparison.Ordinal) && f.EndsWith(".toml", StringComparison.Ordinal));
    }
}

/// <summary>A theory over the suite, skipped where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TomlSuiteTheoryAttribute : TheoryAttribute
{
    public TomlSuiteTheoryAttribute()
    {
        if (!TomlSuite.IsThere)
        {
            Skip = "The official TOML test-suite is not there (golang-github-burntsushi-toml-dev); LAKEHOUSE_TOML_TEST can name its folder.";
        }
    }
}
