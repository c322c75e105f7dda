using System.Text.Json;
using Lakehouse.Access.Internal.Budgets;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Access.Internal.Profiles;

/// <summary>
/// The profiles in force. They are replaced all at once: a request has the old set or the new one. Those that other servers or people have changed are taken
/// over every <see cref="AccessOptions.Refresh"/>.
/// </summary>
internal sealed partial class ProfileStore(
    ProfileFiles files,
    ProfileTrial trial,
    BudgetLedger ledger,
    DataFileKeys dataFiles,
    AccessOptions options,
    TimeProvider time,
    IJournal journal,
    ILogger<ProfileStore> logger) : BackgroundService, IProfiles
{
    private readonly SemaphoreSlim _changing = new(1);
    private volatile ProfileSet _set = new([]);
    private SortedDictionary<string, (StoredProfile Profile, bool IsConfigured)> _stored = [];

    public bool HasAny => _set.Profiles.Count > 0;

    /// <summary>The profiles, by name.</summary>
    public IReadOnlyList<LoadedProfile> List() => _set.Profiles;

    public IReadOnlyList<BudgetUse> ListBudgets() => [.. _set.Profiles.SelectMany(p => ledger.List(p.Caller, time.GetUtcNow()))];

    public Caller? FindByToken(string token) => _set.FindByToken(token, time.GetUtcNow());

    public Caller? FindByUser(string user) => _set.FindByUser(user);

    /// <summary>A profile.</summary>
    /// <exception cref="LakehouseException"><c>profile_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    public LoadedProfile Find(string name) => _set.Find(name) ?? throw AccessErrors.NotFound(name);

    /// <summary>What is probably not meant in a profile.</summary>
    public IReadOnlyList<string> FindDoubts(LoadedProfile profile) => trial.FindDoubts(profile.Caller.Spec);

    /// <summary>Puts a profile, whose tokens stay. When this returns, it is in force here and survives a crash.</summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_profile</c> (<see cref="ErrorKind.InvalidInput"/>), <c>auth_token_needed</c>, <c>too_many_profiles</c>, <c>profile_configured</c>
    /// (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    public async Task<LoadedProfile> PutAsync(string name, JsonElement json, CancellationToken cancellationToken)
    {
        await ChangeAsync(name, before => MakeAsync(name, json, before, cancellationToken), cancellationToken);
        return Find(name);
    }

    /// <summary>Makes a token of a profile, which is shown this once.</summary>
    /// <exception cref="LakehouseException">
    /// <c>profile_not_found</c>, <c>profile_configured</c>, <c>too_many_tokens</c> (<see cref="ErrorKind.Conflict"/>).
    /// </exception>
    public async Task<(TokenRecord Record, string Token)> AddTokenAsync(string name, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var made = TokenRecord.Make(time.GetUtcNow(), expiresAt);
        await ChangeAsync(name, before =>
        {
            var tokens = (before ?? throw AccessErrors.NotFound(name)).Tokens.Where(t => !(time.GetUtcNow() >= t.ExpiresAt)).ToList();
            return tokens.Count < options.MaxTokens
                ? Task.FromResult(before with { Tokens = [.. tokens, made.Record], UpdatedAt = time.GetUtcNow() })
                : throw new LakehouseException(
                    ErrorKind.Conflict, "too_many_tokens",
                    $"The profile '{name}' has {tokens.Count} tokens, the most allowed (access.max_tokens). Delete one.");
        }, cancellationToken);
        return made;
    }

    /// <summary>Deletes a token.</summary>
    /// <exception cref="LakehouseException">
    /// <c>profile_not_found</c>, <c>token_not_found</c> (<see cref="ErrorKind.NotFound"/>), <c>profile_configured</c>.
    /// </exception>
    public Task RemoveTokenAsync(string name, string id, CancellationToken cancellationToken) => ChangeAsync(
        name,
        before => (before ?? throw AccessErrors.NotFound(name)).Tokens.Any(t => t.Id == id)
            ? Task.FromResult(before with { Tokens = [.. before.Tokens.Where(t => t.Id != id)], UpdatedAt = time.GetUtcNow() })
            : throw new LakehouseException(ErrorKind.NotFound, "token_not_found", $"The profile '{name}' has no token '{id}'."),
        cancellationToken);

    /// <summary>Deletes a profile; its tokens count no longer.</summary>
    /// <exception cref="LakehouseException"><c>profile_not_found</c>, <c>profile_configured</c>.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) => ChangeAsync(
        name,
        before => Task.FromResult((before ?? throw AccessErrors.NotFound(name)) with { Tokens = [], UpdatedAt = time.GetUtcNow(), IsDeleted = true }),
        cancellationToken);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken); // before the first request
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _changing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Refresh, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await _changing.WaitAsync(stoppingToken);
            try
            {
                await LoadAsync(stoppingToken);
            }
            catch (Exception error) when (error is LakehouseException or IOException or UnauthorizedAccessException)
            {
                LogNotRefreshed(error);
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    /// <summary>A profile as it will be kept, checked.</summary>
    private async Task<StoredProfile> MakeAsync(string name, JsonElement json, StoredProfile? before, CancellationToken cancellationToken)
    {
        if (!options.HasAdministratorToken)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "auth_token_needed",
                "The server has no token, so that everybody is its administrator, and with the first profile nobody would be. Set auth.token first.");
        }

        if (before is null && _set.Profiles.Count >= options.MaxProfiles)
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "too_many_profiles", $"There are {options.MaxProfiles} profiles, the most allowed (access.max_profiles).");
        }

        var spec = ProfileReader.Read(name, json);
        if (_set.Profiles.FirstOrDefault(p => p.Caller.Name != name && p.Caller.Spec.Users.Intersect(spec.Users, StringComparer.OrdinalIgnoreCase).Any())
            is { } other)
        {
            throw AccessErrors.Invalid($"a user of it is one of the profile '{other.Caller.Name}', too");
        }

        var key = await files.GetMaskKeyAsync(cancellationToken);
        await trial.RequireAsync(new ProfileCaller(spec, key, ledger, dataFiles), cancellationToken);
        return new StoredProfile(json, before?.Tokens ?? [], time.GetUtcNow());
    }

    /// <summary>Changes a profile. Where another server changes it at the same time, the change is made again of what that one has written.</summary>
    private async Task ChangeAsync(string name, Func<StoredProfile?, Task<StoredProfile>> change, CancellationToken cancellationToken)
    {
        ProfileReader.RequireName(name);
        await _changing.WaitAsync(cancellationToken);
        try
        {
            bool isWritten;
            do
            {
                await LoadAsync(cancellationToken);
                var before = _set.Find(name);
                if (before is { IsConfigured: true })
                {
                    throw AccessErrors.Configured(name);
                }

                isWritten = await files.TryWriteAsync(name, await change(before?.Stored), cancellationToken);
            }
            while (!isWritten);

            await LoadAsync(CancellationToken.None);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Reads what is stored and puts it in force, where anything has changed.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await files.ReadAsync(cancellationToken);
        if (stored.Count == _stored.Count
            && stored.All(s => _stored.TryGetValue(s.Key, out var last) && ReferenceEquals(last.Profile, s.Value.Profile)))
        {
            return; // also what was refused is not read again before it changes
        }

        var before = _set.Profiles.ToDictionary(p => p.Caller.Name);
        var key = stored.Count > 0 ? await files.GetMaskKeyAsync(cancellationToken) : string.Empty;
        var loaded = new List<LoadedProfile>(stored.Count);
        foreach (var (name, (profile, isConfigured)) in stored)
        {
            var known = before.GetValueOrDefault(name);
            try
            {
                loaded.Add(ReferenceEquals(known?.Stored, profile)
                    ? known!
                    : new LoadedProfile(profile, new ProfileCaller(ProfileReader.Read(name, profile.Profile), key, ledger, dataFiles), isConfigured));
            }
            catch (LakehouseException error)
            {
                LogRefused(name, error.Message);
                journal.Record("profile_refused", name, error.Message);
                if (known is not null)
                {
                    loaded.Add(known); // as it was, whole
                }
            }
        }

        (_set, _stored) = (new ProfileSet(loaded), stored);
    }

    [LoggerMessage(EventId = 7004, Level = LogLevel.Warning, Message = "The profile '{Name}' is refused; if it was in force, it stays as it was: {Reason}")]
    private partial void LogRefused(string name, string reason);

    [LoggerMessage(EventId = 7005, Level = LogLevel.Warning, Message = "Profiles could not be read again; those in force stay")]
    private partial void LogNotRefreshed(Exception error);
}
