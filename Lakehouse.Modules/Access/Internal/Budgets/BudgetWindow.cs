using Lakehouse.Core.Access;

namespace Lakehouse.Access.Internal.Budgets;

/// <summary>The time in which a budget is counted: minutes, hours and days of UTC.</summary>
internal static class BudgetWindow
{
    /// <summary>How long it is.</summary>
    public static TimeSpan LengthOf(BudgetKind kind) => kind switch
    {
        BudgetKind.Requests => TimeSpan.FromMinutes(1),
        BudgetKind.EngineTime => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>Its number since the year 1.</summary>
    public static long NumberOf(BudgetKind kind, DateTimeOffset now) => now.UtcTicks / LengthOf(kind).Ticks;

    /// <summary>When it ends.</summary>
    public static DateTimeOffset EndOf(BudgetKind kind, DateTimeOffset now) => new((NumberOf(kind, now) + 1) * LengthOf(kind).Ticks, TimeSpan.Zero);
}
