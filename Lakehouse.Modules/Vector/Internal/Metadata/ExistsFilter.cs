namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes items that have the member, with any value, including null.</summary>
internal sealed class ExistsFilter(FieldPath path) : FilterNode
{
    public override bool Matches(MetadataDocument document) => path.TryFind(document, out _);
}
