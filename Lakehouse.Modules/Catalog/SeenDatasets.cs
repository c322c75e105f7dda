using Lakehouse.Core.Access;

namespace Lakehouse.Catalog;

/// <summary>Datasets and views as a caller sees them.</summary>
public static class SeenDatasets
{
    /// <summary>Those that exist for a caller, as it sees them, in their order.</summary>
    public static IReadOnlyList<Manifest> See(this Caller caller, IReadOnlyList<Manifest> manifests) => caller.IsAdministrator
        ? manifests
        : [.. manifests.Where(m => caller.Sees(m.IsView ? ResourceKind.View : ResourceKind.Dataset, m.Name.Value)).Select(m => See(caller, m))];

    /// <summary>
    /// A dataset as a caller sees it. Of one that it sees in part: the columns that are shown, no data files, and no count of rows where some are hidden.
    /// </summary>
    public static Manifest See(this Caller caller, Manifest manifest) => caller.GuardOf(manifest.Name.Value) is not { } guard || manifest.IsView
        ? manifest
        : manifest with
        {
            Columns =
            [
                .. manifest.Columns.Where(c => guard.MaskOf(c.Name).Kind is not MaskKind.Hidden)
                    .Select(c => c with { Type = guard.MaskOf(c.Name).TypeOf(c.Type) ?? "ANY" })
            ],
            Objects = [],
            RowCount = guard.Rows is null ? manifest.RowCount : 0,
            Requests = null,
            SortBy = null,
        };

    /// <summary>Whether a caller may know how many rows a dataset has.</summary>
    public static bool CountsRows(this Caller caller, Manifest manifest) => caller.GuardOf(manifest.Name.Value)?.Rows is null;
}
