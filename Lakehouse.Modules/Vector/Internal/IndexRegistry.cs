using System.Collections.Concurrent;
using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;
using Lakehouse.Vector.Internal.Logs;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Vector.Internal;

/// <summary>The open indexes, by name and by alias. Thread-safe.</summary>
internal sealed partial class IndexRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, DurableIndex> _indexes = new(StringComparer.Ordinal);
    private readonly IndexFiles _files;
    private readonly AliasFiles _aliasFiles;
    private readonly IndexLoader _loader;
    private readonly IndexStore _store;
    private readonly VectorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<IndexRegistry> _logger;

    // Serializes creating, opening and deleting indexes and changing aliases: they are rare, and each must see the result of the others.
    private readonly SemaphoreSlim _changing = new(1);
    private volatile IReadOnlyDictionary<string, (IndexName Target, string ETag)> _aliases = new Dictionary<string, (IndexName, string)>();
    private volatile bool _isDisposed;

    public IndexRegistry(AliasFiles aliasFiles, IndexLoader loader, IndexStore store, TimeProvider time, ILogger<IndexRegistry> logger)
    {
        (_files, _aliasFiles, _loader, _store, _options, _time, _logger) = (store.Files, aliasFiles, loader, store, store.Options, time, logger);
        store.Budget.Indexes = () => _indexes.Values.Sum(o => o.SizeBytes);
    }

    /// <summary>All indexes.</summary>
    public IEnumerable<DurableIndex> Indexes => _indexes.Values;

    /// <summary>Every alias with its index, by name.</summary>
    public IReadOnlyList<KeyValuePair<IndexName, IndexName>> Aliases =>
        [.. _aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => KeyValuePair.Create(IndexName.Parse(a.Key), a.Value.Target))];

    /// <summary>Opens the indexes and aliases in the bucket.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loader.LoadAllAsync(index => _indexes[index.Name.Value] = index, cancellationToken);
        _aliases = await _aliasFiles.ReadAllAsync(_aliases, cancellationToken);
    }

    /// <summary>Creates an index.</summary>
    public async Task<DurableIndex> CreateAsync(VectorIndexSpec spec, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            RequireFree(spec.Name);
            if (_indexes.Count >= _options.MaxIndexes)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict, "too_many_indexes", $"There are {_indexes.Count} vector indexes, at most {_options.MaxIndexes} are allowed "
                        + "(vector.max_indexes).");
            }

            var definition = IndexDefinition.From(spec, _time.GetUtcNow());
            IndexTags tags = default;
            if (_options.Persist)
            {
                if (await _files.CreateAsync(spec.Name, definition, cancellationToken) is not { } stored)
                {
                    await OpenStoredAsync(spec.Name, cancellationToken); // another process has created it, and who looks now finds it
                    throw Exists(spec.Name);
                }

                tags = new IndexTags(stored.ETag, null);
            }

            var index = new VectorIndex(spec, _options.GraphSeed);
            return _indexes[spec.Name.Value] =
                new DurableIndex(definition, spec, index, null, _options.Persist ? _store : null, _options.BuildThreads) { Tags = tags };
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Deletes an index, after all uses of it have ended.</summary>
    public async Task DeleteAsync(IndexName name, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (!_indexes.ContainsKey(name.Value) && _options.Persist)
            {
                await OpenStoredAsync(name, cancellationToken);
            }

            if (!_indexes.TryGetValue(name.Value, out var index))
            {
                throw VectorErrors.NotFound(name);
            }

            if (AliasesOf(name) is { Count: > 0 } aliases)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict,
                    "index_has_aliases",
                    $"The alias '{aliases[0]}' points at the index '{name}'. Point it elsewhere or delete it first (PUT or DELETE "
                    + $"/v1/vectors/alias/{aliases[0]}).");
            }

            if (_options.Persist)
            {
                await index.RequireFreeAsync();
                await _files.DeleteAsync(name, () => CloseAsync(index), cancellationToken);
            }
            else
            {
                await CloseAsync(index);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Enters the index of a name or alias. One that is not known is looked for in the bucket, where another process may have created it.</summary>
    /// <exception cref="ObjectDisposedException">The server stops: every index is closed, and none is replaced any more.</exception>
    public async ValueTask<IndexUse> UseAsync(IndexName name, CancellationToken cancellationToken)
    {
        if (TryUse(name) is { } known)
        {
            return known;
        }

        await SeekAsync(name, cancellationToken);
        return TryUse(name) ?? throw VectorErrors.NotFound(name);
    }

    /// <summary>Enters the index of a name or alias, if it is open.</summary>
    /// <exception cref="ObjectDisposedException">The server stops.</exception>
    public IndexUse? TryUse(IndexName name)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var aliases = _aliases;
            var target = aliases.TryGetValue(name.Value, out var alias) ? alias.Target : name;
            if (_indexes.TryGetValue(target.Value, out var index) && index.TryEnter())
            {
                return new IndexUse(index);
            }

            // Again when the alias was changed and its old index deleted between the look-up and the entry, or the index was opened again.
            if (aliases == _aliases && (index is null || !_indexes.ContainsKey(target.Value)))
            {
                return null;
            }
        }
    }

    /// <summary>Points an alias at an index.</summary>
    public async Task SetAliasAsync(IndexName alias, IndexName target, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_indexes.ContainsKey(alias.Value))
            {
                throw Exists(alias);
            }

            if (!_indexes.ContainsKey(target.Value) && !await OpenStoredAsync(target, cancellationToken))
            {
                throw VectorErrors.NotFound(target);
            }

            if (!_aliases.ContainsKey(alias.Value) && _aliases.Count >= _options.MaxIndexes)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict, "too_many_aliases", $"There are {_aliases.Count} aliases, at most {_options.MaxIndexes} are allowed "
                        + "(vector.max_indexes).");
            }

            var tag = _options.Persist ? await _aliasFiles.SetAsync(alias, target, cancellationToken) : string.Empty;
            _aliases = new Dictionary<string, (IndexName, string)>(_aliases) { [alias.Value] = (target, tag) };
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Deletes an alias.</summary>
    public async Task DeleteAliasAsync(IndexName alias, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (!_aliases.ContainsKey(alias.Value))
            {
                throw new LakehouseException(
                    ErrorKind.NotFound, "alias_not_found", $"There is no alias '{alias}'. GET /v1/vectors/alias names those there are.");
            }

            if (_options.Persist)
            {
                await _aliasFiles.DeleteAsync(alias, cancellationToken);
            }

            _aliases = _aliases.Where(a => a.Key != alias.Value).ToDictionary();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The aliases of an index.</summary>
    public List<IndexName> AliasesOf(IndexName name) => [.. Aliases.Where(a => a.Value == name).Select(a => a.Key)];

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var index in _indexes.Values)
        {
            // A request that outlives the stop of the server still uses the memory of its index, which is outside the managed heap.
            _ = index.CloseAsync().ContinueWith(
                _ => index.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        _changing.Dispose();
    }

    /// <summary>Opens, follows and closes indexes as other processes have changed the bucket. An error of one does not keep the others back.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var known = _indexes.Values.ToList(); // before the bucket is listed, so that one which is created meanwhile is not taken for deleted
        var stored = await _loader.ListAsync(cancellationToken);
        var names = stored.Where(s => s.Exists).Select(s => s.Name).ToHashSet();
        foreach (var gone in known.Where(i => !names.Contains(i.Name)))
        {
            await TryAsync(gone.Name, () => CloseDeletedAsync(gone, cancellationToken));
        }

        foreach (var index in stored.Where(s => s.Exists))
        {
            await TryAsync(index.Name, () => FollowAsync(index, cancellationToken));
        }

        await _changing.WaitAsync(cancellationToken);
        try
        {
            _aliases = await _aliasFiles.ReadAllAsync(_aliases, cancellationToken);
        }
        finally
        {
            _changing.Release();
        }

        async Task TryAsync(IndexName name, Func<Task> action)
        {
            try
            {
                await action();
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogNotFollowed(error, name.Value);
            }
        }
    }

    /// <summary>Follows one index now.</summary>
    public async Task FollowAsync(IndexName name, CancellationToken cancellationToken)
    {
        if (!_options.Persist)
        {
            return;
        }

        var known = _indexes.GetValueOrDefault(name.Value); // before the bucket is listed, so that one which is created meanwhile is not taken for deleted
        if (await _loader.ListAsync(name, cancellationToken) is { Exists: true } stored)
        {
            await FollowAsync(stored, cancellationToken);
        }
        else if (known is not null)
        {
            await CloseDeletedAsync(known, cancellationToken);
        }
    }

    private async Task FollowAsync(StoredIndex stored, CancellationToken cancellationToken)
    {
        if (!_indexes.TryGetValue(stored.Name.Value, out var index))
        {
            await SeekAsync(stored.Name, cancellationToken);
        }
        else if (index.TryEnter())
        {
            bool isCurrent;
            using (new IndexUse(index))
            {
                isCurrent = await FollowAsync(index, stored, cancellationToken);
            }

            if (!isCurrent)
            {
                await OpenAgainAsync(index, stored, cancellationToken);
            }
        }
    }

    /// <summary>Applies to an index what other processes have changed.</summary>
    /// <returns>False when it must be opened again.</returns>
    private async Task<bool> FollowAsync(DurableIndex index, StoredIndex stored, CancellationToken cancellationToken)
    {
        if (index.Tags.Definition != stored.Tags.Definition)
        {
            return await _files.ExistsAsync(stored.Name, index.Definition.Generation); // it may have been made after the listing, which the next one shows
        }

        index.LookAtClaims(stored.Claims);
        var log = stored.Log;
        if (index.Error is not null)
        {
            var isNew = index.IsPassing || index.SeenLog is { } seen && !seen.SequenceEqual(log);
            index.SeenLog = log;
            return !isNew;
        }

        if (!await index.FollowAsync(stored, cancellationToken))
        {
            return false;
        }

        if (!index.IsWriter && index.Tags.Owner != stored.Tags.Owner)
        {
            await index.ReadOwnerAsync(_loader.ReadOwnerAsync, stored.Tags, cancellationToken);
        }

        return true;
    }

    /// <summary>Opens an index, or an alias and its index, that another process has created.</summary>
    private async Task SeekAsync(IndexName name, CancellationToken cancellationToken)
    {
        if (!_options.Persist)
        {
            return;
        }

        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (!await OpenStoredAsync(name, cancellationToken) && await _aliasFiles.FindAsync(name, cancellationToken) is { } target)
            {
                await OpenStoredAsync(target, cancellationToken);
                _aliases = await _aliasFiles.ReadAllAsync(_aliases, cancellationToken);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Opens an index that is not known yet. Call it while holding <see cref="_changing"/>.</summary>
    /// <returns>Whether the index is open now.</returns>
    private async Task<bool> OpenStoredAsync(IndexName name, CancellationToken cancellationToken)
    {
        if (_indexes.ContainsKey(name.Value))
        {
            return true;
        }

        if (!_options.Persist || await _loader.ListAsync(name, cancellationToken) is not { Exists: true } stored)
        {
            return false;
        }

        _indexes[name.Value] = await _loader.LoadAsync(name, stored.Tags, 0, cancellationToken);
        return true;
    }

    /// <summary>Opens an index again, from its newest snapshot, and puts it in the place of the one that was open.</summary>
    private async Task OpenAgainAsync(DurableIndex index, StoredIndex stored, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_indexes.GetValueOrDefault(index.Name.Value) != index)
            {
                return;
            }

            var opened = await _loader.LoadAsync(index.Name, stored.Tags, index.SizeBytes, cancellationToken);
            if (opened.Error is not null && index.Error is null && opened.Definition.Generation == index.Definition.Generation)
            {
                // What is in memory is old and right.
                opened.Dispose();
                throw VectorErrors.Damaged(index.Name, opened.Error);
            }

            _indexes[index.Name.Value] = opened;
            await index.CloseAsync();
            index.Dispose();
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task CloseDeletedAsync(DurableIndex index, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_indexes.GetValueOrDefault(index.Name.Value) == index && !await _files.ExistsAsync(index.Name, index.Definition.Generation))
            {
                await CloseAsync(index);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task CloseAsync(DurableIndex index)
    {
        _indexes.TryRemove(index.Name.Value, out _);
        await index.CloseAsync();
        index.Dispose();
    }

    private void RequireFree(IndexName name)
    {
        if (_indexes.ContainsKey(name.Value))
        {
            throw Exists(name);
        }

        if (_aliases.TryGetValue(name.Value, out var alias))
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "alias_exists", $"'{name}' is an alias of the index '{alias.Target}'. Choose another name, or delete the alias.");
        }
    }

    private static LakehouseException Exists(IndexName name) =>
        new(ErrorKind.Conflict, "index_exists", $"There is a vector index '{name}' already. Use it as it is, delete it, or choose another name.");

    [LoggerMessage(
        EventId = 6008,
        Level = LogLevel.Warning,
        Message = "What other processes have changed in the vector index {Index} could not be read; it stays as it was, and is tried again")]
    private partial void LogNotFollowed(Exception error, string index);
}
