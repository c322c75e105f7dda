using Lakehouse.Catalog;
using Lakehouse.Core.Access;

namespace Lakehouse.Access.Internal;

/// <summary>
/// The objects of the primary bucket that are data files of datasets and lie where clients may read: whoever does not see all of a dataset does not read its
/// files. Thread-safe.
/// </summary>
internal sealed class DataFileKeys
{
    private const string Primary = "primary/";

    private readonly ICatalog _catalog;
    private volatile Dictionary<string, List<string>>? _datasets;

    public DataFileKeys(ICatalog catalog)
    {
        _catalog = catalog;
        catalog.Changed += (_, _) => _datasets = null;
    }

    /// <summary>Whether a caller sees all of every dataset that an object is a data file of.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="path">The bucket, a slash and the key.</param>
    public bool MayRead(Caller caller, string path) => !path.StartsWith(Primary, StringComparison.Ordinal)
        || !(_datasets ??= Collect()).TryGetValue(path[Primary.Length..], out var datasets)
        || datasets.TrueForAll(d => caller.Sees(ResourceKind.Dataset, d) && caller.GuardOf(d) is null);

    private Dictionary<string, List<string>> Collect()
    {
        var all = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var dataset in _catalog.List())
        {
            foreach (var file in dataset.Objects.Where(o => !o.IsOwn))
            {
                if (!all.TryGetValue(file.Key.Value, out var names))
                {
                    all[file.Key.Value] = names = [];
                }

                names.Add(dataset.Name.Value);
            }
        }

        return all;
    }
}
