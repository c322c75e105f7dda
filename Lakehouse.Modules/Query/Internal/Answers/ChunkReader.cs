using System.Buffers;
using System.Buffers.Binary;

namespace Lakehouse.Query.Internal.Answers;

/// <summary>Cuts the bytes of <see cref="ChunkForm"/>, which arrive in pieces, into chunks.</summary>
internal sealed class ChunkReader
{
    private ArrayBufferWriter<byte> _bytes = new();
    private int _position;

    /// <summary>Receives the bytes.</summary>
    public IBufferWriter<byte> Input => _bytes;

    /// <summary>Returns the next chunk; null when it has not arrived completely.</summary>
    public QueryChunk? Take()
    {
        var rest = _bytes.WrittenMemory[_position..];
        if (rest.Length >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(rest.Span) is var length && rest.Length - sizeof(int) >= length)
        {
            _position += sizeof(int) + length;
            return new QueryChunk(rest.Slice(sizeof(int), length));
        }

        // The chunks that were returned still refer to the buffer, so the next bytes go into a new one.
        if (_position > 0)
        {
            (_bytes, _position) = (new ArrayBufferWriter<byte>(), 0);
            _bytes.Write(rest.Span);
        }

        return null;
    }
}
