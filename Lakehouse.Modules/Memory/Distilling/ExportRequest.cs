namespace Lakehouse.Memory;

/// <summary>What is exported.</summary>
/// <param name="IsTest">Whether the part for tests is wanted, else the one for training.</param>
/// <param name="TestPercent">How much of the playbooks is for tests, 0 to 100.</param>
/// <param name="MinOutcome">The least outcome of a memory, 0 to 1.</param>
public sealed record ExportRequest(bool IsTest, int TestPercent, double MinOutcome);
