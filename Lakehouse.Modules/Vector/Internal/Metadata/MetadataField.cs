namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>Where a member of a metadata object lies in its JSON, and its value where that is a number.</summary>
internal struct MetadataField
{
    /// <summary>The hash of the key.</summary>
    public uint KeyHash;

    /// <summary>What the value is.</summary>
    public ValueKind Kind;

    /// <summary>The key, without quotes.</summary>
    public int KeyStart;
    public int KeyLength;

    /// <summary>The value; a text without quotes.</summary>
    public int ValueStart;
    public int ValueLength;

    /// <summary>A whole number, or the bits of a double.</summary>
    public long Number;
}
