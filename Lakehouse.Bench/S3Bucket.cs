using Amazon.Runtime;
using Amazon.S3;

namespace Lakehouse.Bench;

/// <summary>An empty bucket on the S3 server that <c>LAKEHOUSE_TEST_S3</c> names.</summary>
internal static class S3Bucket
{
    private const string Table = "--storage.buckets.primary.";

    /// <summary>Makes a bucket, and returns the settings of a lake in it; null when there is no server.</summary>
    public static async Task<string[]?> TryCreateAsync()
    {
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3") is not { } url)
        {
            return null;
        }

        var (access, secret) = (
            Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3_ACCESS_KEY") ?? "lakehouse",
            Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3_SECRET_KEY") ?? "lakehouse-secret");
        var bucket = "bench-" + Guid.NewGuid().ToString("N");
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(access, secret), new AmazonS3Config { ServiceURL = url, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync(bucket);
        return
        [
            Table + "kind", "s3", Table + "endpoint", url, Table + "bucket", bucket, Table + "access_key", access, Table + "secret_key", secret
        ];
    }
}
