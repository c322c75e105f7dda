namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>A part of a filter on metadata. Immutable and thread-safe.</summary>
internal abstract class FilterNode
{
    /// <summary>True when the item with this metadata passes.</summary>
    public abstract bool Matches(MetadataDocument document);
}
