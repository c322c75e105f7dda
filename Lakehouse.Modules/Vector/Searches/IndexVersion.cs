using System.Globalization;

namespace Lakehouse.Vector;

/// <summary>An index at a change.</summary>
/// <param name="Index">The index itself, also where it was named by an alias.</param>
/// <param name="Sequence">The number of the change, from 0.</param>
public readonly record struct IndexVersion(IndexName Index, long Sequence)
{
    /// <summary>Such as <c>docs@17</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}@{Sequence}");
}
