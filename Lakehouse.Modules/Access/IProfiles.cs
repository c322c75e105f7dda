using Lakehouse.Core.Access;

namespace Lakehouse.Access;

/// <summary>Finds out on whose behalf a request is made. Thread-safe; takes microseconds and never waits.</summary>
public interface IProfiles
{
    /// <summary>Whether there are any. Then nobody is the administrator who has no token.</summary>
    bool HasAny { get; }

    /// <summary>The caller of a token; null where there is none, and where it has expired.</summary>
    Caller? FindByToken(string token);

    /// <summary>The caller of a user whom a proxy has checked; null where no profile names that user.</summary>
    Caller? FindByUser(string user);

    /// <summary>What every profile has used of its budgets.</summary>
    IReadOnlyList<BudgetUse> ListBudgets();
}
