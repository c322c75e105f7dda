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

    /// <summary>Reads a whole body into memory. One with more than <paramref name="sizeBytesMax"/> bytes throws <paramref name="tooLarge"/>'s error.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(this Stream body, long sizeBytesMax, Func<LakehouseException> tooLarge, CancellationToken cancellationToken)
    {
        const int block = 16 * 1024;
        var content = new ArrayBufferWriter<byte>(block);
        while (await body.ReadUploadAsync(content.GetMemory(block), cancellationToken) is var count and > 0)
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
