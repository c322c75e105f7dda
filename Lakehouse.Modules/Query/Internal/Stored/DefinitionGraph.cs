using Lakehouse.Catalog;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>What views and derived datasets are made of.</summary>
internal static class DefinitionGraph
{
    /// <summary>The view or dataset of a name in any letter case, in its newest version; null where there is none.</summary>
    public static Manifest? FindAny(this ICatalog catalog, string name) => catalog.FindIgnoringCase(name) ?? catalog.FindView(name);

    /// <summary>Requires that something can read its sources without reading itself, directly or through other definitions.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="name">Its name.</param>
    /// <param name="sources">What it reads.</param>
    /// <exception cref="Core.Errors.LakehouseException"><c>definition_cycle</c> (<see cref="Core.Errors.ErrorKind.InvalidInput"/>).</exception>
    public static void RequireNoCycle(this ICatalog catalog, string name, IEnumerable<string> sources)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<IReadOnlyList<string>>(sources.Select(s => (IReadOnlyList<string>)[name, s]));
        while (open.TryDequeue(out var path))
        {
            if (path[^1].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                throw EngineErrors.DefinitionCycle(path);
            }

            if (seen.Add(path[^1]) && catalog.FindAny(path[^1])?.Definition is { } definition)
            {
                foreach (var source in definition.Sources)
                {
                    open.Enqueue([.. path, source.Name]);
                }
            }
        }
    }
}
