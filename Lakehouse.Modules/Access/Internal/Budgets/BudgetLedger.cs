using System.Collections.Concurrent;
using System.Text.Json;
using Lakehouse.Access.Internal.Profiles;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Access.Internal.Budgets;

/// <summary>
/// Counts what profiles have used. The counters are of this process, and survive it: they are written every <see cref="AccessOptions.SaveEvery"/>, so that a
/// crash forgets at most what was used since. Thread-safe.
/// </summary>
internal sealed partial class BudgetLedger(StorageOptions storage, AccessOptions options, TimeProvider time, ILogger<BudgetLedger> logger) : BackgroundService
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly ConcurrentDictionary<(string Profile, BudgetKind Kind), Counter> _counters = new();
    private readonly string _path = Path.Combine(storage.DataDirectory, "access", "budgets.json");
    private volatile bool _isChanged;

    /// <summary>Refuses where less of a budget is left.</summary>
    /// <exception cref="LakehouseException"><c>budget_spent</c> (<see cref="ErrorKind.BudgetSpent"/>).</exception>
    public void Require(string profile, BudgetKind kind, long limit, long amount)
    {
        var now = time.GetUtcNow();
        if (Used(profile, kind, now) + amount <= limit)
        {
            return;
        }

        var (name, end) = (ProfileReader.NameOf(kind), BudgetWindow.EndOf(kind, now));
        throw new LakehouseException(
            ErrorKind.BudgetSpent,
            "budget_spent",
            $"The profile '{profile}' has not enough left of its {name}, {limit / ProfileReader.UnitOf(kind)}. It can go on at {end:yyyy-MM-dd'T'HH:mm:ss'Z'}.")
        {
            RetryAfter = end - now,
            Details = new Dictionary<string, object?> { ["budget"] = name },
        };
    }

    /// <summary>What a profile has used of a budget in its running time.</summary>
    public long Used(string profile, BudgetKind kind, DateTimeOffset now) =>
        _counters.TryGetValue((profile, kind), out var counter) ? counter.Read(BudgetWindow.NumberOf(kind, now)) : 0;

    /// <summary>What a caller has used of each of its budgets.</summary>
    public IEnumerable<BudgetUse> List(ProfileCaller caller, DateTimeOffset now) => caller.Spec.Limits.Select(limit => new BudgetUse(
        caller.Name,
        ProfileReader.NameOf(limit.Key),
        limit.Value / ProfileReader.UnitOf(limit.Key),
        Used(caller.Name, limit.Key, now) / ProfileReader.UnitOf(limit.Key),
        BudgetWindow.EndOf(limit.Key, now)));

    /// <summary>Counts what was used.</summary>
    public void Add(string profile, BudgetKind kind, long amount)
    {
        _counters.GetOrAdd((profile, kind), _ => new Counter()).Add(BudgetWindow.NumberOf(kind, time.GetUtcNow()), amount);
        _isChanged = true;
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Load();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Save();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SaveEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Save();
        }
    }

    private void Load()
    {
        try
        {
            foreach (var entry in File.Exists(_path) ? JsonSerializer.Deserialize<List<Entry>>(File.ReadAllBytes(_path), Json) ?? [] : [])
            {
                if (Enum.TryParse<BudgetKind>(entry.Kind, out var kind))
                {
                    _counters.GetOrAdd((entry.Profile, kind), _ => new Counter()).Add(entry.Window, entry.Used);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            LogUnreadable(error);
        }
    }

    private void Save()
    {
        if (!_isChanged)
        {
            return;
        }

        _isChanged = false;
        var now = time.GetUtcNow();
        var entries = _counters
            .Select(c => new Entry(c.Key.Profile, c.Key.Kind.ToString(), BudgetWindow.NumberOf(c.Key.Kind, now), Used(c.Key.Profile, c.Key.Kind, now)))
            .Where(e => e.Used > 0);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var next = _path + ".new";
            File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(entries, Json));
            File.Move(next, _path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _isChanged = true;
            LogUnwritten(error);
        }
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Warning, Message = "The counters of budgets cannot be read, and begin again")]
    private partial void LogUnreadable(Exception error);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "The counters of budgets cannot be written; a restart would forget them")]
    private partial void LogUnwritten(Exception error);

    private sealed record Entry(string Profile, string Kind, long Window, long Used);

    /// <summary>What was used in the newest window.</summary>
    private sealed class Counter
    {
        private readonly Lock _gate = new();
        private long _window;
        private long _used;

        public long Read(long window)
        {
            lock (_gate)
            {
                return _window == window ? _used : 0;
            }
        }

        public void Add(long window, long amount)
        {
            lock (_gate)
            {
                (_window, _used) = (window, _window == window ? _used + amount : amount);
            }
        }
    }
}
