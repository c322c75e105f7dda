using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// The saved form of the cache: <c>LHE1</c>; then for each entry, the least recently used first, the length of the model's fingerprint (uint16) and the
/// fingerprint in UTF-8, a byte that is 1 where the text may have been cut off, the SHA-256 of the text (32 bytes), the dimension (int32), the vector
/// (float32); then a length of 65,535 and the SHA-256 of all bytes before it. Little-endian. A file that does not match its checksum is ignored as a whole.
/// </summary>
internal static class CacheFile
{
    private const int EndMark = ushort.MaxValue;
    private const int DimensionMax = 65_536;

    private static ReadOnlySpan<byte> Magic => "LHE1"u8;

    /// <summary>Writes entries as fast as the pipe accepts them.</summary>
    public static async Task WriteAsync(
        PipeWriter output, IEnumerable<(string Model, CacheKey Key, float[] Vector)> entries, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await WriteAsync(output, hash, Magic.ToArray(), cancellationToken);
        foreach (var (model, key, vector) in entries)
        {
            await WriteAsync(output, hash, Encode(model, key, vector), cancellationToken);
        }

        await WriteAsync(output, hash, [0xFF, 0xFF], cancellationToken);
        await output.WriteAsync(hash.GetHashAndReset(), cancellationToken);
    }

    /// <summary>
    /// Reads what <see cref="WriteAsync(PipeWriter, IEnumerable{ValueTuple{string, CacheKey, float[]}}, CancellationToken)"/> wrote. The model's number in
    /// the keys is 0.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not a saved cache, or is damaged.</exception>
    public static async Task<List<(string Model, CacheKey Key, float[] Vector)>> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var entries = new List<(string, CacheKey, float[])>();
        if (!(await ReadAsync(input, hash, Magic.Length, cancellationToken)).AsSpan().SequenceEqual(Magic))
        {
            throw new InvalidDataException("it is not a saved cache");
        }

        while (BinaryPrimitives.ReadUInt16LittleEndian(await ReadAsync(input, hash, sizeof(ushort), cancellationToken)) is var length and not EndMark)
        {
            var model = Encoding.UTF8.GetString(await ReadAsync(input, hash, length, cancellationToken));
            var head = await ReadAsync(input, hash, 1 + CacheKey.HashBytes + sizeof(int), cancellationToken);
            var dimension = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1 + CacheKey.HashBytes));
            if (dimension is < 1 or > DimensionMax)
            {
                throw new InvalidDataException("it has a vector of an impossible dimension");
            }

            var bytes = await ReadAsync(input, hash, dimension * sizeof(float), cancellationToken);
            var vector = new float[dimension];
            for (var i = 0; i < dimension; i++)
            {
                vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            }

            entries.Add((model, CacheKey.From(0, head[0] == 1, head.AsSpan(1, CacheKey.HashBytes)), vector));
        }

        var expected = hash.GetHashAndReset();
        var stored = new byte[expected.Length];
        return await input.ReadAtLeastAsync(stored, stored.Length, throwOnEndOfStream: false, cancellationToken) == stored.Length
            && stored.AsSpan().SequenceEqual(expected)
            ? entries
            : throw new InvalidDataException("its checksum does not match");
    }

    private static byte[] Encode(string model, CacheKey key, float[] vector)
    {
        var name = Encoding.UTF8.GetBytes(model);
        var entry = new byte[sizeof(ushort) + name.Length + 1 + CacheKey.HashBytes + sizeof(int) + (vector.Length * sizeof(float))];
        var rest = entry.AsSpan();
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)name.Length);
        name.CopyTo(rest[sizeof(ushort)..]);
        rest = rest[(sizeof(ushort) + name.Length)..];
        rest[0] = key.Truncate ? (byte)1 : (byte)0;
        key.CopyHashTo(rest[1..]);
        rest = rest[(1 + CacheKey.HashBytes)..];
        BinaryPrimitives.WriteInt32LittleEndian(rest, vector.Length);
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(rest[(sizeof(int) + (i * sizeof(float)))..], vector[i]);
        }

        return entry;
    }

    private static async Task WriteAsync(PipeWriter output, IncrementalHash hash, byte[] bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes);
        await output.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(Stream input, IncrementalHash hash, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        if (await input.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken) < count)
        {
            throw new InvalidDataException("it is cut off");
        }

        hash.AppendData(bytes);
        return bytes;
    }
}
