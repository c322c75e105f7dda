namespace Lakehouse.Tests.Fixtures;

/// <summary>The official TOML test-suite (toml-lang/toml-test), in the folder that LAKEHOUSE_TOML_TEST names.</summary>
public static class TomlSuite
{
    // The list of the files for TOML 1.0, in suites for several versions of TOML.
    private const string ListFile = "files-toml-1.0.0";

    // Debian's package of the suite has no such list, and has one case of TOML 1.1.
    private const string LaterCase = "valid/string/escape-esc.toml";

    private static readonly string? Folder =
        Environment.GetEnvironmentVariable("LAKEHOUSE_TOML_TEST") is { } folder && Directory.Exists(Path.Combine(folder, "valid")) ? folder : null;

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
            : Directory.EnumerateFiles(File(kind), "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(Folder, f))
                .Where(f => f != LaterCase)
                .Order(StringComparer.Ordinal);
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
            Skip = "LAKEHOUSE_TOML_TEST names no folder with the official TOML test-suite (Debian: golang-github-burntsushi-toml-dev).";
        }
    }
}
