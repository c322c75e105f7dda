namespace Lakehouse.Query.Internal.Gate;

/// <summary>What a text costs the engine, as far as its parse tree shows it.</summary>
/// <param name="Tables">How many tables it plans.</param>
/// <param name="Named">How many tables it names; fewer than it plans where common tables are planned again.</param>
/// <param name="Depth">How deep it nests.</param>
/// <param name="Growth">How many times larger than its arguments a value of it can be.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct GateCost(double Tables, double Named, int Depth, double Growth)
{
    /// <summary>The cost of a dataset.</summary>
    public static GateCost OfTable => new(1, 1, 0, 1);

    /// <summary>The cost when its tables are views: each is planned wherever it is named, and nests and grows below this text.</summary>
    /// <param name="tables">For each table how often it is named, and its cost.</param>
    public GateCost With(IEnumerable<(int Count, GateCost Cost)> tables)
    {
        var (planned, depth, growth) = (0.0, 0, 1.0);
        foreach (var (count, cost) in tables)
        {
            planned += count * cost.Tables;
            depth = Math.Max(depth, cost.Depth);
            growth = Math.Max(growth, cost.Growth);
        }

        return new GateCost(planned * Math.Max(1, Tables / Math.Max(1, Named)), planned, Depth + depth, Growth * growth);
    }
}
