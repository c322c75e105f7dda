using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Storage.Internal.S3;
using Microsoft.Extensions.Hosting;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// Opens the buckets. At the start, checks that S3 buckets exist and, for the primary one, that its server honours the conditional puts that commits rely on.
/// </summary>
internal sealed class Buckets : IBuckets, IHostedService, IDisposable
{
    private readonly Dictionary<string, IObjectStore> _stores = new(StringComparer.Ordinal);
    private readonly Dictionary<string, S3ObjectStore> _s3 = new(StringComparer.Ordinal);
    private readonly List<S3Client> _clients = [];
    private readonly bool _isReader;

    public Buckets(StorageOptions options, TimeProvider time, IJournal journal)
    {
        foreach (var bucket in options.Buckets)
        {
            if (options.Lake.IsReader && bucket.S3 is null && !Directory.Exists(bucket.Folder))
            {
                throw new LakehouseException(
                    ErrorKind.NotFound,
                    "bucket_not_found",
                    $"[storage.buckets.{bucket.Name}] cannot be used: there is no folder {bucket.Folder}, and a reader makes none ([lake] mode). Correct the "
                    + "path, or start the writer first.");
            }

            IObjectStore store = bucket.S3 is { } s3 ? OpenS3(bucket.Name, s3, options, time, journal) : new FileObjectStore(bucket.Folder, time, journal);
            _stores[bucket.Name] = options.Lake.IsReader ? new ReadOnlyStore(store, options.Lake) : store;
        }

        _isReader = options.Lake.IsReader;
    }

    /// <summary>The bucket that holds the lake.</summary>
    public IObjectStore Primary => _stores[BucketSettings.Primary];

    public IObjectStore Find(string? name) => _stores.GetValueOrDefault(name ?? BucketSettings.Primary)
        ?? throw new LakehouseException(
            ErrorKind.NotFound,
            "bucket_not_found",
            $"There is no bucket '{name}'. The buckets are: {string.Join(", ", _stores.Keys)} ([storage.buckets.NAME]).");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, s3) in _s3)
        {
            try
            {
                await s3.ProbeAsync(!_isReader && name == BucketSettings.Primary, cancellationToken);
            }
            catch (LakehouseException error)
            {
                throw new LakehouseException(error.Kind, error.Code, $"[storage.buckets.{name}] cannot be used: {error.Message}", error);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    private S3ObjectStore OpenS3(string name, S3Options s3, StorageOptions options, TimeProvider time, IJournal journal)
    {
        var client = new S3Client(s3, time, journal);
        _clients.Add(client);
        return _s3[name] = new S3ObjectStore(s3, client, new LocalCopies(Path.Combine(options.DataDirectory, "cache", name), options.CacheBytes, journal));
    }
}
