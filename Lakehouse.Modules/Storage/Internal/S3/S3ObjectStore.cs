using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Storage.Internal.S3;

/// <summary>
/// A bucket of an S3 server: AWS, MinIO, Ceph and others. An object that is larger than one part is uploaded in parts. A put-if-absent is a single conditional
/// put, because some servers ignore the condition when an upload in parts is completed. ETags are those of the server, so the same content has the same ETag.
/// </summary>
internal sealed class S3ObjectStore(S3Options options, S3Client client, LocalCopies copies) : IObjectStore
{
    private const int PageMax = 1_000;
    private const int PartCountMax = 10_000;
    private const int KeyBytesMax = 1_024;
    private const string WriterMetadata = "lakehouse-writer";

    public string LocalFolder => copies.Folder;

    public bool IsInPlace => false;

    public string AddressOf(ObjectKey key) => $"s3://{options.Bucket}/{NameOf(key)}";

    /// <summary>
    /// Fails unless the bucket exists and can be listed. With <paramref name="forCommits"/> also fails unless the second of two conditional puts is refused.
    /// </summary>
    public async Task ProbeAsync(bool forCommits, CancellationToken cancellationToken)
    {
        await ListAsync(string.Empty, string.Empty, 1, cancellationToken);
        if (!forCommits)
        {
            return;
        }

        var probe = ObjectKey.Parse($"_probe/{Guid.NewGuid():N}");
        try
        {
            var first = await PutIfAbsentAsync(probe, ReadOnlyMemory<byte>.Empty, cancellationToken);
            if (first is null || await PutIfAbsentAsync(probe, ReadOnlyMemory<byte>.Empty, cancellationToken) is not null)
            {
                throw new LakehouseException(
                    ErrorKind.Upstream, "s3_no_conditions", $"The S3 server of the bucket '{options.Bucket}' does not heed If-None-Match on puts, so "
                        + "processes could overwrite each other's commits. It cannot hold the lake.");
            }
        }
        finally
        {
            await DeleteAsync(probe, CancellationToken.None);
        }
    }

    public async Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        var partBytes = PartBytesFor(sizeBytesMax);
        var first = await ReadPartAsync(content, partBytes, cancellationToken);
        if (first.Length > sizeBytesMax)
        {
            throw StorageErrors.TooLarge(sizeBytesMax);
        }

        if (first.Length < partBytes)
        {
            await PutWholeAsync(name, first, cancellationToken);
        }
        else
        {
            await PutPartsAsync(name, first, content, partBytes, sizeBytesMax, cancellationToken);
        }

        return await FindAsync(key, cancellationToken) ?? throw Vanished(key);
    }

    public async Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        // An attempt whose answer was lost may have been carried out before it is sent again, by this class or by the HTTP connection. The writer's id in the
        // metadata tells whether an existing object comes from such an attempt.
        var writer = Guid.NewGuid().ToString("N");
        var isStored = await client.SendAsync(
            async (_, late) =>
            {
                try
                {
                    var request = new PutObjectRequest { BucketName = options.Bucket, Key = NameOf(key), InputStream = Read(content), IfNoneMatch = "*" };
                    request.Metadata.Add(WriterMetadata, writer);
                    await client.Sdk.PutObjectAsync(request, late);
                    return true;
                }
                catch (AmazonS3Exception taken) when (
                    taken.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotModified)
                {
                    return await IsWrittenByAsync(key, writer, late);
                }
            },
            cancellationToken);
        return isStored ? await FindAsync(key, cancellationToken) ?? throw Vanished(key) : null;
    }

    public async Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not { } there)
        {
            await using (var file = new FileStream(scratchPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan))
            {
                there = await PutAsync(key, file, long.MaxValue, cancellationToken);
            }

            copies.Take(key, scratchPath, there.SizeBytes);
        }

        File.Delete(scratchPath);
        return there;
    }

    public Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken) => client.SendAsync<ObjectInfo?>(
        async (_, late) =>
        {
            try
            {
                var head = await client.Sdk.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = NameOf(key) }, late);
                return new ObjectInfo(key, head.ContentLength, InSeconds(head.LastModified), Unquote(head.ETag));
            }
            catch (AmazonS3Exception absent) when (IsAbsent(absent))
            {
                return null;
            }
        },
        cancellationToken);

    public async Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var response = await client.SendAsync(
            async (_, late) =>
            {
                try
                {
                    return await client.Sdk.GetObjectAsync(new GetObjectRequest { BucketName = options.Bucket, Key = NameOf(key) }, late);
                }
                catch (AmazonS3Exception absent) when (IsAbsent(absent))
                {
                    return null;
                }
            },
            cancellationToken);
        if (response is null)
        {
            return null;
        }

        var info = new ObjectInfo(key, response.ContentLength, InSeconds(response.LastModified), Unquote(response.ETag));
        return new ObjectContent(info, new S3ObjectStream(client, options, NameOf(key), response));
    }

    public async Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken)
    {
        var objects = new List<ObjectInfo>();
        string? token = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = options.Bucket,
                Prefix = options.Prefix + prefix,
                StartAfter = token is null && startAfter.Length > 0 ? options.Prefix + startAfter : null,
                ContinuationToken = token,
                MaxKeys = Math.Min(PageMax, countMax - objects.Count + 1),
                Encoding = EncodingType.Url,
            };
            var page = await client.SendAsync((_, late) => client.Sdk.ListObjectsV2Async(request, late), cancellationToken);
            foreach (var listed in page.S3Objects ?? [])
            {
                // Keys come URL-encoded, because XML cannot hold every key. Objects of other programs whose names are not valid keys here are skipped.
                if (ObjectKey.TryParse(WebUtility.UrlDecode(listed.Key)[options.Prefix.Length..], out var key, out _))
                {
                    objects.Add(new ObjectInfo(key, listed.Size ?? 0, InSeconds(listed.LastModified), Unquote(listed.ETag)));
                }
            }

            token = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (token is not null && objects.Count <= countMax);
        return new ObjectPage([.. objects.Take(countMax)], objects.Count > countMax);
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await client.SendAsync(
            (_, late) => client.Sdk.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = NameOf(key) }, late), cancellationToken);
        copies.Drop(key);
    }

    public async Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken)
    {
        var count = 0;
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = options.Prefix };
        while (await ListUploadsAsync(request, cancellationToken) is { } page)
        {
            foreach (var upload in (page.MultipartUploads ?? []).Where(u => u.Initiated?.ToUniversalTime() < begunBefore.UtcDateTime))
            {
                count++;
                if (!isDryRun)
                {
                    await AbortAsync(upload.Key, upload.UploadId);
                }
            }

            if (page.IsTruncated != true)
            {
                break;
            }

            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }

        return count;
    }

    public Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken) =>
        copies.GetAsync(key, expected, OpenAsync, cancellationToken);

    /// <summary>Null when the server does not support the call.</summary>
    private Task<ListMultipartUploadsResponse?> ListUploadsAsync(ListMultipartUploadsRequest request, CancellationToken cancellationToken) => client.SendAsync(
        async (_, late) =>
        {
            try
            {
                return await client.Sdk.ListMultipartUploadsAsync(request, late);
            }
            catch (AmazonS3Exception unknown) when (unknown.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
            {
                return null;
            }
        },
        cancellationToken);

    private static LakehouseException Vanished(ObjectKey key) =>
        new(
            ErrorKind.Upstream,
            "s3_failed",
            $"The object '{key}' was stored, and then was not there. Someone else deletes in this bucket, or its server loses objects.");

    private static bool IsAbsent(AmazonS3Exception error) => error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode != "NoSuchBucket";

    private static MemoryStream Read(ReadOnlyMemory<byte> content) => new(content.ToArray(), writable: false);

    // Listings give fractions of a second, HEAD requests do not. Cut to seconds, so that an object has the same time in both.
    private static DateTimeOffset InSeconds(DateTime? modified)
    {
        var utc = (modified ?? DateTime.UnixEpoch).ToUniversalTime();
        return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private static string Unquote(string? etag) => etag?.Trim('"') ?? string.Empty;

    private static async Task<byte[]> ReadPartAsync(Stream content, long partBytes, CancellationToken cancellationToken)
    {
        const int block = 256 * 1024;
        using var part = new MemoryStream();
        var buffer = new byte[Math.Min(block, partBytes)];
        while (part.Length < partBytes
                && await content.ReadUploadAsync(
                    buffer.AsMemory(0, (int)Math.Min(buffer.Length, partBytes - part.Length)), cancellationToken) is var count and > 0)
        {
            part.Write(buffer, 0, count);
        }

        return part.ToArray();
    }

    private string NameOf(ObjectKey key)
    {
        var name = options.Prefix + key.Value;
        return System.Text.Encoding.UTF8.GetByteCount(name) <= KeyBytesMax
            ? name
            : throw new LakehouseException(
                ErrorKind.InvalidInput, "invalid_key", $"The object key is refused: with the bucket's prefix it has more than {KeyBytesMax} bytes of UTF-8.");
    }

    /// <summary>The part size: large enough that the largest allowed object does not need more parts than S3 accepts.</summary>
    private long PartBytesFor(long sizeBytesMax)
    {
        const long largest = 5L << 40; // the size limit of an object in S3
        var needed = Math.Min(sizeBytesMax, largest) / PartCountMax;
        return sizeBytesMax == long.MaxValue ? options.PartBytes : Math.Max(options.PartBytes, needed + 1);
    }

    private async Task<bool> IsWrittenByAsync(ObjectKey key, string writer, CancellationToken cancellationToken)
    {
        try
        {
            var head = await client.Sdk.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = options.Bucket, Key = NameOf(key) }, cancellationToken);
            return head.Metadata[WriterMetadata] == writer;
        }
        catch (AmazonS3Exception gone) when (IsAbsent(gone))
        {
            return false;
        }
    }

    private Task PutWholeAsync(string name, byte[] content, CancellationToken cancellationToken) => client.SendAsync(
        (_, late) => client.Sdk.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = name, InputStream = Read(content) }, late),
        cancellationToken);

    /// <summary>Uploads in parts. The object exists only when the upload is completed; an upload that fails is aborted.</summary>
    private async Task PutPartsAsync(string name, byte[] first, Stream content, long partBytes, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var upload = await client.SendAsync(
            (_, late) => client.Sdk.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = name }, late), cancellationToken);
        try
        {
            var tags = new List<PartETag>();
            long size = 0;
            for (var part = first; part.Length > 0; part = await ReadPartAsync(content, partBytes, cancellationToken))
            {
                size += part.Length;
                if (size > sizeBytesMax)
                {
                    throw StorageErrors.TooLarge(sizeBytesMax);
                }

                var number = tags.Count + 1;
                var bytes = part;
                var stored = await client.SendAsync(
                    (_, late) => client.Sdk.UploadPartAsync(
                        new UploadPartRequest
                        {
                            BucketName = options.Bucket,
                            Key = name,
                            UploadId = upload.UploadId,
                            PartNumber = number,
                            PartSize = bytes.Length,
                            InputStream = Read(bytes)
                        }, late),
                    cancellationToken);
                tags.Add(new PartETag(number, stored.ETag));
            }

            await client.SendAsync(
                async (attempt, late) =>
                {
                    try
                    {
                        return await client.Sdk.CompleteMultipartUploadAsync(
                            new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = name, UploadId = upload.UploadId, PartETags = tags }, late);
                    }
                    catch (AmazonS3Exception done) when (attempt > 0 && done.ErrorCode == "NoSuchUpload")
                    {
                        return null; // an earlier attempt, whose answer was lost, has completed it
                    }
                },
                cancellationToken);
        }
        catch
        {
            await AbortAsync(name, upload.UploadId);
            throw;
        }
    }

    private async Task AbortAsync(string name, string uploadId)
    {
        try
        {
            await client.SendAsync(
                (_, late) => client.Sdk.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = name, UploadId = uploadId }, late), CancellationToken.None);
        }
        catch (LakehouseException)
        {
            // The parts stay until a collection or a lifecycle rule of the bucket removes them. The caller reports the original error.
        }
    }
}
