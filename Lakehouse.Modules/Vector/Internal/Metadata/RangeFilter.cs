namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes numbers or texts on one side of a bound of the same kind.</summary>
internal sealed class RangeFilter(FieldPath path, FilterValue bound, bool isAbove, bool isInclusive) : FieldFilter(path)
{
    protected override bool Holds(MetadataValue value) => value.CompareTo(bound.View) switch
    {
        null => false,
        0 => isInclusive,
        > 0 => isAbove,
        _ => !isAbove,
    };
}
