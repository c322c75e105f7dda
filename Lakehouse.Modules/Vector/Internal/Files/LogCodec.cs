using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Metadata;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>
/// One batch as an object of the log: a <see cref="FileHeader"/>; then for each item the length of its id (uint16) and the id and, in an add, the length
/// of its metadata (int32; -1 keeps the stored metadata) and its JSON and, where items have texts, the length of its text (int32; -1 keeps the stored text) and
/// the text; then the vectors, float32. Numbers are little-endian.
/// </summary>
internal static class LogCodec
{
    private const int Unchanged = -1;

    public static byte[] Encode(LogEntry entry, Guid generation, long sequence, int dimension)
    {
        var body = new ArrayBufferWriter<byte>();
        var hasTexts = entry.Added?.HasTexts == true;
        if (entry.Added is { } added)
        {
            WriteItems(added, hasTexts, body);
        }

        foreach (var id in entry.Removed ?? [])
        {
            WriteId(id, body);
        }

        var kind = entry.Added is not null ? FileHeader.AddKind : entry.Removed is not null ? FileHeader.RemoveKind : FileHeader.WriterKind;
        var header = new FileHeader(
            FileHeader.Version, generation, sequence, kind, entry.ItemCount, dimension, 0, 0, body.WrittenCount, FileHeader.NoChecksum, entry.Epoch, hasTexts,
            entry.After);
        var checksum = Checksum(header, body.WrittenSpan);
        return [.. (header with { Checksum = checksum }).Encode(FileHeader.LogMagic), .. body.WrittenSpan];
    }

    /// <summary>Reads an object of the log.</summary>
    /// <exception cref="InvalidDataException">The object is damaged or belongs to another index.</exception>
    public static LogEntry Decode(ReadOnlySpan<byte> file, Guid generation, long sequence, int dimension)
    {
        if (file.Length < FileHeader.PrefixBytes)
        {
            throw new InvalidDataException("it is cut off");
        }

        var length = FileHeader.DecodeLength(file, FileHeader.LogMagic);
        if (file.Length < FileHeader.PrefixBytes + length)
        {
            throw new InvalidDataException("it is cut off");
        }

        var header = FileHeader.Decode(file.Slice(FileHeader.PrefixBytes, length), generation, sequence, dimension);
        var body = file[(FileHeader.PrefixBytes + length)..];
        if (body.Length != header.BodyBytes || Checksum(header with { Checksum = FileHeader.NoChecksum }, body) != header.Checksum)
        {
            throw new InvalidDataException("its checksum does not match");
        }

        var entry = header.Kind switch
        {
            FileHeader.AddKind => new LogEntry(header.Epoch, ItemBatch.FromLog(ReadItems(body, header, dimension)), null),
            FileHeader.RemoveKind => new LogEntry(header.Epoch, null, ReadIds(body, header.ItemCount)),
            FileHeader.WriterKind => new LogEntry(header.Epoch, null, null),
            _ => throw new InvalidDataException($"it is of an unknown kind, \"{header.Kind}\""),
        };
        return entry with { After = header.After, MayFollowGap = header.IsOfGappedLog };
    }

    private static void WriteItems(ItemBatch batch, bool hasTexts, ArrayBufferWriter<byte> body)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var item = batch[i];
            WriteId(item.Id, body);
            var metadata = item.HasMetadata ? MetadataDocument.JsonOf(item.Metadata) : default;
            BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(sizeof(int)), item.HasMetadata ? metadata.Length : Unchanged);
            body.Advance(sizeof(int));
            body.Write(metadata);
            if (hasTexts)
            {
                BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(sizeof(int)), item.Text?.Length ?? Unchanged);
                body.Advance(sizeof(int));
                body.Write(item.Text);
            }
        }

        for (var i = 0; i < batch.Count; i++)
        {
            body.Write(MemoryMarshal.AsBytes(batch[i].Vector.Span));
        }
    }

    private static void WriteId(byte[] id, ArrayBufferWriter<byte> body)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(body.GetSpan(sizeof(ushort)), (ushort)id.Length);
        body.Advance(sizeof(ushort));
        body.Write(id);
    }

    // The checksum of the body was verified, so its lengths are not checked again.
    private static ItemBatch.Entry[] ReadItems(ReadOnlySpan<byte> body, FileHeader header, int dimension)
    {
        var heads = new (byte[] Id, bool HasMetadata, byte[]? Metadata, byte[]? Text)[header.ItemCount];
        for (var i = 0; i < heads.Length; i++)
        {
            var id = ReadId(ref body);
            var length = BinaryPrimitives.ReadInt32LittleEndian(body);
            body = body[sizeof(int)..];
            heads[i] = length == Unchanged ? (id, false, null, null) : (id, true, MetadataDocument.Encode(body[..length]), null);
            body = body[Math.Max(0, length)..];
            if (header.HasTexts)
            {
                heads[i].Text = ReadText(ref body);
            }
        }

        var vectors = MemoryMarshal.Cast<byte, float>(body).ToArray();
        return [.. heads.Select(
            (head, i) => new ItemBatch.Entry(head.Id, vectors.AsMemory(i * dimension, dimension), head.HasMetadata, head.Metadata, head.Text))];
    }

    private static byte[]? ReadText(ref ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        body = body[sizeof(int)..];
        if (length == Unchanged)
        {
            return null;
        }

        var text = body[..length].ToArray();
        body = body[length..];
        return text;
    }

    private static List<byte[]> ReadIds(ReadOnlySpan<byte> body, int count)
    {
        var ids = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            ids.Add(ReadId(ref body));
        }

        return ids;
    }

    private static byte[] ReadId(ref ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(body);
        var id = body.Slice(sizeof(ushort), length).ToArray();
        body = body[(sizeof(ushort) + length)..];
        return id;
    }

    private static string Checksum(FileHeader header, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header.Encode(FileHeader.LogMagic));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
