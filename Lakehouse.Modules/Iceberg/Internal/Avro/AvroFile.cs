using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>
/// Avro's object container files: a header with the schema, and blocks of records. Those that are written are compressed with <c>deflate</c>; <c>null</c> and
/// <c>deflate</c> can be read. The same records make the same bytes.
/// </summary>
internal static class AvroFile
{
    private const string SchemaKey = "avro.schema";
    private const string CodecKey = "avro.codec";
    private const int SyncSize = 16;
    private const int BlockBytes = 64 * 1024;

    private static ReadOnlySpan<byte> Mark => "Obj\u0001"u8;

    /// <summary>Writes a file.</summary>
    /// <param name="schema">The type of a record, as JSON.</param>
    /// <param name="metadata">More members of the header.</param>
    /// <param name="records">The records.</param>
    public static byte[] Write(string schema, IReadOnlyDictionary<string, string> metadata, IEnumerable<object?> records)
    {
        var header = new Dictionary<string, string>(metadata, StringComparer.Ordinal) { [SchemaKey] = schema, [CodecKey] = "deflate" };
        var output = new ArrayBufferWriter<byte>();
        output.Write(Mark);
        var writer = new AvroWriter(output);
        writer.Long(header.Count);
        foreach (var (key, value) in header)
        {
            writer.Text(key);
            writer.Text(value);
        }

        writer.Long(0);
        var sync = SHA256.HashData(output.WrittenSpan).AsSpan(0, SyncSize);
        output.Write(sync);
        var type = AvroSchema.Parse(Encoding.UTF8.GetBytes(schema));
        var block = new ArrayBufferWriter<byte>();
        var count = 0;
        foreach (var record in records)
        {
            new AvroWriter(block).Write(type, record);
            count++;
            if (block.WrittenCount >= BlockBytes)
            {
                EndBlock(writer, output, block, count, sync);
                count = 0;
            }
        }

        if (count > 0)
        {
            EndBlock(writer, output, block, count, sync);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="bytesMax">The most bytes that its blocks may have when they are unpacked.</param>
    /// <exception cref="InvalidDataException">It is none, is damaged, or has a codec that is not known.</exception>
    public static AvroContent Read(ReadOnlyMemory<byte> file, long bytesMax)
    {
        if (!file.Span.StartsWith(Mark))
        {
            throw new InvalidDataException("it is no Avro file");
        }

        var reader = new AvroReader(file[Mark.Length..]);
        var metadata = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        reader.Blocks(() => metadata[reader.Text()] = reader.Bytes().ToArray());
        var sync = reader.Take(SyncSize).ToArray();
        var schema = AvroSchema.Parse(metadata.GetValueOrDefault(SchemaKey) ?? throw new InvalidDataException("it has no schema"));
        var codec = metadata.TryGetValue(CodecKey, out var named) ? Encoding.UTF8.GetString(named) : "null";
        var records = new List<object?>();
        for (var left = bytesMax; reader.Left > 0;)
        {
            var count = reader.Long();
            var block = Unpack(reader.Bytes().ToArray(), codec, left);
            left -= block.Length;
            var values = new AvroReader(block);
            if (count < 0 || (block.Length == 0 && count > 0 && schema.Fields.Count > 0))
            {
                throw new InvalidDataException("its Avro data is malformed");
            }

            for (; count > 0; count--)
            {
                if (values.Left == 0)
                {
                    throw new InvalidDataException("its Avro data is malformed");
                }

                records.Add(values.Read(schema));
            }

            if (values.Left > 0 || !reader.Take(SyncSize).SequenceEqual(sync))
            {
                throw new InvalidDataException("its Avro data is malformed");
            }
        }

        return new AvroContent(schema, metadata.ToDictionary(m => m.Key, m => Encoding.UTF8.GetString(m.Value), StringComparer.Ordinal), records);
    }

    private static void EndBlock(AvroWriter writer, ArrayBufferWriter<byte> output, ArrayBufferWriter<byte> block, int count, ReadOnlySpan<byte> sync)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(block.WrittenSpan);
        }

        writer.Long(count);
        writer.Bytes(packed.GetBuffer().AsSpan(0, (int)packed.Length));
        output.Write(sync);
        block.ResetWrittenCount();
    }

    private static byte[] Unpack(byte[] block, string codec, long bytesMax)
    {
        if (codec == "null")
        {
            return block.Length <= bytesMax ? block : throw TooLarge();
        }

        if (codec != "deflate")
        {
            throw new InvalidDataException($"it is compressed with '{codec}'; 'deflate' and 'null' can be read (write.avro.compression-codec=gzip)");
        }

        using var packed = new DeflateStream(new MemoryStream(block), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        var part = new byte[BlockBytes];
        for (int count; (count = packed.Read(part)) > 0;)
        {
            if (unpacked.Length + count > bytesMax)
            {
                throw TooLarge();
            }

            unpacked.Write(part, 0, count);
        }

        return unpacked.ToArray();
    }

    private static InvalidDataException TooLarge() => new("its blocks are larger than is read (iceberg.max_manifest_bytes)");
}
