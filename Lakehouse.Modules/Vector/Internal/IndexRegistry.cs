using System.Collections.Concurrent;
using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal;

/// <summary>The open indexes, by name and by alias. Thread-safe.</summary>
internal sealed class IndexRegistry(IndexFiles files, AliasFiles aliasFiles, IndexLoader loader, VectorOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, DurableIndex> _indexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IndexName> _aliases = new(StringComparer.Ordinal);

    // Serializes creating and deleting indexes and changing aliases: they are rare, and each must see the result of the others.
    private readonly SemaphoreSlim _changing = new(1);
    private volatile bool _isDisposed;

    /// <summary>All indexes.</summary>
    public IEnumerable<DurableIndex> Indexes => _indexes.Values;

    /// <summary>The memory of all indexes.</summary>
    public long SizeBytes => _indexes.Values.Sum(o => o.SizeBytes);

    /// <summary>Every alias with its index, by name.</summary>
    public IReadOnlyList<KeyValuePair<IndexName, IndexName>> Aliases =>
        [.. _aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => KeyValuePair.Create(IndexName.Parse(a.Key), a.Value))];

    /// <summary>Opens the indexes and aliases in the bucket.</summary>
    /// <param name="requireMemory">Called with the bytes that an index is about to use in all; throws where the memory limit does not allow them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task LoadAsync(Action<long> requireMemory, CancellationToken cancellationToken)
    {
        await loader.LoadAllAsync(index => _indexes[index.Name.Value] = index, requireMemory, cancellationToken);
        foreach (var (alias, target) in await aliasFiles.ReadAllAsync(cancellationToken))
        {
            _aliases[alias] = target;
        }
    }

    /// <summary>Creates an index.</summary>
    public async Task<DurableIndex> CreateAsync(VectorIndexSpec spec, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            RequireFree(spec.Name);
            if (_indexes.Count >= options.MaxIndexes)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict, "too_many_indexes", $"There are {_indexes.Count} vector indexes, at most {options.MaxIndexes} are allowed "
                        + "(vector.max_indexes).");
            }

            var definition = IndexDefinition.From(spec, time.GetUtcNow());
            if (options.Persist && !await files.CreateAsync(spec.Name, definition, cancellationToken))
            {
                throw Exists(spec.Name);
            }

            return _indexes[spec.Name.Value] =
                new DurableIndex(
                    spec.Name, definition, spec, new VectorIndex(spec, options.GraphSeed), null, options.Persist ? files : null, options.BuildThreads);
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

            if (options.Persist)
            {
                await files.DeleteAsync(name, () => CloseAsync(index), cancellationToken);
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

    /// <summary>Enters the index of a name or alias. Retries when the alias was changed and its old index deleted between the look-up and the entry.</summary>
    /// <exception cref="ObjectDisposedException">The server stops: every index is closed, and none is replaced any more.</exception>
    public IndexUse Use(IndexName name)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var isAlias = _aliases.TryGetValue(name.Value, out var target);
            if (_indexes.TryGetValue(isAlias ? target.Value : name.Value, out var index) && index.TryEnter())
            {
                return new IndexUse(index);
            }

            var isSame = _aliases.TryGetValue(name.Value, out var now) == isAlias && (!isAlias || now == target);
            if (isSame && (index is null || !_indexes.ContainsKey(index.Name.Value)))
            {
                throw VectorErrors.NotFound(name);
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

            if (!_indexes.ContainsKey(target.Value))
            {
                throw VectorErrors.NotFound(target);
            }

            if (!_aliases.ContainsKey(alias.Value) && _aliases.Count >= options.MaxIndexes)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict, "too_many_aliases", $"There are {_aliases.Count} aliases, at most {options.MaxIndexes} are allowed "
                        + "(vector.max_indexes).");
            }

            if (options.Persist)
            {
                await aliasFiles.SetAsync(alias, target, cancellationToken);
            }

            _aliases[alias.Value] = target;
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

            if (options.Persist)
            {
                await aliasFiles.DeleteAsync(alias, cancellationToken);
            }

            _aliases.TryRemove(alias.Value, out _);
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

        if (_aliases.TryGetValue(name.Value, out var target))
        {
            throw new LakehouseException(
                ErrorKind.Conflict, "alias_exists", $"'{name}' is an alias of the index '{target}'. Choose another name, or delete the alias.");
        }
    }

    private static LakehouseException Exists(IndexName name) =>
        new(ErrorKind.Conflict, "index_exists", $"There is a vector index '{name}' already. Use it as it is, delete it, or choose another name.");
}
