namespace Lakehouse.Core.Errors;

/// <summary>Distinguishes errors of a request's body from errors of the disk that the body is written to; both are <see cref="IOException"/>.</summary>
public static class UploadErrors
{
    /// <summary>Reads from a request's body; a body that ends too early throws <c>upload_incomplete</c> (<see cref="ErrorKind.InvalidInput"/>).</summary>
    public static async ValueTask<int> ReadUploadAsync(this Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "upload_incomplete", "The upload broke off before its end. Nothing was stored; send it again.", error);
        }
    }
}
