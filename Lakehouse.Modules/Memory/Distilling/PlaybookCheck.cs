namespace Lakehouse.Memory;

/// <summary>Whether playbooks stand in their sources.</summary>
/// <param name="Playbooks">How many there are.</param>
/// <param name="MemoryVersion">The version of the memories that they name.</param>
/// <param name="Faults">What does not hold, each with the playbook's id; empty where all does.</param>
/// <param name="Sql">The query that proves it, for whoever wants to run it.</param>
public sealed record PlaybookCheck(long Playbooks, long MemoryVersion, IReadOnlyList<string> Faults, string Sql);
