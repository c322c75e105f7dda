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
        catch (IOException error)
        {
            throw new LakehouseException(
                ErrorKind.InvalidInput, "upload_incomplete", "The upload broke off before its end. Nothing was stored; send it again.", error);
        }
    }
}
