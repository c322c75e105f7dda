using Lakehouse.Core.Access;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>What a profile sees of the datasets of a name or pattern.</summary>
/// <param name="Pattern">The name or pattern.</param>
/// <param name="Columns">Its masks, by column in any letter case.</param>
/// <param name="Others">How other columns are shown.</param>
/// <param name="Rows">The row filter, with its attributes in place; null for all rows.</param>
internal sealed record GuardSpec(string Pattern, IReadOnlyDictionary<string, ColumnMask> Columns, ColumnMask Others, string? Rows)
{
    /// <summary>Whether it names one dataset.</summary>
    public bool IsExact => Pattern.AsSpan().IndexOfAny('*', '?') < 0;
}
