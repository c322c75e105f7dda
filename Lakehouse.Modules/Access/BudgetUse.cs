namespace Lakehouse.Access;

/// <summary>How much of a budget a profile has used.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Budget">The budget, as profiles name it.</param>
/// <param name="Limit">How much it may use, in the unit of its name.</param>
/// <param name="Used">How much it has used in the running time.</param>
/// <param name="ResetsAt">When the next time begins.</param>
public sealed record BudgetUse(string Profile, string Budget, long Limit, long Used, DateTimeOffset ResetsAt);
