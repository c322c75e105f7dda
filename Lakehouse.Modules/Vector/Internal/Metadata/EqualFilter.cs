namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes values that equal one of the given ones. Texts are looked up by their hash, so that a long list costs no more than a short one.</summary>
internal sealed class EqualFilter : FieldFilter
{
    private readonly ILookup<uint, byte[]> _texts;
    private readonly FilterValue[] _others;

    public EqualFilter(FieldPath path, IReadOnlyList<FilterValue> values)
        : base(path)
    {
        _texts = values.Where(v => v.Kind == ValueKind.String).ToLookup(v => MetadataDocument.Hash(v.Text), v => v.Text);
        _others = [.. values.Where(v => v.Kind != ValueKind.String)];
    }

    protected override bool Holds(MetadataValue value)
    {
        if (value.Kind == ValueKind.String)
        {
            foreach (var text in _texts[MetadataDocument.Hash(value.Text)])
            {
                if (value.Text.SequenceEqual(text))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (var other in _others)
        {
            if (value.EqualTo(other.View))
            {
                return true;
            }
        }

        return false;
    }
}
