using Lakehouse.Core.Configuration;

namespace Lakehouse.Query;

/// <summary>The table <c>[query]</c>.</summary>
public sealed record QueryOptions
{
    /// <summary>True: statements run in an engine process, whose crash does no harm to the server. False: they run in the server's process.</summary>
    public required bool IsIsolated { get; init; }

    /// <summary>Engine processes that are kept ready to take over.</summary>
    public required int ReserveEngines { get; init; }

    /// <summary>How long a new engine process may take until it accepts statements.</summary>
    public required TimeSpan EngineStartTimeout { get; init; }

    /// <summary>How long an engine process with statements may leave a ping unanswered before it is killed.</summary>
    public required TimeSpan EngineSilence { get; init; }

    /// <summary>How often the memory of an engine process with statements is checked.</summary>
    public required TimeSpan EngineWatchEvery { get; init; }

    /// <summary>The most bytes of a statement's answer that may be in transit from its engine process to the server.</summary>
    public required int AnswerBufferBytes { get; init; }

    /// <summary>The largest message between an engine process and the server: a call of a vector function for many rows, or its answer.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>How many calls of vector functions are answered at once.</summary>
    public required int MaxConcurrentCalls { get; init; }

    /// <summary>How long a text that has ended engine processes twice is refused. 0: not at all.</summary>
    public required TimeSpan RefuseFor { get; init; }

    /// <summary>
    /// The time that the engine may work on one query: planning, execution and fetching together. Time spent waiting for a slow client does not count.
    /// </summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The most rows of an answer. Further rows are cut off, and the answer says so. 0: no limit.</summary>
    public required long MaxRows { get; init; }

    /// <summary>The memory of all queries together.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>The disk space that queries may use for what does not fit in memory.</summary>
    public required long MaxTempBytes { get; init; }

    /// <summary>Threads of the engine.</summary>
    public required int Threads { get; init; }

    /// <summary>How many queries run at once.</summary>
    public required int MaxRunning { get; init; }

    /// <summary>How many more queries may be paused, waiting for their clients to read.</summary>
    public required int MaxPaused { get; init; }

    /// <summary>How many queries may wait for a lease; the next one is refused at once.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>The longest text of a query.</summary>
    public required int MaxSqlBytes { get; init; }

    /// <summary>The longest JSON of a query's parameters.</summary>
    public required int MaxParameterBytes { get; init; }

    /// <summary>How many queries that have ended are shown by <see cref="IQueryControl"/>.</summary>
    public required int MaxRecent { get; init; }

    /// <summary>How many characters of a query's text are shown and logged.</summary>
    public required int MaxLoggedSql { get; init; }

    /// <summary>Queries that take at least this long are logged; 0: none.</summary>
    public required TimeSpan SlowAfter { get; init; }

    /// <summary>The memory for what is known of texts: which datasets they read; 0: nothing is kept.</summary>
    public required long TextBytes { get; init; }

    /// <summary>The memory for small answers; 0: none are kept.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>The largest answer that is kept.</summary>
    public required long CacheAnswerBytes { get; init; }

    /// <summary>The data files of all datasets that an engine keeps in memory; 0: none.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>The largest data files of a dataset that an engine keeps in memory.</summary>
    public required long MaxResidentDatasetBytes { get; init; }

    /// <summary>How many plans an engine keeps for texts that come again, and how many judgements of texts; 0: none.</summary>
    public required int MaxPlans { get; init; }

    /// <summary>How many answers may be on the disk at once before they are sent.</summary>
    public required int MaxSpools { get; init; }

    /// <summary>The most parameters of a statement.</summary>
    public required int MaxParameters { get; init; }

    /// <summary>The largest answer that is collected on the disk before it is sent (<c>wait_end</c>).</summary>
    public required long MaxSpoolBytes { get; init; }

    /// <summary>The largest Parquet file that a query may write as a dataset (<c>into</c>, derived datasets).</summary>
    public required long MaxStoredBytes { get; init; }

    /// <summary>How many neighbouring small data files of a dataset are merged into one; 0: none are.</summary>
    public required int CompactFiles { get; init; }

    /// <summary>Data files larger than this are not merged.</summary>
    public required long CompactBytes { get; init; }

    /// <summary>How long after the last change of a dataset fewer of its small data files are merged, too.</summary>
    public required TimeSpan CompactAfter { get; init; }

    /// <summary>How often small data files are looked for.</summary>
    public required TimeSpan CompactEvery { get; init; }

    /// <summary>How long the engine may work on one step of a change of rows: deletes, upserts.</summary>
    public required TimeSpan RewriteTimeout { get; init; }

    /// <summary>How long an interrupted query may take to stop before its engine is killed or, without isolation, retired.</summary>
    public required TimeSpan InterruptGrace { get; init; }

    /// <summary>Without isolation: how many retired engines may still run a query that does not stop, before new queries are refused.</summary>
    public required int MaxStuckEngines { get; init; }

    /// <summary>The most elements of a list that functions like <c>range</c> may make.</summary>
    public required int MaxListLength { get; init; }

    /// <summary>The most repetitions that functions like <c>repeat</c> may make of one value.</summary>
    public required int MaxRepeat { get; init; }

    /// <summary>The most columns of a PIVOT whose values are not written in the statement.</summary>
    public required int MaxPivotColumns { get; init; }

    /// <summary>How deep brackets and expressions may nest.</summary>
    public required int MaxDepth { get; init; }

    /// <summary>The most grouping sets that CUBE, ROLLUP and GROUPING SETS may make.</summary>
    public required int MaxGroupingSets { get; init; }

    /// <summary>The most tables that a statement may name. Those of a common table that is NOT MATERIALIZED count at each place that names it.</summary>
    public required int MaxExpandedTables { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static QueryOptions Read(SettingsReader settings)
    {
        var threads = settings.Count("query", "threads", 0, 0, 256);
        return new QueryOptions
        {
            Timeout = settings.Time("query", "timeout", "30s", "10ms", "1d"),
            IsIsolated = settings.Choice("query", "isolation", "process", "process", "none") == "process",
            ReserveEngines = settings.Count("query", "reserve_engines", 1, 0, 16),
            EngineStartTimeout = settings.Time("query", "engine_start_timeout", "10s", "1s", "1h"),
            EngineSilence = settings.Time("query", "engine_silence", "1s", "100ms", "1h"),
            EngineWatchEvery = settings.Time("query", "engine_watch_every", "5ms", "1ms", "1s"),
            AnswerBufferBytes = (int)settings.Size("query", "answer_buffer", "1MiB", "64KiB", "64MiB"),
            MaxMessageBytes = (int)settings.Size("query", "max_message_bytes", "32MiB", "1MiB", "1GiB"),
            MaxConcurrentCalls = settings.Count("query", "max_concurrent_calls", 8, 1, 1_024),
            RefuseFor = settings.Time("query", "refuse_for", "10m", "0s", "365d"),
            MaxRows = settings.LongCount("query", "max_rows", 0, 0, long.MaxValue),
            MemoryLimitBytes = settings.Size("query", "memory_limit", "2GiB", "64MiB", "16TiB"),
            MaxTempBytes = settings.Size("query", "max_temp_bytes", "16GiB", "0", "1024TiB"),
            Threads = threads == 0 ? Math.Max(1, Environment.ProcessorCount) : threads,
            MaxRunning = settings.Count("query", "max_running", 16, 1, 1_024),
            MaxPaused = settings.Count("query", "max_paused", 48, 0, 1_024),
            MaxWaiting = settings.Count("query", "max_waiting", 512, 0, 65_536),
            MaxSqlBytes = (int)settings.Size("query", "max_sql_bytes", "256KiB", "1KiB", "16MiB"),
            MaxParameterBytes = (int)settings.Size("query", "max_param_bytes", "1MiB", "1KiB", "64MiB"),
            MaxRecent = settings.Count("query", "max_recent", 200, 0, 100_000),
            MaxLoggedSql = settings.Count("query", "max_logged_sql", 1_000, 0, 1_000_000),
            SlowAfter = settings.Time("query", "slow_after", "5s", "0s", "1d"),
            TextBytes = settings.Size("query", "text_bytes", "8MiB", "0", "1TiB"),
            CacheBytes = settings.Size("query", "cache_bytes", "64MiB", "0", "1TiB"),
            CacheAnswerBytes = settings.Size("query", "cache_answer_bytes", "256KiB", "0", "1GiB"),
            ResidentBytes = settings.Size("query", "resident_bytes", "32MiB", "0", "1TiB"),
            MaxResidentDatasetBytes = settings.Size("query", "max_resident_dataset", "256KiB", "0", "1GiB"),
            MaxPlans = settings.Count("query", "max_plans", 64, 0, 100_000),
            MaxSpools = settings.Count("query", "max_spools", 8, 1, 1_024),
            MaxParameters = settings.Count("query", "max_params", 1_000, 0, 10_000),
            MaxSpoolBytes = settings.Size("query", "max_spool_bytes", "4GiB", "0", "1024TiB"),
            MaxStoredBytes = settings.Size("query", "max_stored_bytes", "64GiB", "1MiB", "1024TiB"),
            CompactFiles = settings.Count("query", "compact_files", 16, 0, 10_000),
            CompactBytes = settings.Size("query", "compact_bytes", "4MiB", "64KiB", "1TiB"),
            CompactAfter = settings.Time("query", "compact_after", "10m", "100ms", "365d"),
            CompactEvery = settings.Time("query", "compact_every", "2s", "100ms", "1d"),
            RewriteTimeout = settings.Time("query", "rewrite_timeout", "10m", "100ms", "1d"),
            InterruptGrace = settings.Time("query", "interrupt_grace", "2s", "10ms", "1h"),
            MaxStuckEngines = settings.Count("query", "max_stuck_engines", 4, 0, 64),
            MaxListLength = settings.Count("query", "max_list_length", 10_000, 1, 100_000_000),
            MaxRepeat = settings.Count("query", "max_repeat", 1_000, 1, 100_000_000),
            MaxPivotColumns = settings.Count("query", "max_pivot_columns", 1_000, 1, 100_000),
            MaxDepth = settings.Count("query", "max_depth", 300, 10, 1_000),
            MaxGroupingSets = settings.Count("query", "max_grouping_sets", 1_024, 1, 65_535),
            MaxExpandedTables = settings.Count("query", "max_expanded_tables", 1_000, 1, 100_000),
        };
    }
}
