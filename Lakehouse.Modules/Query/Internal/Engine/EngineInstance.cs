using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.SystemTables;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// One instance of DuckDB that runs untrusted SQL. It is locked: it can access no files except the data files and its own spill files, load no extension, and
/// change no setting. Thread-safe.
/// </summary>
internal sealed class EngineInstance : IDisposable
{
    private const string ProgressSetting = "enable_progress_bar";
    private const string PrintSetting = "enable_progress_bar_print";

    // levenshtein and similar functions take time in proportion to the product of two lengths and cannot be interrupted: two texts of ten thousand characters
    // take 0.1 s.
    private const string Quadratic = "100000000";

    /// <summary>Functions that are shadowed by macros of the same name.</summary>
    public static readonly IReadOnlyList<string> QuadraticFunctions =
    [
        "levenshtein", "editdist3", "damerau_levenshtein", "jaro_similarity", "jaro_winkler_similarity"
    ];

    private readonly DuckDbDatabase _database;

    private EngineInstance(DuckDbDatabase database, VectorFunctions vectors, PipePool pipes, EngineSetup setup)
    {
        (_database, Vectors, Pipes) = (database, vectors, pipes);
        Plans = new PlanPool(setup.Bounds.MaxPlans);
        Views = new EngineViews(database, Plans, new ResidentTables(setup.ResidentBytes));
        Helpers = new EngineHelpers(database, setup.Threads - 1);
    }

    /// <summary>The vector functions, which find the running statement by its connection.</summary>
    public VectorFunctions Vectors { get; }

    /// <summary>The views of its datasets.</summary>
    public EngineViews Views { get; }

    /// <summary>The plans of texts that may come again.</summary>
    public PlanPool Plans { get; }

    /// <summary>Its threads beside those of the statements.</summary>
    public EngineHelpers Helpers { get; }

    /// <summary>The pipes through which it hands over files.</summary>
    public PipePool Pipes { get; }

    /// <summary>Opens an instance.</summary>
    /// <param name="setup">Its bounds and its folder.</param>
    /// <param name="spillFolder">Receives what does not fit in memory.</param>
    /// <param name="vectors">Answers the vector functions; null when no module does.</param>
    /// <param name="system">Answers the functions of the system tables.</param>
    /// <param name="beforeThreads">
    /// Called on this thread after the engine has read what it needs to know of the machine, and before it starts its threads; null for nothing.
    /// </param>
    /// <param name="pipeCount">How many pipes are made now.</param>
    public static EngineInstance Open(
        EngineSetup setup, string spillFolder, ISqlVectors? vectors, ISystemRows system, Action? beforeThreads = null, int pipeCount = 0)
    {
        var pipes = new PipePool(spillFolder, pipeCount);
        var database = DuckDbDatabase.OpenIsolated(
            $"{setup.MemoryLimitBytes / 1024}KiB",
            ("temp_directory", spillFolder),
            ("max_temp_directory_size", $"{setup.MaxTempBytes / 1024}KiB"));
        try
        {
            using var connection = database.Connect();
            beforeThreads?.Invoke();

            // No threads of its own: those of the statements and of EngineHelpers run everything.
            connection.Execute($"SET threads = {setup.Threads}");
            connection.Execute($"SET external_threads = {setup.Threads}");
            foreach (var name in QuadraticFunctions)
            {
                var forms = name.StartsWith("jaro", StringComparison.Ordinal) ? (string[])["a, b", "a, b, score_cutoff"] : ["a, b"];
                connection.Execute($"CREATE MACRO {name} " + string.Join(", ", forms.Select(parameters => $"""
                    ({parameters}) AS CASE WHEN length(a) * length(b) > {Quadratic}
                        THEN error('{name} takes two texts whose lengths multiply to at most {Quadratic}') ELSE system.main.{name}({parameters}) END
                    """)));
            }

            var functions = new VectorFunctions(vectors);
            functions.Register(connection);
            connection.Execute($"ATTACH ':memory:' AS {ResidentTables.Database} (HIDDEN)");
            MakeSystemTables(connection, setup.SystemTables, new SystemFunctions(system, functions.ScopeOf, database.Connect));
            connection.Execute("SET GLOBAL TimeZone = 'UTC'");
            connection.Execute("SET GLOBAL parquet_metadata_cache = true");
            connection.Execute($"SET allowed_directories = [{DuckDbSql.Literal(setup.DataFolder)}]");
            connection.Execute("SET enable_external_access = false");
            connection.Execute($"SET allowed_configs = ['{ProgressSetting}', '{PrintSetting}']");
            connection.Execute("SET lock_configuration = true");
            return new EngineInstance(database, functions, pipes, setup);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static void MakeSystemTables(DuckDbConnection connection, IReadOnlyList<SystemTableShape> tables, SystemFunctions functions)
    {
        functions.Register(connection);
        connection.Execute($"ATTACH ':memory:' AS {SystemTableShape.Database} (HIDDEN)");
        foreach (var view in tables.SelectMany(t => t.Views))
        {
            connection.Execute(view);
        }

        foreach (var macro in CatalogMacros.Statements)
        {
            connection.Execute(macro);
        }
    }

    /// <summary>Opens a connection for a statement, which tells its progress. The engine has no setting of that for all connections.</summary>
    public DuckDbConnection Connect()
    {
        var connection = _database.Connect();
        try
        {
            connection.Execute($"SET {ProgressSetting} = true");
            connection.Execute($"SET {PrintSetting} = false");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Helpers.Dispose();
        Plans.Dispose();
        _database.Dispose();
    }
}
