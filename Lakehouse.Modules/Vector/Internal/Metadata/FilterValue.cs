namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>A value that a filter compares with, stored on the heap.</summary>
/// <param name="Kind">Its kind; never an array or object.</param>
/// <param name="Number">A whole number, or the bits of a double.</param>
/// <param name="Text">A text in canonical spelling, without quotes.</param>
internal sealed record FilterValue(ValueKind Kind, long Number, byte[] Text)
{
    public MetadataValue View => new(Kind, Number, Text);
}
