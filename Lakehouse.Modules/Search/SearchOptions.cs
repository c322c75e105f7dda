using Lakehouse.Core.Configuration;

namespace Lakehouse.Search;

/// <summary>The settings of the table <c>[search]</c>.</summary>
public sealed record SearchOptions
{
    /// <summary>The largest body of a request.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>How many results of each ranking are fused; k if that is more.</summary>
    public required int Depth { get; init; }

    /// <summary>How many of the best results are grouped and counted.</summary>
    public required int Candidates { get; init; }

    /// <summary>The constant of reciprocal rank fusion for requests without one.</summary>
    public required int RankConstant { get; init; }

    /// <summary>The most columns, and the most facets, of a request.</summary>
    public required int MaxColumns { get; init; }

    /// <summary>The longest snippet, in UTF-16 units.</summary>
    public required int SnippetLength { get; init; }

    /// <summary>How long the query for the rows that a condition allows may take.</summary>
    public required TimeSpan WhereTimeout { get; init; }

    /// <summary>How many rows of an import are embedded and added in one batch.</summary>
    public required int ImportBatchRows { get; init; }

    /// <summary>How many batches of one import are processed at once.</summary>
    public required int ImportConcurrency { get; init; }

    /// <summary>How many imports run at once; others wait.</summary>
    public required int MaxConcurrentImports { get; init; }

    /// <summary>How long reading the rows of a dataset may take.</summary>
    public required TimeSpan ImportReadTimeout { get; init; }

    /// <summary>How often the datasets that indexes follow are checked for new versions.</summary>
    public required TimeSpan FollowEvery { get; init; }

    /// <summary>How long after a transient failure an import is retried; doubled after each further failure.</summary>
    public required TimeSpan RetryAfter { get; init; }

    /// <summary>The longest time between retries.</summary>
    public required TimeSpan RetryAfterMax { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static SearchOptions Read(SettingsReader settings) => new()
    {
        MaxBodyBytes = settings.Size("search", "max_body_bytes", "1MiB", "1KiB", "64MiB"),
        Depth = settings.Count("search", "depth", 100, 1, 1_000_000),
        Candidates = settings.Count("search", "candidates", 1_000, 1, 1_000_000),
        RankConstant = settings.Count("search", "rrf_k", 60, 1, 1_000_000),
        MaxColumns = settings.Count("search", "max_columns", 64, 1, 4_096),
        SnippetLength = settings.Count("search", "snippet_length", 160, 16, 65_536),
        WhereTimeout = settings.Time("search", "where_timeout", "30s", "10ms", "1d"),
        ImportBatchRows = settings.Count("search", "import_batch_rows", 256, 1, 100_000),
        ImportConcurrency = settings.Count("search", "import_concurrency", 4, 1, 256),
        MaxConcurrentImports = settings.Count("search", "max_concurrent_imports", 2, 1, 64),
        ImportReadTimeout = settings.Time("search", "import_read_timeout", "10m", "10ms", "1d"),
        FollowEvery = settings.Time("search", "follow_every", "1s", "10ms", "1d"),
        RetryAfter = settings.Time("search", "retry_after", "5s", "10ms", "1d"),
        RetryAfterMax = settings.Time("search", "retry_after_max", "5m", "10ms", "1d"),
    };
}
