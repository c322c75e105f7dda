using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Isolation;

/// <summary>
/// Reads what <see cref="FrameWriter"/> wrote. Missing or invalid data throws <see cref="WorkerGoneException"/>: the other process is not trusted.
/// </summary>
public ref struct FrameReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads a payload.</summary>
    public FrameReader(ReadOnlySpan<byte> payload) => _rest = payload;

    /// <summary>Reads a byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>Reads a flag.</summary>
    public bool Flag() => Byte() != 0;

    /// <summary>Reads a number of 32 bits.</summary>
    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>Reads a number of 64 bits.</summary>
    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Reads how many elements follow, each of at least one byte.</summary>
    public int Count()
    {
        var count = Int();
        return count >= 0 && count <= _rest.Length ? count : throw Broken();
    }

    /// <summary>Reads bytes; the result refers to the payload.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Int());

    /// <summary>Reads a text that must not be null.</summary>
    public string Text() => TextOrNull() ?? throw Broken();

    /// <summary>Reads a text, or null.</summary>
    public string? TextOrNull()
    {
        var length = Int();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw Broken();
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static WorkerGoneException Broken() => new("a frame is shorter than it says");
}
