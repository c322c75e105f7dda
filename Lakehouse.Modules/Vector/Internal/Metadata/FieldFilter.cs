using System.Text.Json;

namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Passes items that have a member whose value, or one element of it where it is an array, satisfies the condition.</summary>
internal abstract class FieldFilter(FieldPath path) : FilterNode
{
    public override bool Matches(MetadataDocument document)
    {
        if (!path.TryFind(document, out var value))
        {
            return false;
        }

        return value.Kind == ValueKind.Array ? HoldsForAny(value.Text) : Holds(value);
    }

    /// <summary>True when the value satisfies the condition.</summary>
    protected abstract bool Holds(MetadataValue value);

    private bool HoldsForAny(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Holds(MetadataValue.At(ref reader, json)))
            {
                return true;
            }
        }

        return false;
    }
}
