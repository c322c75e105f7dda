using System.Collections.Frozen;

namespace Lakehouse.Query.Internal.Gate;

/// <summary>The functions that a query may name, from AllowedFunctions.txt.</summary>
internal static class AllowedFunctions
{
    private static readonly FrozenSet<string> Names = Read();

    public static IEnumerable<string> All => Names;

    public static bool Contains(string name) => Names.Contains(name);

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(AllowedFunctions).Assembly.GetManifestResourceStream("AllowedFunctions.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n')
            .Where(line => !line.StartsWith('#'))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
