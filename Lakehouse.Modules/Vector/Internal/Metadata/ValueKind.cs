namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>The kind of a metadata value. Whole numbers of 64 bits have their own kind, so that they compare exactly.</summary>
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
