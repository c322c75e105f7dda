namespace Lakehouse.Query.Internal.Gate;

/// <summary>The bounds of the gate; <see cref="QueryOptions"/> explains each of them.</summary>
internal sealed record GateBounds(
    int MaxListLength, int MaxRepeat, int MaxPivotColumns, int MaxDepth, int MaxGroupingSets, int MaxExpandedTables, int MaxParameters, int MaxPlans)
{
    public static GateBounds Of(QueryOptions options) =>
        new(options.MaxListLength, options.MaxRepeat, options.MaxPivotColumns, options.MaxDepth, options.MaxGroupingSets, options.MaxExpandedTables,
            options.MaxParameters, options.MaxPlans);
}
