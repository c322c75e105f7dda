using System.Globalization;
using System.Text;
using Lakehouse.Storage;
using Lakehouse.Vector.Internal.Files;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal.Logs;

/// <summary>
/// The sign of life of this process for the indexes that it writes: an object that is written again and again while it changes indexes, and for a while after.
/// Other processes leave its indexes alone as long as that object is young. Its age is told by the clock of the store, from an object that the one who asks has
/// just written. Only how soon another process may take over depends on it; that nothing is lost does not. Thread-safe.
/// </summary>
internal sealed partial class WriterLease : BackgroundService
{
    private const int RenewalsPerLease = 3;
    private const int IdleLeases = 4;
    private const double SecondsMax = 3_600; // of the setting

    /// <summary>After how many leases the object of a process that has crashed is removed.</summary>
    private const int ForgottenLeases = 1_000;

    private readonly IObjectStore _store;
    private readonly VectorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<WriterLease> _logger;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly FileStream? _lock;
    private long _used;
    private volatile bool _isHeld;

    public WriterLease(IObjectStore store, VectorOptions options, StorageOptions storage, TimeProvider time, ILogger<WriterLease> logger)
    {
        (_store, _options, _time, _logger) = (store, options, time, logger);
        (_lock, Node) = OpenNode(storage.DataDirectory, options.Persist);
    }

    /// <summary>
    /// Identifies the data folder, so that a process that is started again need not wait for the lease of the one before. Of two processes that use a folder at
    /// once, the second has one of its own.
    /// </summary>
    public Guid Node { get; }

    /// <summary>Holds the lease from now on, until it was not called for a while.</summary>
    public async ValueTask HoldAsync()
    {
        Volatile.Write(ref _used, _time.GetTimestamp());
        if (_isHeld)
        {
            return;
        }

        await _writing.WaitAsync();
        try
        {
            if (!_isHeld)
            {
                await RemoveForgottenAsync(await RenewAsync());
                _isHeld = true;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>How long another process keeps its lease if it is not renewed; null where it has none, or none that counts.</summary>
    public async Task<TimeSpan?> FindRemainingAsync(Guid node)
    {
        if (node == Node || await _store.OpenAsync(VectorKeys.Node(node), CancellationToken.None) is not { } theirs)
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(await theirs.ReadToEndAsync(IndexFiles.SmallObjectMax, CancellationToken.None));
        var lease = double.TryParse(text.Split(' ')[0], CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= SecondsMax
            ? TimeSpan.FromSeconds(seconds)
            : _options.LeaseTime;

        // In a folder the age is by the clocks of two machines, of which theirs may be ahead.
        var remaining = theirs.Info.LastModified + lease - (await RenewAsync()).LastModified;
        return remaining > lease ? lease : remaining > TimeSpan.Zero ? remaining : null;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await ReleaseAsync();
        }
        catch (Exception error)
        {
            LogFailed(error);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _lock?.Dispose();
        _writing.Dispose();
    }

    /// <summary>Lets other processes write the indexes of this one at once.</summary>
    public async Task ReleaseAsync()
    {
        await _writing.WaitAsync();
        try
        {
            if (_isHeld)
            {
                _isHeld = false;
                await _store.DeleteAsync(VectorKeys.Node(Node), CancellationToken.None);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.LeaseTime / RenewalsPerLease, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (_isHeld && _time.GetElapsedTime(Volatile.Read(ref _used)) > IdleLeases * _options.LeaseTime)
                {
                    await ReleaseAsync();
                }
                else if (_isHeld)
                {
                    await RenewAsync();
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error); // another process may take over meanwhile; what this one writes then is refused
            }
        }
    }

    private async Task<ObjectInfo> RenewAsync()
    {
        // The time makes each one another object: a store may keep the age of one that is the same.
        var text = string.Create(CultureInfo.InvariantCulture, $"{_options.LeaseTime.TotalSeconds} {_time.GetUtcNow():O}");
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
        return await _store.PutAsync(VectorKeys.Node(Node), content, IndexFiles.SmallObjectMax, CancellationToken.None);
    }

    private async Task RemoveForgottenAsync(ObjectInfo now)
    {
        foreach (var other in await _store.ListAllAsync(VectorKeys.NodeRoot, CancellationToken.None))
        {
            if (now.LastModified - other.LastModified > ForgottenLeases * _options.LeaseTime)
            {
                await _store.DeleteAsync(other.Key, CancellationToken.None);
            }
        }
    }

    /// <summary>Reads the id of the data folder, or makes one. The open file keeps other processes from having the same.</summary>
    private static (FileStream? Lock, Guid Node) OpenNode(string dataDirectory, bool isNeeded)
    {
        if (!isNeeded)
        {
            return (null, Guid.NewGuid());
        }

        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(dataDirectory);
            file = new FileStream(Path.Combine(dataDirectory, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Span<byte> bytes = stackalloc byte[16];
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length)
            {
                return (file, new Guid(bytes));
            }

            var node = Guid.NewGuid();
            file.SetLength(0);
            file.Write(node.ToByteArray());
            file.Flush(flushToDisk: true);
            return (file, node);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is in use, or cannot be written: then a start after a crash waits for the lease to end.
            file?.Dispose();
            return (null, Guid.NewGuid());
        }
    }

    [LoggerMessage(EventId = 6010, Level = LogLevel.Information, Message = "This process writes the vector index {Index} from now on, in epoch {Epoch}")]
    public partial void LogTaken(string index, long epoch);

    [LoggerMessage(
        EventId = 6007,
        Level = LogLevel.Warning,
        Message = "The lease on the vector indexes that this process writes could not be renewed; another process may take them over")]
    private partial void LogFailed(Exception error);
}
