namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>What is known of a playbook that was made before.</summary>
/// <param name="Sources">The ids of its memories, the first of the group first.</param>
/// <param name="GroupingKey">What the groups followed from.</param>
/// <param name="Title">Its title; null for none.</param>
/// <param name="Summary">Its summary.</param>
/// <param name="TextKey">What title and summary were made of.</param>
/// <param name="MemoryVersion">The version of the memories.</param>
internal sealed record EarlierPlaybook(
    IReadOnlyList<string> Sources, string GroupingKey, string? Title, string? Summary, string? TextKey, long MemoryVersion);
