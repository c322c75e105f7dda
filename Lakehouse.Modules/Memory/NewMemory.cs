using System.Text.Json;

namespace Lakehouse.Memory;

/// <summary>Something to remember: how a task was done, and how well that went.</summary>
/// <param name="Task">The task as text, by which it is recalled.</param>
public sealed record NewMemory(string Task)
{
    /// <summary>Its id; a memory with this id is replaced. Null for a new one.</summary>
    public string? Id { get; init; }

    /// <summary>What was done, in order: any JSON.</summary>
    public JsonElement? Steps { get; init; }

    /// <summary>How well it went, 0 to 1; null where that is not known yet.</summary>
    public double? Outcome { get; init; }

    /// <summary>Words to filter by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The datasets that were used, each as a name or as <c>name@version</c>.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>The id of the memory that this one continues or improves.</summary>
    public string? Parent { get; init; }

    /// <summary>When it happened, UTC; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The line of an import that it comes from, which an error names; null for none.</summary>
    public int? Line { get; init; }
}
