using Amazon.S3.Model;
using Lakehouse.Core.Errors;

namespace Lakehouse.Storage.Internal.S3;

/// <summary>
/// Reads the bytes of an object. After a broken connection, the object is opened again at the current position on the condition that its ETag is the same, so a
/// reader gets the bytes of one version or an error. A read after a seek needs a new request.
/// </summary>
internal sealed class S3ObjectStream : Stream
{
    private readonly S3Client _client;
    private readonly S3Options _options;
    private readonly string _name;
    private readonly string _etag;
    private GetObjectResponse? _response;
    private long _responsePosition;
    private long _position;

    public S3ObjectStream(S3Client client, S3Options options, string name, GetObjectResponse response)
    {
        (_client, _options, _name, _response) = (client, options, name, response);
        Length = response.ContentLength;
        _etag = response.ETag;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.Length == 0)
        {
            return 0;
        }

        return await _client.SendAsync(
            async (_, late) =>
            {
                try
                {
                    await OpenAsync(late);
                    var count = await _response!.ResponseStream.ReadAsync(buffer, late);
                    if (count == 0)
                    {
                        throw new IOException("the answer ends before the object does");
                    }

                    _position += count;
                    _responsePosition += count;
                    return count;
                }
                catch
                {
                    Close(_response);
                    _response = null;
                    throw;
                }
            },
            cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override int Read(Span<byte> buffer)
    {
        var copy = new byte[buffer.Length];
        var count = Read(copy, 0, copy.Length);
        copy.AsSpan(0, count).CopyTo(buffer);
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(_response);
            _response = null;
        }

        base.Dispose(disposing);
    }

    private static void Close(GetObjectResponse? response) => response?.Dispose();

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_response is not null && _responsePosition == _position)
        {
            return;
        }

        Close(_response);
        _response = null;
        try
        {
            _response = await _client.Sdk.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = _options.Bucket,
                    Key = _name,
                    ByteRange = new ByteRange(_position, Length - 1),
                    EtagToMatch = _etag.Trim('"')
                }, cancellationToken);
            _responsePosition = _position;
        }
        catch (Amazon.S3.AmazonS3Exception changed) when (
            changed.StatusCode is System.Net.HttpStatusCode.PreconditionFailed or System.Net.HttpStatusCode.NotFound)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "object_changed", "The object was replaced or deleted while it was read. Read it again from its start.", changed);
        }
    }
}
