namespace Lakehouse.Memory;

/// <summary>How playbooks are made.</summary>
/// <param name="Threshold">The least cosine similarity of two tasks that mean nearly the same, above 0 to 1; null as configured.</param>
/// <param name="Share">In what part of the successes a step must be to be of the playbook, above 0 to 1; null as configured.</param>
public sealed record DistillRequest(double? Threshold, double? Share);
