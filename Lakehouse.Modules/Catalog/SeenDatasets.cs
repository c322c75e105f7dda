using Lakehouse.Core.Access;

namespace Lakehouse.Catalog;

/// <summary>Datasets and views as a caller sees them.</summary>
public static class SeenDatasets
{
    /// <summary>Those that exist for a caller, as it sees them, in their order.</summary>
    public static IReadOnlyList<Manifest> See(this Caller caller, IReadOnlyList<Manifest> manifests) =>
        caller.IsAdministrator ? manifests : [.. manifests.Where(m => Exists(caller, m)).Select(m => See(caller, m))];

    /// <summary>All datasets that exist for a caller, by name, and then all views.</summary>
    public static IEnumerable<Manifest> SeeAll(this Caller caller, ICatalog catalog) => See(caller, catalog.List()).Concat(See(caller, catalog.ListViews()));

    /// <summary>Whether a dataset or view exists for a caller: a view also needs all that it reads.</summary>
    public static bool Exists(this Caller caller, Manifest manifest) => caller.IsAdministrator || (manifest.IsView
        ? caller.Sees(ResourceKind.View, manifest.Name.Value) && manifest.Definition!.Sources.All(s => ExistsByName(caller, s.Name))
        : caller.Sees(ResourceKind.Dataset, manifest.Name.Value));

    /// <summary>Whether a caller may know everything of a version.</summary>
    public static bool SeesAll(this Caller caller, Manifest version) =>
        caller.IsAdministrator || (Exists(caller, version) && GuardsOf(caller, version).Count == 0);

    /// <summary>
    /// A dataset or view as a caller sees it. Of one that it sees in part: the columns that are shown, no data files, no query, and no count of rows where some
    /// are hidden.
    /// </summary>
    public static Manifest See(this Caller caller, Manifest manifest) => GuardsOf(caller, manifest) is not { Count: > 0 } guards
        ? manifest.IsDerived && !manifest.Definition!.Sources.All(s => ExistsByName(caller, s.Name) && caller.GuardOf(s.Name) is null)
            ? manifest with { Definition = manifest.Definition with { Sql = string.Empty } }
            : manifest
        : manifest with
        {
            Columns =
            [
                .. manifest.Columns.Where(c => guards.TrueForAll(g => g.MaskOf(c.Name).Kind is not MaskKind.Hidden))
                    .Select(c => c with { Type = manifest.IsView ? "ANY" : guards[0].MaskOf(c.Name).TypeOf(c.Type) ?? "ANY" })
            ],
            Objects = [],
            Fingerprint = default,
            RowCount = CountsRows(caller, manifest) ? manifest.RowCount : 0,
            Definition = manifest.Definition is null ? null : manifest.Definition with { Sql = string.Empty },
            Requests = null,
            SortBy = null,
        };

    /// <summary>Whether a caller may know how many rows a dataset has.</summary>
    public static bool CountsRows(this Caller caller, Manifest manifest) => caller.GuardOf(manifest.Name.Value)?.Rows is null;

    private static bool ExistsByName(Caller caller, string name) => caller.Sees(ResourceKind.Dataset, name) || caller.Sees(ResourceKind.View, name);

    /// <summary>What is seen in part: the dataset itself, or those that a view reads.</summary>
    private static List<DatasetGuard> GuardsOf(Caller caller, Manifest manifest) => caller.IsAdministrator
        ? []
        : [.. (manifest.IsView ? manifest.Definition!.Sources.Select(s => s.Name) : [manifest.Name.Value]).Select(caller.GuardOf).OfType<DatasetGuard>()];
}
