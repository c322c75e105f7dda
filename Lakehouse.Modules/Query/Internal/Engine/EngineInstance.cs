using System.Text.RegularExpressions;
using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Vectors;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// One instance of DuckDB that runs untrusted SQL. Datasets are views over lists of data files, made when a query first names them and anew when there is
/// a newer version; a query binds its views in one transaction, so it sees each dataset at one version. Locked: no file but the bucket's data
/// files and its own spill files, no extension, no setting.
/// </summary>
internal sealed partial class EngineInstance : IDisposable
{
    // levenshtein and its kin take time by the product of two lengths and cannot be stopped: two texts of ten thousand characters are 0.1 s.
    private const string Quadratic = "100000000";

    private readonly DuckDbDatabase _database;
    private readonly IScratchFolder _spill;
    private readonly IObjectStore _store;
    private readonly Dictionary<string, Manifest> _views = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _definitions = new(1);
    private readonly Lock _gate = new();
    private int _users;
    private bool _isRetired;
    private bool _isDisposed;

    private EngineInstance(DuckDbDatabase database, IScratchFolder spill, IObjectStore store, VectorFunctions vectors) =>
        (_database, _spill, _store, Vectors) = (database, spill, store, vectors);

    /// <summary>The functions over vectors, which know the running queries by their connections.</summary>
    public VectorFunctions Vectors { get; }

    /// <summary>Called once, when the last query of a retired instance has let go of it.</summary>
    public Action? Ended { get; set; }

    public static EngineInstance Open(QueryOptions options, IObjectStore store, IScratchSpace scratch, ISqlVectors? vectors)
    {
        var spill = scratch.Create();
        try
        {
            var database = DuckDbDatabase.OpenInMemory(
                ("threads", $"{options.Threads}"),
                ("memory_limit", $"{options.MemoryLimitBytes / 1024}KiB"),
                ("temp_directory", spill.Path),
                ("max_temp_directory_size", $"{options.MaxTempBytes / 1024}KiB"),
                ("autoinstall_known_extensions", "false"),
                ("autoload_known_extensions", "false"),
                ("allow_community_extensions", "false"));
            using var connection = database.Connect();
            foreach (var name in (string[])["levenshtein", "editdist3", "damerau_levenshtein", "jaro_similarity", "jaro_winkler_similarity"])
            {
                connection.Execute($"""
                    CREATE MACRO {name}(a, b) AS CASE WHEN length(a) * length(b) > {Quadratic}
                        THEN error('{name} takes two texts whose lengths multiply to at most {Quadratic}') ELSE system.main.{name}(a, b) END
                    """);
            }

            var functions = new VectorFunctions(vectors);
            functions.Register(connection);
            connection.Execute("SET GLOBAL TimeZone = 'UTC'");
            connection.Execute("SET GLOBAL parquet_metadata_cache = true");
            connection.Execute($"SET allowed_directories = [{DuckDbSql.Literal(store.LocalFolder)}]");
            connection.Execute("SET enable_external_access = false");
            connection.Execute("SET lock_configuration = true");
            return new EngineInstance(database, spill, store, functions);
        }
        catch
        {
            spill.Dispose();
            throw;
        }
    }

    /// <summary>False when the instance is retired: take another.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _users += _isRetired ? 0 : 1;
            return !_isRetired;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _users--;
        }

        EndIfUnused();
    }

    /// <summary>No query enters any more; the instance goes with its last one.</summary>
    public bool Retire()
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            _isRetired = true;
        }

        EndIfUnused();
        return true;
    }

    public DuckDbConnection Connect() => _database.Connect();

    /// <summary>Makes the views of datasets that have none here, or one of an older version.</summary>
    /// <param name="datasets">The datasets.</param>
    /// <param name="held">Takes the data files, which are held as long as the query may read them. Files in their place need no holding.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task DefineAsync(IEnumerable<Manifest> datasets, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        foreach (var dataset in datasets)
        {
            if (_store.IsInPlace && IsDefined(dataset))
            {
                continue;
            }

            var paths = await LocalizeAsync(dataset, held, cancellationToken);

            // One at a time: two writers of views conflict.
            await _definitions.WaitAsync(cancellationToken);
            try
            {
                if (!IsDefined(dataset))
                {
                    await ExecuteAsync(View(dataset, paths), cancellationToken);
                    Remember(dataset);
                }
            }
            finally
            {
                _definitions.Release();
            }
        }
    }

    /// <summary>
    /// Makes the names of the views those of the datasets, for a statement that lists them and reads none. A view that is there for this alone has the
    /// columns of the manifest and no data file: listing a lake must not fetch it. The statement that reads it first has it made anew.
    /// </summary>
    /// <param name="datasets">All of the catalog.</param>
    /// <param name="held">Takes data files of datasets whose columns their manifests do not tell.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ListAsync(IReadOnlyList<Manifest> datasets, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        await _definitions.WaitAsync(cancellationToken);
        try
        {
            Dictionary<string, Manifest> views;
            lock (_gate)
            {
                views = new Dictionary<string, Manifest>(_views, _views.Comparer);
            }

            foreach (var gone in views.Keys.Except(datasets.Select(d => d.Name.Value), views.Comparer))
            {
                await ExecuteAsync($"DROP VIEW IF EXISTS {DuckDbSql.Identifier(gone)}", cancellationToken);
                lock (_gate)
                {
                    _views.Remove(gone);
                }
            }

            foreach (var dataset in datasets)
            {
                if (!views.TryGetValue(dataset.Name.Value, out var defined))
                {
                    await ExecuteAsync(await ListedViewAsync(dataset, held, cancellationToken), cancellationToken);
                    Remember(dataset with { Version = 0 });
                }
                else if (defined.Name != dataset.Name || defined.SchemaFingerprint != dataset.SchemaFingerprint)
                {
                    // Dropped and made anew. A query may be about to bind the view that is there, so it is replaced by one with data.
                    await ExecuteAsync(View(dataset, await LocalizeAsync(dataset, held, cancellationToken)), cancellationToken);
                    Remember(dataset);
                }
            }
        }
        finally
        {
            _definitions.Release();
        }
    }

    /// <summary>
    /// For a query that has bound its views: holds the files of those that another query has brought to a newer version meanwhile, for it may have bound that one. Files in their place need no holding.
    /// </summary>
    public async Task HoldNewerAsync(IEnumerable<Manifest> datasets, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        foreach (var dataset in _store.IsInPlace ? [] : datasets)
        {
            Manifest? defined;
            lock (_gate)
            {
                _views.TryGetValue(dataset.Name.Value, out defined);
            }

            if (defined is not null && (defined.Version > dataset.Version || defined.Name != dataset.Name))
            {
                await LocalizeAsync(defined, held, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        Retire();
        EndIfUnused();
    }

    private bool IsDefined(Manifest dataset)
    {
        lock (_gate)
        {
            return _views.TryGetValue(dataset.Name.Value, out var defined) && defined.Name == dataset.Name && defined.Version >= dataset.Version;
        }
    }

    private async Task<List<string>> LocalizeAsync(Manifest dataset, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        var paths = new List<string>(dataset.Objects.Count);
        foreach (var data in dataset.Objects)
        {
            var expected = new ContentHash(data.SizeBytes, data.Sha256);
            var file = await _store.LocalizeAsync(data.Key, expected, cancellationToken) ?? throw QueryErrors.MissingDataFile(dataset.Name.Value, data.Key.Value);
            held.Add(file);
            paths.Add(file.Path);
        }

        return paths;
    }

    private static string View(Manifest dataset, List<string> paths)
    {
        var columns = dataset.Columns.Count == 0 ? "*" : string.Join(", ", dataset.Columns.Select(c => DuckDbSql.Identifier(c.Name)));
        var files = string.Join(", ", paths.Select(DuckDbSql.Literal));
        return $"CREATE OR REPLACE VIEW {DuckDbSql.Identifier(dataset.Name.Value)} AS SELECT {columns} FROM read_parquet([{files}], hive_partitioning = false)";
    }

    /// <summary>The name of a type that can stand in a statement as it is, whoever wrote it.</summary>
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9 ]*(\([0-9]+(, ?[0-9]+)?\))?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainType();

    /// <summary>A type can be any text where a client has registered the dataset; then only its files tell.</summary>
    private async Task<string> ListedViewAsync(Manifest dataset, List<ILocalFile> held, CancellationToken cancellationToken)
    {
        if (dataset.Columns.Count > 0 && dataset.Columns.All(c => PlainType().IsMatch(c.Type)))
        {
            var columns = string.Join(", ", dataset.Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}"));
            var select = $"SELECT {columns}";
            try
            {
                await ExecuteAsync("EXPLAIN " + select, cancellationToken);
                return $"CREATE OR REPLACE VIEW {DuckDbSql.Identifier(dataset.Name.Value)} AS {select}";
            }
            catch (DuckDbException)
            {
                // As below.
            }
        }

        return View(dataset, await LocalizeAsync(dataset, held, cancellationToken));
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken) => await Task.Run(
        () =>
        {
            using var connection = _database.Connect();
            connection.Execute(sql);
        },
        cancellationToken);

    private void Remember(Manifest dataset)
    {
        lock (_gate)
        {
            _views[dataset.Name.Value] = dataset;
        }
    }

    private void EndIfUnused()
    {
        lock (_gate)
        {
            if (!_isRetired || _users > 0 || _isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _database.Dispose();
        _spill.Dispose();
        _definitions.Dispose();
        Ended?.Invoke();
    }
}
