using System.Text.Json;

namespace Lakehouse.Memory;

/// <summary>A memory that fits.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Score">Its score, by which the answer is ordered.</param>
/// <param name="Parts">What the score is made of.</param>
/// <param name="Task">The task.</param>
/// <param name="Steps">What was done; null where nothing was said.</param>
/// <param name="Outcome">How well it went; null where that is not known.</param>
/// <param name="Feedbacks">How often the outcome was told later.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Datasets">The datasets that were used.</param>
/// <param name="Parent">The memory that it continues; null for none.</param>
/// <param name="Profile">Who remembered it.</param>
/// <param name="At">When it happened, UTC; null where that is not known.</param>
public sealed record RecalledMemory(
    string Id,
    double Score,
    MemoryScore Parts,
    string Task,
    JsonElement? Steps,
    double? Outcome,
    int Feedbacks,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Datasets,
    string? Parent,
    string? Profile,
    DateTimeOffset? At);
