namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>The position of a member of a metadata object in its JSON, and its value where that is a number.</summary>
internal struct MetadataField
{
    /// <summary>The hash of the key.</summary>
    public uint KeyHash;

    /// <summary>The kind of the value.</summary>
    public ValueKind Kind;

    /// <summary>Where the key is, without quotes.</summary>
    public int KeyStart;
    public int KeyLength;

    /// <summary>Where the value is; of a text, without quotes.</summary>
    public int ValueStart;
    public int ValueLength;

    /// <summary>A whole number, or the bits of a double.</summary>
    public long Number;
}
