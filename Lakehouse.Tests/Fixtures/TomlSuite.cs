namespace Lakehouse.Tests.Fixtures;

/// <summary>The official TOML test-suite (toml-lang/toml-test), where it is: beside the checkout, or where LAKEHOUSE_TOML_TEST says.</summary>
public static class TomlSuite
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("LAKEHOUSE_TOML_TEST")
        ?? Path.Combine(Repository.Root, "..", "shared", "toml-test", "tests");

    public static bool IsThere => System.IO.File.Exists(Path.Combine(Folder, "files-toml-1.0.0"));

    public static string File(string name) => Path.Combine(Folder, name);

    /// <summary>The TOML files of a kind that the list for TOML 1.0 names.</summary>
    public static IEnumerable<string> List(string kind) => IsThere
        ? System.IO.File.ReadLines(File("files-toml-1.0.0")).Where(f => f.StartsWith(kind + "/", StringComparison.Ordinal) && f.EndsWith(".toml", StringComparison.Ordinal))
        : ["absent"];
}

/// <summary>A theory over the suite, skipped where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TomlSuiteTheoryAttribute : TheoryAttribute
{
    public TomlSuiteTheoryAttribute()
    {
        if (!TomlSuite.IsThere)
        {
            Skip = "The official TOML test-suite is not beside the checkout; LAKEHOUSE_TOML_TEST can name its folder.";
        }
    }
}
