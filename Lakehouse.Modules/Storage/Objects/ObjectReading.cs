using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>Reads whole objects into memory.</summary>
public static class ObjectReading
{
    /// <summary>Reads all bytes of a small object.</summary>
    /// <param name="store">The bucket.</param>
    /// <param name="key">The object.</param>
    /// <param name="sizeBytesMax">The largest size accepted.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidDataException">
    /// The object is missing, too large, or cut off. The message says which, in a form that can follow "the object ... is damaged: ".
    /// </exception>
    public static async Task<byte[]> ReadSmallAsync(this IObjectStore store, ObjectKey key, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var content = await store.OpenAsync(key, cancellationToken) ?? throw new InvalidDataException("it is gone");
        return await content.ReadToEndAsync(sizeBytesMax, cancellationToken);
    }

    /// <summary>Reads all bytes of a small object that was opened, and closes it. Errors as of <see cref="ReadSmallAsync"/>.</summary>
    public static async Task<byte[]> ReadToEndAsync(this ObjectContent content, long sizeBytesMax, CancellationToken cancellationToken)
    {
        await using var stream = content.Stream;
        if (content.Info.SizeBytes > sizeBytesMax)
        {
            throw new InvalidDataException("it is larger than such an object can be");
        }

        var bytes = new byte[content.Info.SizeBytes];
        return await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) == bytes.Length
            ? bytes
            : throw new InvalidDataException("it is cut off");
    }
}
