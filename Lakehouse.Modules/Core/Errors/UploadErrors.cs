using System.Buffers;

namespace Lakehouse.Core.Errors;

/// <summary>Errors of a request's body, told apart from errors of the disk it is written to: both are <see cref="IOException"/>.</summary>
public static class UploadErrors
{
    /// <summary>Reads from a request's body; a body that breaks off throws <c>upload_incomplete</c> (<see cref="ErrorKind.InvalidInput"/>).</summary>
    public static async ValueTask<int> ReadUploadAsync(this Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException fault)
        {
            throw new LakehouseException(ErrorKind.InvalidInput, "upload_incomplete", "The upload broke off before its end. Nothing was stored; send it again.", fault);
        }
    }

    /// <summary>Reads a whole body into memory.</summary>
    /// <param name="body">The body.</param>
    /// <param name="length">Its length as its sender has announced it; null where it has not.</param>
    /// <param name="sizeBytesMax">More bytes than this throw <paramref name="tooLarge"/>'s error.</param>
    /// <param name="tooLarge">Makes that error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(
        this Stream body, long? length, long sizeBytesMax, Func<LakehouseException> tooLarge, CancellationToken cancellationToken)
    {
        // One byte more than announced: the end is only seen by reading on. A long announcement alone gets no memory.
        const int block = 16 * 1024;
        const int blockMax = 1024 * 1024;
        var content = new ArrayBufferWriter<byte>((int)Math.Clamp((length ?? block) + 1, 1, Math.Min(blockMax, sizeBytesMax + 1)));
        while (await body.ReadUploadAsync(content.GetMemory(), cancellationToken) is var count and > 0)
        {
            content.Advance(count);
            if (content.WrittenCount > sizeBytesMax)
            {
                throw tooLarge();
            }
        }

        return content.WrittenMemory;
    }
}
