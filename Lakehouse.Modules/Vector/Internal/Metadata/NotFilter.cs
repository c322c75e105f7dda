namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes items that its part does not pass.</summary>
internal sealed class NotFilter(FilterNode part) : FilterNode
{
    public override bool Matches(MetadataDocument document) => !part.Matches(document);
}
