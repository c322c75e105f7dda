using System.Collections.Concurrent;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;

namespace Lakehouse.Access.Internal;

/// <summary>
/// The objects of the primary bucket that are or were data files of datasets and lie where clients may read: whoever does not see all of a dataset does not
/// read its files. All versions that are kept are read once, when somebody first asks; later ones as they come. Thread-safe.
/// </summary>
internal sealed class DataFileKeys
{
    private const string Primary = "primary/";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> _datasets = new(StringComparer.Ordinal);
    private readonly ICatalog _catalog;
    private readonly Lazy<Task> _older;
    private volatile bool _isCurrent;

    public DataFileKeys(ICatalog catalog, IDatasetHistory history)
    {
        _catalog = catalog;
        _older = new Lazy<Task>(() => Task.Run(() => ReadOlderAsync(history)));
        catalog.Changed += (_, _) => _isCurrent = false;
    }

    /// <summary>Whether a caller sees all of every dataset that an object is or was a data file of.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="path">The bucket, a slash and the key.</param>
    public bool MayRead(Caller caller, string path)
    {
        if (!path.StartsWith(Primary, StringComparison.Ordinal))
        {
            return true;
        }

        _older.Value.GetAwaiter().GetResult();
        if (!_isCurrent)
        {
            _isCurrent = true;
            foreach (var dataset in _catalog.List())
            {
                Add(dataset);
            }
        }

        return !_datasets.TryGetValue(path[Primary.Length..], out var datasets)
            || datasets.Keys.All(d => caller.Sees(ResourceKind.Dataset, d) && caller.GuardOf(d) is null);
    }

    private async Task ReadOlderAsync(IDatasetHistory history)
    {
        foreach (var name in _catalog.List().Select(m => m.Name).Concat(_catalog.ListDropped()))
        {
            try
            {
                var (versions, _) = await history.ListAsync(name, null, int.MaxValue, CancellationToken.None);
                foreach (var version in versions)
                {
                    Add(version);
                }
            }
            catch (LakehouseException gone) when (gone.Kind is ErrorKind.NotFound)
            {
                // Collected meanwhile, with its files.
            }
        }
    }

    private void Add(Manifest dataset)
    {
        foreach (var file in dataset.Objects.Where(o => !o.IsOwn))
        {
            _datasets.GetOrAdd(file.Key.Value, _ => new ConcurrentDictionary<string, bool>(StringComparer.OrdinalIgnoreCase))[dataset.Name.Value] = true;
        }
    }
}
