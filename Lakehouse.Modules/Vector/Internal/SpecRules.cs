namespace Lakehouse.Vector.Internal;

/// <summary>The limits of an index's parameters; the options may set lower ones.</summary>
internal static class SpecRules
{
    private const int LinksMin = 2;

    /// <summary>The rule that a specification breaks, in words for a person; null when it breaks none.</summary>
    public static string? FindError(VectorIndexSpec spec, int dimensionMax = VectorIndexSpec.DimensionMax, int efMax = int.MaxValue) =>
        spec.Dimension < 1 || spec.Dimension > dimensionMax ? $"dimension is {spec.Dimension}; it is a whole number from 1 to {dimensionMax}"
        : spec.M is < LinksMin or > VectorIndexSpec.LinksMax ? $"m is {spec.M}; it is a whole number from {LinksMin} to {VectorIndexSpec.LinksMax}"
        : spec.EfConstruction < 1
            || spec.EfConstruction > efMax ? $"ef_construction is {spec.EfConstruction}; it is a whole number from 1 to {efMax} (vector.max_ef)"
        : spec.EfSearch < 1 || spec.EfSearch > efMax ? $"ef_search is {spec.EfSearch}; it is a whole number from 1 to {efMax} (vector.max_ef)"
        : null;
}
