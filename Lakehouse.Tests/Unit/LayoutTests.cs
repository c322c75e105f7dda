using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit;

/// <summary>Layout rules that the compiler does not check.</summary>
public sealed partial class LayoutTests
{
    private const int LineLengthMax = 160;
    private const int FilesSideBySideMax = 15;

    private static readonly string[] Texts = [".cs", ".md", ".toml", ".csproj", ".props", ".targets", ".editorconfig"];
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", "TestData", ".git", "data"];

    private static readonly IReadOnlyList<string> Files = [.. Walk(new DirectoryInfo(Repository.File())).Order(StringComparer.Ordinal)];

    [Fact]
    public void No_line_is_longer_than_a_screen_is_wide()
    {
        var faults = Files.Where(f => Texts.Contains(Path.GetExtension(f)))
            .SelectMany(f => Prose(File.ReadAllLines(Repository.File(f))).Select(l => (Place: $"{f}:{l.Number}", l.Line)))
            .Where(l => l.Line.Length > LineLengthMax)
            .Select(l => $"{l.Place}: {l.Line.Length}");
        faults.Should().BeEmpty();
    }

    [Fact]
    public void No_folder_has_more_files_than_one_sees_at_once()
    {
        var faults = Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .GroupBy(f => Path.GetDirectoryName(f)!, StringComparer.Ordinal)
            .Where(g => g.Count() > FilesSideBySideMax)
            .Select(g => $"{g.Key}: {g.Count()}");
        faults.Should().BeEmpty();
    }

    [Fact]
    public void What_a_module_hides_is_below_Internal_and_its_endpoints_in_Http_there()
    {
        var faults = new List<string>();
        foreach (var file in Sources("Lakehouse.Modules"))
        {
            var parts = file.Split('/');
            var isHidden = parts.Contains("Internal");
            var text = File.ReadAllText(Repository.File(file));
            if (!isHidden && HiddenType().IsMatch(text) && !ModulesWithoutContract.Contains(parts[1]))
            {
                faults.Add($"{file} hides its type, and is not below Internal");
            }

            if (EndpointMap().IsMatch(text) && parts[^2] != "Http" && !file.EndsWith("Module.cs", StringComparison.Ordinal))
            {
                faults.Add($"{file} maps endpoints, and is not in Internal/Http");
            }
        }

        faults.Should().BeEmpty();
    }

    [Fact]
    public void A_namespace_is_the_folder_and_that_of_a_contract_the_module()
    {
        var faults = new List<string>();
        foreach (var file in Sources("Lakehouse.Modules"))
        {
            var parts = file.Split('/')[1..^1];
            var isHidden = parts.Contains("Internal");
            var declared = Namespace().Match(File.ReadAllText(Repository.File(file))).Groups["name"].Value;
            var folder = "Lakehouse." + string.Join('.', parts);
            var module = "Lakehouse." + parts[0];
            if (declared != folder && (isHidden || declared != module))
            {
                faults.Add($"{file}: {declared}");
            }
        }

        faults.Should().BeEmpty();
    }

    /// <summary>A file holds the type of its name.</summary>
    [Fact]
    public void No_two_modules_have_types_of_one_name()
    {
        var repeated = Sources("Lakehouse.Modules").Concat(Sources("Lakehouse.Host"))
            .GroupBy(f => Path.GetFileName(f), StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => string.Join(", ", g));
        repeated.Should().BeEmpty();
    }

    /// <summary>Libraries below the modules: their contract is several types, not one interface.</summary>
    private static readonly string[] ModulesWithoutContract = ["DuckDb", "Isolation", "Core"];

    private static IEnumerable<string> Sources(string folder) =>
        Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>The lines of a file, without rows of tables and fenced blocks in pages, and without raw string literals.</summary>
    private static IEnumerable<(int Number, string Line)> Prose(string[] lines)
    {
        var (isFenced, isRaw) = (false, false);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var quotes = line.Split("\"\"\"").Length - 1;
            isFenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isFenced && !isRaw && quotes == 0 && !line.TrimStart().StartsWith('|'))
            {
                yield return (i + 1, line);
            }

            isRaw ^= quotes % 2 == 1;
        }
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder) => folder.EnumerateFileSystemInfos()
        .Where(entry => !NotOurs.Contains(entry.Name))
        .SelectMany(entry => entry is DirectoryInfo inner ? Walk(inner) : [Path.GetRelativePath(Repository.File(), entry.FullName).Replace('\\', '/')]);

    [GeneratedRegex(@"^internal ", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HiddenType();

    [GeneratedRegex(@"\.Map(Get|Post|Put|Delete|Methods)\(", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EndpointMap();

    [GeneratedRegex(
        @"^namespace (?<name>[\w.]+);",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();
}
