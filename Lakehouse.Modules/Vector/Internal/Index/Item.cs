using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Index;

/// <summary>Pointers to the records of a node's id and metadata.</summary>
internal unsafe struct Item
{
    /// <summary>The length of the id (uint16) and the id in UTF-8.</summary>
    public byte* IdRecord;

    /// <summary>A <see cref="MetadataDocument"/>'s record, or null for none.</summary>
    public byte* MetadataRecord;

    /// <summary>The id in UTF-8.</summary>
    public readonly ReadOnlySpan<byte> Id => IdOf(IdRecord);

    public readonly MetadataDocument Metadata => new(MetadataRecord);

    /// <summary>The id in a record.</summary>
    public static ReadOnlySpan<byte> IdOf(byte* record) => new(record + sizeof(ushort), *(ushort*)record);
}
