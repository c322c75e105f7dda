using Lakehouse.Core.Configuration;

namespace Lakehouse.Audit;

/// <summary>The table <c>[audit]</c>.</summary>
public sealed record AuditOptions
{
    /// <summary>Whether requests are kept.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>What is kept of the texts of statements.</summary>
    public required AuditTexts Texts { get; init; }

    /// <summary>How long a row waits at most until it is written.</summary>
    public required TimeSpan FlushEvery { get; init; }

    /// <summary>So many waiting rows are written at once.</summary>
    public required int FlushRows { get; init; }

    /// <summary>The most rows that wait to be written; more are dropped and counted. A crash loses those that wait.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>The most memory of the rows that wait.</summary>
    public required long MaxWaitingBytes { get; init; }

    /// <summary>The memory of the engine that writes them.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>How long rows are kept; zero for ever.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>How often rows past their retention are removed.</summary>
    public required TimeSpan RetainEvery { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static AuditOptions Read(SettingsReader settings) => new()
    {
        IsEnabled = settings.Flag("audit", "enabled", true),
        Texts = settings.Choice("audit", "texts", "full", "full", "hash", "off") switch
        {
            "hash" => AuditTexts.Hash,
            "off" => AuditTexts.Off,
            _ => AuditTexts.Full,
        },
        FlushEvery = settings.Time("audit", "flush_every", "10s", "100ms", "1h"),
        FlushRows = settings.Count("audit", "flush_rows", 20_000, 1, 1_000_000),
        MaxWaiting = settings.Count("audit", "max_waiting", 50_000, 1, 10_000_000),
        MaxWaitingBytes = settings.Size("audit", "max_waiting_bytes", "64MiB", "64KiB", "16GiB"),
        MemoryLimitBytes = settings.Size("audit", "memory_limit", "256MiB", "64MiB", "1TiB"),
        Retention = settings.Time("audit", "retention", "90d", "0s", "3650d"),
        RetainEvery = settings.Time("audit", "retain_every", "1h", "100ms", "7d"),
    };
}
