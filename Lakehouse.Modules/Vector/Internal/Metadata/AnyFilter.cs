namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes items that at least one part passes.</summary>
internal sealed class AnyFilter(FilterNode[] parts) : FilterNode
{
    public override bool Matches(MetadataDocument document)
    {
        foreach (var part in parts)
        {
            if (part.Matches(document))
            {
                return true;
            }
        }

        return false;
    }
}
