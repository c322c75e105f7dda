using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// The start of a snapshot or a log object: a magic number of four bytes, the length of the JSON (big-endian, 32 bits), and this record as JSON. The checksum
/// is the SHA-256 of the whole file with zeros in place of the checksum.
/// </summary>
/// <param name="FormatVersion">3; 1 and 2, with texts, in files of older programs, which have no epoch.</param>
/// <param name="Generation">The index's generation.</param>
/// <param name="Sequence">In a log object its number; in a snapshot the number of the last change that is part of it.</param>
/// <param name="Kind"><c>snapshot</c>, <c>add</c>, <c>remove</c>, or <c>writer</c>: no change, the start of an epoch.</param>
/// <param name="ItemCount">How many items follow.</param>
/// <param name="Dimension">The length of each vector.</param>
/// <param name="M">In a snapshot: the most links of a node above layer 0.</param>
/// <param name="EntryNode">In a snapshot: the node where walks start; -1 when the index is empty.</param>
/// <param name="BodyBytes">The bytes after the header.</param>
/// <param name="Checksum">64 hexadecimal digits.</param>
/// <param name="Epoch">Which writer made it: the number of its claim. In a snapshot, which writer made the last change in it.</param>
/// <param name="Texts">Whether the items carry texts.</param>
/// <param name="After">In a log object: the number up to which all were there when it was written.</param>
internal sealed record FileHeader(
    int FormatVersion,
    Guid Generation,
    long Sequence,
    string Kind,
    int ItemCount,
    int Dimension,
    int M,
    int EntryNode,
    long BodyBytes,
    string Checksum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Epoch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Texts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long After)
{
    /// <summary>The version that is written.</summary>
    public const int Version = 3;

    public const string WriterKind = "writer";
    public const string SnapshotKind = "snapshot";
    public const string AddKind = "add";
    public const string RemoveKind = "remove";
    public const int PrefixBytes = 8;
    public const int LengthMax = 64 * 1024;

    /// <summary>In a snapshot's byte for each item, this many low bits are its highest layer; the others count its edges in the spanning tree.</summary>
    public const int LevelBits = 4;

    public static readonly string NoChecksum = new('0', 64);

    private const int OldestVersion = 1;
    private const int OldVersionWithTexts = 2;

    /// <summary>The JSON options for all files of the module.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip
    };

    /// <summary>Whether each item is followed by its text.</summary>
    [JsonIgnore]
    public bool HasTexts => Texts || FormatVersion == OldVersionWithTexts;

    /// <summary>Whether it comes from a program that could leave numbers of the log out.</summary>
    [JsonIgnore]
    public bool IsOfGappedLog => FormatVersion < Version;

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
    /// <exception cref="InvalidDataException">The file does not start with <paramref name="magic"/>, or the length is out of range.</exception>
    public static int DecodeLength(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> magic)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix[magic.Length..]);
        return prefix.StartsWith(magic) && length is > 0 and <= LengthMax
            ? length
            : throw new InvalidDataException("its first bytes are not those of this kind of file");
    }

    /// <summary>The generation of the index that a file is of; null where that cannot be read.</summary>
    public static async Task<Guid?> ReadGenerationAsync(Stream file, byte[] magic, CancellationToken cancellationToken)
    {
        try
        {
            var prefix = new byte[PrefixBytes];
            await file.ReadExactlyAsync(prefix, cancellationToken);
            var json = new byte[DecodeLength(prefix, magic)];
            await file.ReadExactlyAsync(json, cancellationToken);
            return JsonSerializer.Deserialize<FileHeader>(json, Json)?.Generation;
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Reads the JSON and checks that it belongs to the index.</summary>
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
            { FormatVersion: < OldestVersion or > Version } => throw new InvalidDataException(
                $"it has the format version {header.FormatVersion}, this program reads {OldestVersion} to {Version}"),
            _ when header.Generation != generation || header.Sequence != sequence
                || header.Dimension != dimension => throw new InvalidDataException("it belongs to another index, or has another sequence number"),
            _ when header.ItemCount < 0 || header.BodyBytes < 0
                || header.Checksum is not { Length: 64 } => throw new InvalidDataException("its header is damaged"),
            _ => header,
        };
    }
}
