namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes items that every part passes.</summary>
internal sealed class AllFilter(FilterNode[] parts) : FilterNode
{
    public override bool Matches(MetadataDocument document)
    {
        foreach (var part in parts)
        {
            if (!part.Matches(document))
            {
                return false;
            }
        }

        return true;
    }
}
