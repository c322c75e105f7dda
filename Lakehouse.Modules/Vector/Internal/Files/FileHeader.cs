using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// The start of a snapshot or a log object: four bytes of magic, the length of what follows (big-endian, 32 bits), and this as JSON. The checksum is
/// the SHA-256 of the file from its first byte to its last, with zeros where the checksum stands.
/// </summary>
/// <param name="FormatVersion">1; 2 where items have texts.</param>
/// <param name="Generation">The index's.</param>
/// <param name="Sequence">Of a log object its number; of a snapshot the last one that is part of it.</param>
/// <param name="Kind"><c>snapshot</c>, <c>add</c> or <c>remove</c>.</param>
/// <param name="ItemCount">How many items follow.</param>
/// <param name="Dimension">The length of each vector.</param>
/// <param name="M">Of a snapshot: the most links of a node above layer 0.</param>
/// <param name="EntryNode">Of a snapshot: the node where walks start; -1 when it is empty.</param>
/// <param name="BodyBytes">The bytes after the header.</param>
/// <param name="Checksum">64 hexadecimal digits.</param>
internal sealed record FileHeader(
    int FormatVersion, Guid Generation, long Sequence, string Kind, int ItemCount, int Dimension, int M, int EntryNode, long BodyBytes, string Checksum)
{
    public const int Version = 1;
    public const int VersionWithTexts = 2;
    public const string SnapshotKind = "snapshot";
    public const string AddKind = "add";
    public const string RemoveKind = "remove";
    public const int PrefixBytes = 8;
    public const int LengthMax = 64 * 1024;

    /// <summary>Of a snapshot's byte for each item: the low bits have its layer, the others its edges in the spanning tree.</summary>
    public const int LevelBits = 4;

    public static readonly string NoChecksum = new('0', 64);

    /// <summary>The JSON of every file of the module.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip
    };

    public static ReadOnlySpan<byte> SnapshotMagic => "LHV1"u8;

    public static ReadOnlySpan<byte> LogMagic => "LHL1"u8;

    /// <summary>The bytes of the header.</summary>
    public byte[] Encode(ReadOnlySpan<byte> magic)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, Json);
        var header = new byte[PrefixBytes + json.Length];
        magic.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(magic.Length), json.Length);
        json.CopyTo(header.AsSpan(PrefixBytes));
        return header;
    }

    /// <summary>The length of the JSON that follows the first <see cref="PrefixBytes"/> bytes.</summary>
    /// <exception cref="InvalidDataException">They are no such bytes.</exception>
    public static int DecodeLength(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> magic)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix[magic.Length..]);
        return prefix.StartsWith(magic) && length is > 0 and <= LengthMax
            ? length
            : throw new InvalidDataException("its first bytes are not those of such a file");
    }

    /// <summary>Reads the JSON, and requires what must agree with the index.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or belongs to another index.</exception>
    public static FileHeader Decode(ReadOnlySpan<byte> json, Guid generation, long sequence, int dimension)
    {
        FileHeader? header;
        try
        {
            header = JsonSerializer.Deserialize<FileHeader>(json, Json);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("its header is damaged", error);
        }

        return header switch
        {
            null => throw new InvalidDataException("its header is damaged"),
            { FormatVersion: not (Version or VersionWithTexts) } => throw new InvalidDataException(
                $"it has the format version {header.FormatVersion}, this program reads {Version} and {VersionWithTexts}"),
            _ when header.Generation != generation || header.Sequence != sequence
                || header.Dimension != dimension => throw new InvalidDataException("it belongs to another index or place"),
            _ when header.ItemCount < 0 || header.BodyBytes < 0
                || header.Checksum is not { Length: 64 } => throw new InvalidDataException("its header is damaged"),
            _ => header,
        };
    }
}
