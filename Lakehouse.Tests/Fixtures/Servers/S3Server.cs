using Amazon.Runtime;
using Amazon.S3;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The real S3 server that the gate starts (.ci/s3-up), and buckets on it.</summary>
public static class S3Server
{
    /// <summary>Why tests that need it are skipped; null when it is running.</summary>
    public static string? Missing { get; } = Url is null ? "LAKEHOUSE_TEST_S3 names no S3 server; .ci/s3-up starts one" : null;

    public static string? Url => Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3");

    public static string AccessKey => Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3_ACCESS_KEY") ?? "lakehouse";

    public static string SecretKey => Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3_SECRET_KEY") ?? "lakehouse-secret";

    /// <summary>Makes an empty bucket.</summary>
    public static async Task<string> CreateBucketAsync()
    {
        using var client = Connect();
        var name = "test-" + Guid.NewGuid().ToString("N");
        await client.PutBucketAsync(name);
        return name;
    }

    public static AmazonS3Client Connect() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config
        {
            ServiceURL = Url,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    /// <summary>The settings of a lake in a bucket of this server.</summary>
    public static (string Key, string Value)[] SettingsOf(string bucket, string? url = null) =>
    [
        ("storage.buckets.primary.kind", "s3"),
        ("storage.buckets.primary.endpoint", url ?? Url!),
        ("storage.buckets.primary.bucket", bucket),
        ("storage.buckets.primary.access_key", AccessKey),
        ("storage.buckets.primary.secret_key", SecretKey),
        ("storage.buckets.primary.part_bytes", "5MiB"),
    ];
}
