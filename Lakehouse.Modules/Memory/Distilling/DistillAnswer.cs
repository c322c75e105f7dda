namespace Lakehouse.Memory;

/// <summary>What was distilled.</summary>
/// <param name="Dataset">The dataset of the playbooks.</param>
/// <param name="Version">Its version.</param>
/// <param name="MemoryVersion">The version of the memories that they are made of.</param>
/// <param name="Playbooks">How many there are.</param>
/// <param name="Memories">How many memories they are made of.</param>
/// <param name="Added">How many of those had to be compared, because they are new; all where the others have changed.</param>
/// <param name="Contradictory">How many playbooks contradict themselves.</param>
/// <param name="Notes">What a person should know, e.g. that the chat model did not answer.</param>
public sealed record DistillAnswer(
    string Dataset, long Version, long MemoryVersion, int Playbooks, int Memories, int Added, int Contradictory, IReadOnlyList<string> Notes);
