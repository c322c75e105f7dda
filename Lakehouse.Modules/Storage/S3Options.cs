namespace Lakehouse.Storage;

/// <summary>A bucket of an S3 server: a table <c>[storage.buckets.NAME]</c> with <c>kind = "s3"</c>.</summary>
public sealed record S3Options
{
    /// <summary>The server's address; null for AWS itself.</summary>
    public required Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public required string Region { get; init; }

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The prefix of every key; empty, or ending with <c>/</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>True: the bucket is in the path of requests; false: in the name of the host.</summary>
    public required bool PathStyle { get; init; }

    /// <summary>The access key; empty for the credential chain of AWS: environment, profiles, the machine's role.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The secret key.</summary>
    public required string SecretKey { get; init; }

    /// <summary>Larger objects are uploaded in parts of this size.</summary>
    public required long PartBytes { get; init; }

    /// <summary>How long one request may take to its answer, and a read of a body to its next bytes.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How often a request that failed with a transient error is retried.</summary>
    public required int Retries { get; init; }

    /// <summary>Only the bucket: the default form of a record would include the keys.</summary>
    public override string ToString() => Bucket;
}
