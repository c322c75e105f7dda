using System.Security.Cryptography;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>Reads a file from its start in large pieces, and hashes what it reads.</summary>
internal sealed class HashingReader(Stream stream, CancellationToken cancellationToken = default) : IDisposable
{
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _start;
    private int _end;

    /// <summary>Hashes bytes in place of others that were read with <see cref="ReadHeader"/>.</summary>
    public void Hash(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Fills <paramref name="bytes"/> without hashing them: the header is hashed without its checksum.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void ReadHeader(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException("it is cut off");
        }
    }

    /// <summary>Fills <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Read(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_start == _end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _end = stream.Read(_buffer);
                _start = 0;
                if (_end == 0)
                {
                    throw new InvalidDataException("it is cut off");
                }

                _hash.AppendData(_buffer, 0, _end);
            }

            var part = Math.Min(bytes.Length, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes);
            _start += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>Ends the reading and returns the hash of all bytes, in hexadecimal digits.</summary>
    /// <exception cref="InvalidDataException">There are more bytes.</exception>
    public string Complete() => _start == _end && stream.ReadByte() < 0
        ? Convert.ToHexStringLower(_hash.GetHashAndReset())
        : throw new InvalidDataException("it is longer than it says");

    public void Dispose() => _hash.Dispose();
}
