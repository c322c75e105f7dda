using System.IO.Pipelines;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Embed.Internal.Providers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// Saves the cache across restarts, where that is configured: reads it at the start, saves it regularly and at the end. A failure is logged and affects
/// nothing else.
/// </summary>
internal sealed partial class CacheKeeper(
    EmbeddingCache cache, ModelTable models, EmbedOptions options, LakeOptions lake, IEmbedCacheStore store, ILogger<CacheKeeper> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan SaveAtStopMax = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _saving = Task.CompletedTask;
    private long _saved;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options is not { CachePersist: true, CacheSize: > 0 })
        {
            return;
        }

        await LoadAsync(cancellationToken);
        _saving = lake.IsReader ? Task.CompletedTask : SaveRegularlyAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _saving;
        if (options is { CachePersist: true, CacheSize: > 0 } && !lake.IsReader)
        {
            // Also when requests have used up the time to stop.
            using var patience = new CancellationTokenSource(SaveAtStopMax);
            await SaveAsync(patience.Token);
        }
    }

    public void Dispose() => _stop.Dispose();

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var saved = await store.OpenAsync(cancellationToken);
            if (saved is null)
            {
                return;
            }

            var byFingerprint = options.Models.Keys.Select(models.Find).ToLookup(m => m.Fingerprint, StringComparer.Ordinal);
            var entries = await CacheFile.ReadAsync(saved, cancellationToken);
            foreach (var (fingerprint, key, vector) in entries)
            {
                foreach (var model in byFingerprint[fingerprint])
                {
                    cache.Restore(key with { Model = model.Id }, vector);
                }
            }

            LogLoaded(entries.Count);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or LakehouseException)
        {
            LogUnreadable(error);
        }
    }

    private async Task SaveRegularlyAsync()
    {
        using var timer = new PeriodicTimer(options.CacheSaveEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await SaveAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops; StopAsync saves the cache.
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changes = cache.ChangeCount;
        if (changes == _saved)
        {
            return;
        }

        try
        {
            var byId = options.Models.Keys.Select(models.Find).ToDictionary(m => m.Id, m => m.Fingerprint);
            var entries = cache.ToList().Where(e => byId.ContainsKey(e.Key.Model)).Select(e => (byId[e.Key.Model], e.Key, e.Value));
            var pipe = new Pipe();
            var writing = Task.Run(
                async () =>
                {
                    Exception? failed = null;
                    try
                    {
                        await CacheFile.WriteAsync(pipe.Writer, entries, cancellationToken);
                    }
                    catch (Exception error)
                    {
                        failed = error;
                    }

                    await pipe.Writer.CompleteAsync(failed);
                },
                CancellationToken.None);
            try
            {
                await store.SaveAsync(pipe.Reader.AsStream(), cancellationToken);
            }
            finally
            {
                await pipe.Reader.CompleteAsync();
                await writing;
            }

            _saved = changes;
        }
        catch (Exception error) when (error is IOException or LakehouseException)
        {
            LogUnsaved(error);
        }
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "Read {Entries} saved embeddings")]
    private partial void LogLoaded(int entries);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "The saved embeddings cannot be read; the cache starts empty")]
    private partial void LogUnreadable(Exception error);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "The cache of embeddings could not be saved; it is tried again")]
    private partial void LogUnsaved(Exception error);
}
