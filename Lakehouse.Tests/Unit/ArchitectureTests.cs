using System.Xml.Linq;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Unit;

/// <summary>Each module may reference exactly the modules listed here.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["DuckDb"] = [],
        ["Isolation"] = [],
        ["Hnsw"] = [],
        ["Storage"] = ["Core"],
        ["Catalog"] = ["Core", "Storage"],
        ["Ingest"] = ["Core", "Storage", "Catalog", "DuckDb", "Query"],
        ["Query"] = ["Core", "Storage", "Catalog", "Isolation", "DuckDb"],
        ["Vector"] = ["Core", "Storage", "Hnsw"],
        ["Embed"] = ["Core"],
        ["Search"] = ["Core", "Storage", "Catalog", "DuckDb", "Query", "Vector", "Embed"],
        ["Memory"] = ["Core", "Catalog", "DuckDb", "Query", "Vector", "Search"],
        ["Access"] = ["Core", "Storage", "Catalog", "DuckDb", "Query"],
        ["Audit"] = ["Core", "Storage", "Catalog", "DuckDb", "Query", "Access"],
        ["Iceberg"] = ["Core", "Storage", "Catalog", "Query"],
        ["Telemetry"] = ["Core", "Storage", "Catalog", "Query", "Vector", "Audit"],
        ["Mcp"] = ["Core", "Catalog", "DuckDb", "Ingest", "Query", "Vector", "Embed", "Search", "Memory"],
    };

    [Fact]
    public void Modules_reference_what_the_table_says_and_nothing_more() => FindFaults(Arrows).Should().BeEmpty();

    [Fact]
    public void A_missing_arrow_and_a_surplus_one_are_found()
    {
        var without = new Dictionary<string, string[]>(Arrows) { ["Catalog"] = ["Core"] };
        var surplus = new Dictionary<string, string[]>(Arrows) { ["DuckDb"] = ["Core"] };

        FindFaults(without).Should().ContainSingle().Which.Should().Contain("Catalog");
        FindFaults(surplus).Should().ContainSingle().Which.Should().Contain("DuckDb");
    }

    [Fact]
    public void Only_interfaces_records_options_and_modules_are_public()
    {
        string[] assemblies =
        [
            "Lakehouse.Storage", "Lakehouse.Catalog", "Lakehouse.Ingest", "Lakehouse.Query", "Lakehouse.Vector", "Lakehouse.Embed", "Lakehouse.Search",
            "Lakehouse.Mcp", "Lakehouse.Access", "Lakehouse.Audit", "Lakehouse.Telemetry", "Lakehouse.Memory", "Lakehouse.Iceberg",
        ];
        foreach (var type in assemblies.SelectMany(a => System.Reflection.Assembly.Load(a).GetExportedTypes()))
        {
            var isValue = type.IsInterface || type.IsEnum || type.IsValueType || type.GetMethod("<Clone>$") is not null;
            var isStatic = type is { IsAbstract: true, IsSealed: true };
            (isValue || isStatic).Should().BeTrue("{0} is part of its module's contract", type.FullName);
            type.Namespace.Should().NotContain("Internal");
        }
    }

    private static List<string> FindFaults(Dictionary<string, string[]> arrows)
    {
        var faults = new List<string>();
        var folders = Directory.GetDirectories(Repository.File("Lakehouse.Modules")).Select(Path.GetFileName).ToList();
        faults.AddRange(folders.Where(f => !arrows.ContainsKey(f!)).Select(f => $"{f} is in no table"));
        foreach (var (module, allowed) in arrows)
        {
            var project = XDocument.Load(Repository.File("Lakehouse.Modules", module, $"Lakehouse.{module}.csproj"));
            var references = project.Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)["Lakehouse.".Length..])
                .ToList();
            if (!references.ToHashSet().SetEquals(allowed))
            {
                faults.Add($"{module} references {string.Join(", ", references)}");
            }
        }

        return faults;
    }
}
