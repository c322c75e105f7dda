using System.Security.Cryptography;

namespace Lakehouse.Vector.Internal.Files;

/// <summary>Writes a file from its start in large pieces, and hashes what it writes.</summary>
internal sealed class HashingWriter(Stream stream) : IDisposable
{
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_count == _buffer.Length)
            {
                Flush();
            }

            var part = bytes[..Math.Min(bytes.Length, _buffer.Length - _count)];
            part.CopyTo(_buffer.AsSpan(_count));
            _count += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Ends the writing and returns the hash of all bytes, in hexadecimal digits.</summary>
    public string Complete()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _count);
        stream.Write(_buffer, 0, _count);
        _count = 0;
    }
}
