namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>What a metadata value is. Whole numbers of 64 bits are told from others, so that they compare exactly.</summary>
internal enum ValueKind : byte
{
    Null,
    False,
    True,
    Integer,
    Double,
    String,
    Array,
    Object,
}
