using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The views of an engine: one for each dataset that a statement has named or listed, over its list of data files, made anew when there is a newer version.
/// A statement binds its views in one transaction, so it sees each dataset at one version. Thread-safe; one thread makes views at a time, since two conflict.
/// </summary>
internal sealed class EngineViews(DuckDbDatabase database)
{
    private readonly Dictionary<string, KnownDataset> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private readonly Lock _definitions = new();

    /// <summary>What is known of the dataset that a statement names so.</summary>
    public KnownDataset? Find(string name)
    {
        lock (_gate)
        {
            return _known.GetValueOrDefault(name);
        }
    }

    /// <summary>All that is known.</summary>
    public IReadOnlyList<KnownDataset> List()
    {
        lock (_gate)
        {
            return [.. _known.Values];
        }
    }

    /// <summary>Makes the view of a dataset, where there is none of this version or a newer one.</summary>
    /// <returns>False when it would need the data files, which are not named: another statement has listed it away meanwhile.</returns>
    public bool TryDefine(DatasetFiles dataset)
    {
        if (IsDefined(dataset))
        {
            return true;
        }

        lock (_definitions)
        {
            if (!IsDefined(dataset))
            {
                if (dataset.Paths is null)
                {
                    return false;
                }

                Execute(View(dataset.Name, dataset));
                Remember(dataset.Known);
            }
        }

        return true;
    }

    /// <summary>
    /// Makes the names of the views those of the catalog, for a statement that lists them and reads none. A view that is there for this alone has the
    /// columns of the manifest and no data file: listing a lake must not fetch it. The statement that reads it first has it made anew.
    /// </summary>
    public void List(DatasetChanges changes)
    {
        lock (_definitions)
        {
            foreach (var name in changes.Gone)
            {
                Execute($"DROP VIEW IF EXISTS {DuckDbSql.Identifier(name)}");
                lock (_gate)
                {
                    _known.Remove(name);
                }
            }

            foreach (var dataset in changes.Listed)
            {
                if (Find(dataset.Name) is not { Version: > 0 })
                {
                    ListOne(dataset);
                    Remember(dataset.Known with { Version = 0 });
                }
                else if (dataset.Paths is not null)
                {
                    // Dropped and made anew. A statement may be about to bind the view that is there, so it is replaced by one with data, or stays.
                    Execute(View(dataset.Name, dataset));
                    Remember(dataset.Known);
                }
            }
        }
    }

    /// <summary>
    /// By the columns of its manifest; by its files where the manifest does not tell; and where they cannot be read either, as a name with a column that says
    /// so.
    /// </summary>
    private void ListOne(DatasetFiles dataset)
    {
        const string unreadable = "SELECT CAST(NULL AS VARCHAR) AS \"columns unknown\"";
        var candidates = new List<string>();
        if (dataset.HasPlainColumns)
        {
            candidates.Add(
                View(dataset.Name, $"SELECT {string.Join(", ", dataset.Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}"))}"));
        }

        if (dataset.Paths is not null)
        {
            candidates = [View(dataset.Name, dataset)];
        }

        candidates.Add(View(dataset.Name, unreadable));
        for (var i = 0; i < candidates.Count; i++)
        {
            try
            {
                Execute(candidates[i]);
                return;
            }
            catch (DuckDbException) when (i < candidates.Count - 1)
            {
                // One dataset that cannot be read is no reason to list none.
            }
        }
    }

    /// <summary>
    /// The columns are those of the files alone: over a star they cannot reach the engine's own columns, such as <c>filename</c>, whatever a manifest calls its
    /// columns.
    /// </summary>
    private static string View(string name, DatasetFiles dataset)
    {
        var columns = dataset.Columns.Count == 0 ? "*" : string.Join(", ", dataset.Columns.Select(c => DuckDbSql.Identifier(c.Name)));
        var files = string.Join(", ", dataset.Paths!.Select(DuckDbSql.Literal));
        return View(name, $"SELECT {columns} FROM (SELECT * FROM read_parquet([{files}], hive_partitioning = false))");
    }

    private static string View(string name, string select) => $"CREATE OR REPLACE VIEW {DuckDbSql.Identifier(name)} AS {select}";

    private bool IsDefined(DatasetFiles dataset) => Find(dataset.Name) is { } known && known.Name == dataset.Name && known.Version >= dataset.Version;

    private void Remember(KnownDataset dataset)
    {
        lock (_gate)
        {
            // The key too: the name may have come back in another case.
            _known.Remove(dataset.Name);
            _known[dataset.Name] = dataset;
        }
    }

    private void Execute(string sql)
    {
        using var connection = database.Connect();
        connection.Execute(sql);
    }
}
