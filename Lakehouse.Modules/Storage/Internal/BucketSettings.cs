using Lakehouse.Core.Configuration;

namespace Lakehouse.Storage.Internal;

/// <summary>Reads the tables <c>[storage.buckets.NAME]</c>.</summary>
internal static class BucketSettings
{
    public const string Primary = "primary";

    private const string PrefixRule = "empty, or a prefix that ends with '/' and does not start with one";

    public static IReadOnlyList<BucketOptions> Read(SettingsReader settings, string dataDirectory)
    {
        var names = settings.Names("storage.buckets").Where(n => n != Primary).Prepend(Primary);
        return [.. names.Select(name => Read(settings, name, dataDirectory))];
    }

    private static BucketOptions Read(SettingsReader settings, string name, string dataDirectory)
    {
        var table = "storage.buckets." + name;
        if (Core.Names.PlainName.FindError(name) is { } error)
        {
            settings.AddError($"[{table}]: the bucket's name is refused: {error}.");
        }

        var kind = settings.Choice(table, "kind", "file", "file", "s3");
        var folder = settings.Text(
            table,
            "folder",
            string.Empty,
            "a folder whose path holds none of * ? [ ]; empty for one below data_dir",
            text => text.AsSpan().IndexOfAny("*?[]\0") < 0);
        var s3 = ReadS3(settings, table);
        if (kind == "file")
        {
            var path = folder.Length > 0 ? folder : Path.Combine(dataDirectory, name == Primary ? "objects" : Path.Combine("buckets", name));
            return new BucketOptions(name, null, Path.GetFullPath(path), HasOwnFolder: folder.Length > 0);
        }

        if (s3.Bucket.Length == 0)
        {
            settings.AddError($"[{table}] bucket is empty, and kind = \"s3\" needs the name of a bucket there.");
        }

        if (s3.AccessKey.Length > 0 != s3.SecretKey.Length > 0)
        {
            settings.AddError($"[{table}] access_key and secret_key go together; one of them is empty.");
        }

        return new BucketOptions(name, s3, string.Empty);
    }

    private static S3Options ReadS3(SettingsReader settings, string table)
    {
        return new S3Options
        {
            Endpoint = settings.Url(table, "endpoint", string.Empty, "http://127.0.0.1:9000"),
            Region = settings.Text(table, "region", "us-east-1", "a region, e.g. \"us-east-1\"", text => text.Length > 0),
            Bucket = settings.Text(table, "bucket", string.Empty, "the name of a bucket"),
            Prefix = settings.Text(table, "prefix", string.Empty, PrefixRule, text => text.Length == 0 || (text[0] != '/' && text[^1] == '/')),
            PathStyle = settings.Flag(table, "path_style", true),
            AccessKey = settings.Text(table, "access_key", string.Empty, "a text"),
            SecretKey = settings.Text(table, "secret_key", string.Empty, "a text"),
            PartBytes = settings.Size(table, "part_bytes", "16MiB", "5MiB", "5GiB"),
            Timeout = settings.Time(table, "timeout", "30s", "100ms", "1h"),
            Retries = settings.Count(table, "retries", 5, 0, 100),
        };
    }
}
