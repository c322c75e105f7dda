using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Storage.Internal.Journal;

/// <summary>
/// Writes the journal: objects <c>_journal/TIME-RANDOM.jsonl</c> in the primary bucket, each with some lines of JSON, put once and never changed. The oldest
/// objects are deleted. Entries that could not be written are kept and written again.
/// </summary>
internal sealed partial class JournalWriter(
    JournalQueue queue, IObjectStore store, StorageOptions options, TimeProvider time, ILogger<JournalWriter> logger) : BackgroundService, IJournalReader
{
    private const string Prefix = "_journal/";
    private const string KeyTime = "yyyyMMdd'T'HHmmss'.'fffffff'Z'"; // keys sort as times do
    private const int LinesMax = 1_000;
    private const int WritesPerRotation = 16;

    private static readonly TimeSpan FlushAtStopMax = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    private readonly SemaphoreSlim _writing = new(1);
    private List<JournalEntry> _unwritten = [];
    private int _writeCount;

    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(DateTime since, int countMax, CancellationToken cancellationToken)
    {
        await TryFlushAsync(cancellationToken);
        var entries = new List<JournalEntry>();

        // The time in an object's key is that of its last entry.
        var startAfter = Prefix + since.ToString(KeyTime, CultureInfo.InvariantCulture);
        await foreach (var page in store.ListPagesAsync(Prefix, startAfter, cancellationToken: cancellationToken))
        {
            foreach (var found in page)
            {
                entries.AddRange((await ReadAsync(found.Key, cancellationToken)).Where(e => e.Time > since));
                if (entries.Count > countMax)
                {
                    return entries;
                }
            }
        }

        return entries;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // Also when requests have used up the time to stop: otherwise the last entries would be lost, and the services after this one not stopped.
        using var patience = new CancellationTokenSource(FlushAtStopMax);
        try
        {
            await TryFlushAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            LogUnwritten(null, _unwritten.Count);
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.JournalFlushEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryFlushAsync(stoppingToken);
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _unwritten = _unwritten.Count > 0 ? _unwritten : queue.Take(LinesMax);
            if (_unwritten.Count == 0 || options.Lake.IsReader)
            {
                return;
            }

            var lines = string.Concat(_unwritten.Select(entry => JsonSerializer.Serialize(entry, Json) + "\n"));
            var last = _unwritten.Max(e => e.Time).ToString(KeyTime, CultureInfo.InvariantCulture);
            await store.PutIfAbsentAsync(ObjectKey.Parse($"{Prefix}{last}-{Guid.NewGuid():N}.jsonl"), Encoding.UTF8.GetBytes(lines), cancellationToken);
            _unwritten = [];
            if (_writeCount++ % WritesPerRotation == 0)
            {
                await RotateAsync(cancellationToken);
            }
        }
        catch (LakehouseException error)
        {
            LogUnwritten(error, _unwritten.Count);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task RotateAsync(CancellationToken cancellationToken)
    {
        var all = await store.ListAllAsync(Prefix, cancellationToken);
        foreach (var old in all.Take(all.Count - options.JournalMaxObjects))
        {
            await store.DeleteAsync(old.Key, cancellationToken);
        }
    }

    private async Task<List<JournalEntry>> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        if (await store.OpenAsync(key, cancellationToken) is { } content)
        {
            using var reader = new StreamReader(content.Stream);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                try
                {
                    if (JsonSerializer.Deserialize<JournalEntry>(line, Json) is { } entry)
                    {
                        entries.Add(entry);
                    }
                }
                catch (JsonException)
                {
                    // A line that another program has written.
                }
            }
        }

        return entries;
    }

    [LoggerMessage(EventId = 1003, Level = LogLevel.Warning, Message = "{Entries} entries of the journal could not be written; the next flush tries again")]
    private partial void LogUnwritten(Exception? error, int entries);
}
