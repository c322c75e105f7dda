using Lakehouse.Core.Configuration;

namespace Lakehouse.Memory;

/// <summary>Options of memories.</summary>
public sealed record MemoryOptions
{
    private const double Percent = 100;

    /// <summary>The most memories of a space.</summary>
    public required long MaxMemories { get; init; }

    /// <summary>The most memories of one profile in a space.</summary>
    public required long MaxPerProfile { get; init; }

    /// <summary>The most memories of one call.</summary>
    public required int MaxPerCall { get; init; }

    /// <summary>The longest task, in bytes of UTF-8.</summary>
    public required int MaxTaskBytes { get; init; }

    /// <summary>The most bytes of a memory's steps, as JSON.</summary>
    public required int MaxStepsBytes { get; init; }

    /// <summary>The most tags of a memory, and the most datasets.</summary>
    public required int MaxTags { get; init; }

    /// <summary>The largest body of an import.</summary>
    public required long MaxImportBytes { get; init; }

    /// <summary>The most memories that are recalled at once.</summary>
    public required int MaxK { get; init; }

    /// <summary>How many of the most similar memories are ranked, at least.</summary>
    public required int Candidates { get; init; }

    /// <summary>The embedding model of new spaces; null for the default.</summary>
    public required string? Model { get; init; }

    /// <summary>The weights of a score's parts.</summary>
    public required ScoreWeights Weights { get; init; }

    /// <summary>The age at which recency is a half.</summary>
    public required TimeSpan HalfLife { get; init; }

    /// <summary>How long a recall waits for the index to take in what was remembered before.</summary>
    public required TimeSpan IndexWait { get; init; }

    /// <summary>The least cosine similarity of two tasks of one playbook.</summary>
    public required double DistillThreshold { get; init; }

    /// <summary>In what part of the successes a step of a playbook is.</summary>
    public required double DistillShare { get; init; }

    /// <summary>The chat model of playbooks.</summary>
    public required ChatOptions Chat { get; init; }

    /// <summary>The memory of the engine that writes rows.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static MemoryOptions Read(SettingsReader settings)
    {
        var options = new MemoryOptions
        {
            MaxMemories = settings.LongCount("memory", "max_memories", 1_000_000, 1, 1_000_000_000),
            MaxPerProfile = settings.LongCount("memory", "max_per_profile", 100_000, 1, 1_000_000_000),
            MaxPerCall = settings.Count("memory", "max_per_call", 100_000, 1, 1_000_000),
            MaxTaskBytes = (int)settings.Size("memory", "max_task_bytes", "8KiB", "16B", "1MiB"),
            MaxStepsBytes = (int)settings.Size("memory", "max_steps_bytes", "64KiB", "16B", "16MiB"),
            MaxTags = settings.Count("memory", "max_tags", 32, 1, 1_000),
            MaxImportBytes = settings.Size("memory", "max_import_bytes", "64MiB", "1KiB", "1GiB"),
            MaxK = settings.Count("memory", "max_k", 100, 1, 1_000),
            Candidates = settings.Count("memory", "candidates", 50, 1, 10_000),
            Model = settings.Text("memory", "model", string.Empty, "the name of an embedding model") is { Length: > 0 } model ? model : null,
            Weights = new ScoreWeights(
                settings.Count("memory", "weight_similarity", 80, 0, 100) / Percent,
                settings.Count("memory", "weight_outcome", 15, 0, 100) / Percent,
                settings.Count("memory", "weight_recency", 5, 0, 100) / Percent),
            HalfLife = settings.Time("memory", "half_life", "30d", "1s", "3650d"),
            IndexWait = settings.Time("memory", "index_wait", "2s", "0s", "1m"),
            DistillThreshold = settings.Count("memory", "distill_threshold", 85, 1, 100) / Percent,
            DistillShare = settings.Count("memory", "distill_share", 60, 1, 100) / Percent,
            Chat = ChatOptions.Read(settings),
            MemoryLimitBytes = settings.Size("memory", "memory_limit", "256MiB", "64MiB", "1TiB"),
        };
        if (options.Weights is { Similarity: 0, Outcome: 0, Recency: 0 })
        {
            settings.AddError("[memory] weight_similarity, weight_outcome and weight_recency are all 0; one must be more.");
        }

        return options;
    }
}
