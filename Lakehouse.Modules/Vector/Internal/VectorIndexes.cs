using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Files;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal;

/// <summary>The indexes of the process, by name and by alias.</summary>
internal sealed class VectorIndexes(IndexFiles files, VectorOptions options, TimeProvider time) : IVectorIndexes, IDisposable
{
    private readonly ConcurrentDictionary<string, OpenIndex> _indexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IndexName> _aliases = new(StringComparer.Ordinal);
    private readonly Places _adds = new(options.MaxConcurrentAdds, options.MaxWaiting, options.MaxWait, () => VectorErrors.Busy("adds", "vector.max_concurrent_adds", options.MaxConcurrentAdds));
    private readonly Places _searches = new(options.MaxConcurrentSearches, options.MaxWaiting, options.MaxWait, () => VectorErrors.Busy("searches", "vector.max_concurrent_searches", options.MaxConcurrentSearches));

    // Creating, deleting and pointing aliases: rare, and each must see what the others did.
    private readonly SemaphoreSlim _names = new(1);
    private readonly Lock _memory = new();
    private long _reserved;

    /// <summary>The indexes that are known now.</summary>
    public IEnumerable<OpenIndex> Open => _indexes.Values;

    /// <summary>Opens what the bucket holds.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (!options.Persist)
        {
            return;
        }

        await files.OpenAllAsync(open => _indexes[open.Name.Value] = open, RequireMemory, options.BuildThreads, cancellationToken);
        foreach (var (alias, target) in await files.ReadAliasesAsync(cancellationToken))
        {
            _aliases[alias] = target;
        }

        if (!_indexes.IsEmpty)
        {
            // Reading a million items leaves a hundred megabytes of garbage behind, and a program that then only searches makes none to have it collected for.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
    }

    public async Task<VectorIndexInfo> CreateAsync(VectorIndexSpec spec, CancellationToken cancellationToken)
    {
        if (SpecRules.FindFault(spec, options.MaxDimension, options.MaxEf) is { } fault)
        {
            throw VectorErrors.Index(fault);
        }

        await _names.WaitAsync(cancellationToken);
        try
        {
            RequireFree(spec.Name);
            if (_indexes.Count >= options.MaxIndexes)
            {
                throw new LakehouseException(ErrorKind.Conflict, "too_many_indexes", $"There are {_indexes.Count} vector indexes, at most {options.MaxIndexes} are allowed (vector.max_indexes).");
            }

            var definition = IndexDefinition.From(spec, time.GetUtcNow());
            if (options.Persist && !await files.CreateAsync(spec.Name, definition, cancellationToken))
            {
                throw Exists(spec.Name);
            }

            var open = new OpenIndex(spec.Name, definition, spec, new VectorIndex(spec), null);
            _indexes[spec.Name.Value] = open;
            return Describe(open);
        }
        finally
        {
            _names.Release();
        }
    }

    public IReadOnlyList<VectorIndexInfo> List() => [.. _indexes.Values.OrderBy(o => o.Name.Value, StringComparer.Ordinal).Select(Describe)];

    public VectorIndexInfo Show(IndexName name)
    {
        using var use = Use(name);
        return Describe(use.Open);
    }

    public async Task DeleteAsync(IndexName name, CancellationToken cancellationToken)
    {
        await _names.WaitAsync(cancellationToken);
        try
        {
            if (!_indexes.TryGetValue(name.Value, out var open))
            {
                throw VectorErrors.NotFound(name);
            }

            if (AliasesOf(name) is { Count: > 0 } aliases)
            {
                throw new LakehouseException(
                    ErrorKind.Conflict, "index_has_aliases", $"The alias '{aliases[0]}' points at the index '{name}'. Point it elsewhere or delete it first (PUT or DELETE /v1/vectors/alias/{aliases[0]}).");
            }

            if (options.Persist)
            {
                await files.DeleteAsync(name, () => CloseAsync(open), cancellationToken);
            }
            else
            {
                await CloseAsync(open);
            }
        }
        finally
        {
            _names.Release();
        }
    }

    public async Task<AddResult> AddAsync(IndexName name, IReadOnlyList<VectorItem> items, Guid? importInto, CancellationToken cancellationToken)
    {
        using var place = await _adds.TakeAsync(cancellationToken);
        using var use = Use(name);
        var open = use.Open;
        RequireWriter(open, importInto);
        var index = open.Index;
        var batch = ItemBatch.Check(items, open.Spec, options);
        if (batch.Count == 0)
        {
            return new AddResult(0, 0, index.Count);
        }

        var needed = await ReserveAsync(open, batch, cancellationToken);
        try
        {
            return await open.Order.RunAsync(
                sequence => AppendAsync(open, new LogEntry(batch, null), sequence),
                applied => ApplyAsync(open, () => index.Add(batch, options.BuildThreads, applied)));
        }
        finally
        {
            Interlocked.Add(ref _reserved, -needed);
        }
    }

    public async Task<RemoveResult> RemoveAsync(IndexName name, IReadOnlyList<string> ids, Guid? importInto, CancellationToken cancellationToken)
    {
        RequireCount(ids);
        using var place = await _adds.TakeAsync(cancellationToken);
        using var use = Use(name);
        var open = use.Open;
        RequireWriter(open, importInto);
        var index = open.Index;

        // Each id once, and none that cannot be in the index: the log has what changes something.
        var distinct = ids.Distinct(StringComparer.Ordinal).ToList();
        var known = distinct.Select(Encoding.UTF8.GetBytes).Where(id => id.Length <= options.MaxIdBytes && index.TryFind(id, out _)).ToList();
        var missing = new HashSet<string>(distinct, StringComparer.Ordinal);
        missing.ExceptWith(known.Select(Encoding.UTF8.GetString));
        if (known.Count > 0)
        {
            var raced = await open.Order.RunAsync(
                sequence => AppendAsync(open, new LogEntry(null, known), sequence),
                applied => ApplyAsync(open, () =>
                {
                    var positions = index.Remove(known);
                    applied();
                    return positions;
                }));
            missing.UnionWith(raced.Select(position => Encoding.UTF8.GetString(known[position])));
        }

        return new RemoveResult(distinct.Count - missing.Count, [.. distinct.Where(missing.Contains)], index.Count);
    }

    public async Task<IReadOnlyList<VectorAnswer>> SearchAsync(IndexName name, IReadOnlyList<VectorQuery> queries, CancellationToken cancellationToken)
    {
        if (queries.Count > options.MaxQueries)
        {
            throw VectorErrors.Query($"it has {queries.Count} queries, at most {options.MaxQueries} can be asked at once (vector.max_queries)");
        }

        using var place = await _searches.TakeAsync(cancellationToken);
        using var use = Use(name);
        var index = use.Open.Index;
        if (queries.Count == 1)
        {
            return [new IndexSearch(index, options).Run(queries[0], use.Open.Origin)];
        }

        var answers = new VectorAnswer[queries.Count];
        await Task.Run(
            () =>
            {
                try
                {
                    Parallel.For(
                        0,
                        answers.Length,
                        new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                        i => answers[i] = RunAt(use.Open, queries[i], i));
                }
                catch (AggregateException several) when (several.InnerExceptions.OfType<LakehouseException>().FirstOrDefault() is { } fault)
                {
                    ExceptionDispatchInfo.Throw(fault);
                }
            },
            cancellationToken);
        return answers;
    }

    public async Task<HybridAnswer> SearchHybridAsync(IndexName name, HybridQuery query, CancellationToken cancellationToken)
    {
        using var place = await _searches.TakeAsync(cancellationToken);
        using var use = Use(name);
        var open = use.Open;

        // On a worker: keywords that stand in every text take milliseconds.
        return await Task.Run(() => new HybridSearch(open.Index, options).Run(query, open.Origin), cancellationToken);
    }

    public IReadOnlyList<TextSnippet?> GetSnippets(IndexName name, IReadOnlyList<string> ids, string query, int lengthMax)
    {
        RequireCount(ids);
        using var use = Use(name);
        return new HybridSearch(use.Open.Index, options).Snippets(ids, query, lengthMax);
    }

    public async Task SetOriginAsync(IndexName name, VectorOrigin? origin, Guid generation, CancellationToken cancellationToken)
    {
        using var use = Use(name);
        RequireGeneration(use.Open, generation);
        await _names.WaitAsync(cancellationToken);
        try
        {
            if (options.Persist)
            {
                await files.SetOriginAsync(use.Open, origin, cancellationToken);
            }

            use.Open.Origin = origin;
        }
        finally
        {
            _names.Release();
        }
    }

    public IReadOnlyList<StoredItem?> Get(IndexName name, IReadOnlyList<string> ids, ItemParts include)
    {
        RequireCount(ids);
        using var use = Use(name);
        var index = use.Open.Index;
        var context = index.Graph.Enter();
        try
        {
            return [.. ids.Select(id => index.TryFind(Encoding.UTF8.GetBytes(id), out var node) ? index.Read(node, include) : null)];
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    public StoredItemPage ListItems(IndexName name, string startAfter, int countMax, ItemParts include)
    {
        using var use = Use(name);
        var index = use.Open.Index;
        var context = index.Graph.Enter();
        try
        {
            var nodes = index.List(Encoding.UTF8.GetBytes(startAfter), countMax);
            return new StoredItemPage([.. nodes.Take(countMax).Select(node => index.Read(node, include))], nodes.Count > countMax);
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    public async Task SetAliasAsync(IndexName alias, IndexName target, CancellationToken cancellationToken)
    {
        await _names.WaitAsync(cancellationToken);
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
                throw new LakehouseException(ErrorKind.Conflict, "too_many_aliases", $"There are {_aliases.Count} aliases, at most {options.MaxIndexes} are allowed (vector.max_indexes).");
            }

            if (options.Persist)
            {
                await files.SetAliasAsync(alias, target, cancellationToken);
            }

            _aliases[alias.Value] = target;
        }
        finally
        {
            _names.Release();
        }
    }

    public async Task DeleteAliasAsync(IndexName alias, CancellationToken cancellationToken)
    {
        await _names.WaitAsync(cancellationToken);
        try
        {
            if (!_aliases.ContainsKey(alias.Value))
            {
                throw new LakehouseException(ErrorKind.NotFound, "alias_not_found", $"There is no alias '{alias}'. GET /v1/vectors/alias names those there are.");
            }

            if (options.Persist)
            {
                await files.DeleteAliasAsync(alias, cancellationToken);
            }

            _aliases.TryRemove(alias.Value, out _);
        }
        finally
        {
            _names.Release();
        }
    }

    public IReadOnlyList<KeyValuePair<IndexName, IndexName>> ListAliases() =>
        [.. _aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => KeyValuePair.Create(IndexName.Parse(a.Key), a.Value))];

    /// <summary>Clears the places of an index's deleted items, once at a time.</summary>
    public async Task CompactAsync(OpenIndex open, CancellationToken cancellationToken)
    {
        await open.Maintenance.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => open.Index.Compact(options.BuildThreads), cancellationToken);
        }
        finally
        {
            open.Maintenance.Release();
        }
    }

    /// <summary>Folds an index's log into a snapshot, once at a time.</summary>
    public async Task FoldAsync(OpenIndex open, CancellationToken cancellationToken)
    {
        await open.Maintenance.WaitAsync(cancellationToken);
        try
        {
            await files.FoldAsync(open, options.BuildThreads, cancellationToken);
        }
        finally
        {
            open.Maintenance.Release();
        }
    }

    public void Dispose()
    {
        foreach (var open in _indexes.Values)
        {
            open.Dispose();
        }

        _adds.Dispose();
        _searches.Dispose();
        _names.Dispose();
    }

    private VectorAnswer RunAt(OpenIndex open, VectorQuery query, int position)
    {
        try
        {
            return new IndexSearch(open.Index, options).Run(query, open.Origin);
        }
        catch (LakehouseException fault)
        {
            throw new LakehouseException(fault.Kind, fault.Code, $"queries[{position}]: {fault.Message}", fault);
        }
    }

    /// <summary>An index that belongs to a dataset is written by the importer alone, and an importer writes the index that it was started for.</summary>
    private static void RequireWriter(OpenIndex open, Guid? importInto)
    {
        if (importInto is { } generation)
        {
            RequireGeneration(open, generation);
        }
        else if (open.Origin?.Dataset is { Owns: true } dataset)
        {
            throw new LakehouseException(
                ErrorKind.Conflict,
                "index_belongs_to_dataset",
                $"The items of the index '{open.Name}' are the rows of the dataset '{dataset.Dataset}': change the dataset, and import it again. DELETE /v1/vectors/index/{open.Name}/import makes it an index like any other.");
        }
    }

    private static void RequireGeneration(OpenIndex open, Guid generation)
    {
        if (open.Definition.Generation != generation)
        {
            throw VectorErrors.NotFound(open.Name);
        }
    }

    private async Task AppendAsync(OpenIndex open, LogEntry entry, long sequence)
    {
        if (options.Persist)
        {
            open.Order.AddToLog(sequence, await files.AppendAsync(open, entry, sequence));
        }
    }

    /// <summary>Applies what is durable. Should that fail, memory and log differ, and only a start from the log makes them the same again.</summary>
    private static Task<T> ApplyAsync<T>(OpenIndex open, Func<T> apply) => Task.Run(() =>
    {
        try
        {
            return apply();
        }
        catch (Exception fault)
        {
            open.Fail($"a change that is durable could not be applied in memory ({fault.GetType().Name}); the next start applies it.");
            throw;
        }
    });

    private async Task CloseAsync(OpenIndex open)
    {
        _indexes.TryRemove(open.Name.Value, out _);
        await open.CloseAsync();
        open.Dispose();
    }

    /// <summary>Enters the index of a name or alias. Between looking an alias up and entering, its index may be replaced and deleted: then again.</summary>
    private IndexUse Use(IndexName name)
    {
        while (true)
        {
            var isAlias = _aliases.TryGetValue(name.Value, out var target);
            if (_indexes.TryGetValue(isAlias ? target.Value : name.Value, out var open) && open.TryEnter())
            {
                return new IndexUse(open);
            }

            var isSame = _aliases.TryGetValue(name.Value, out var now) == isAlias && (!isAlias || now == target);
            if (isSame && (open is null || !_indexes.ContainsKey(open.Name.Value)))
            {
                throw VectorErrors.NotFound(name);
            }
        }
    }

    private VectorIndexInfo Describe(OpenIndex open) => new(
        open.Spec,
        open.Fault is null ? IndexStatus.Ready : IndexStatus.Damaged,
        open.Fault,
        open.Fault is null ? open.Index.Count : 0,
        open.Fault is null ? open.Index.Graph.DeletedCount : 0,
        open.SizeBytes,
        open.Order.LogCount,
        open.Definition.CreatedAt,
        AliasesOf(open.Name),
        open.Definition.Generation,
        open.Fault is null ? open.Index.Keywords.Count : 0,
        open.Origin);

    private List<IndexName> AliasesOf(IndexName name) => [.. ListAliases().Where(a => a.Value == name).Select(a => a.Key)];

    private void RequireFree(IndexName name)
    {
        if (_indexes.ContainsKey(name.Value))
        {
            throw Exists(name);
        }

        if (_aliases.TryGetValue(name.Value, out var target))
        {
            throw new LakehouseException(ErrorKind.Conflict, "alias_exists", $"'{name}' is an alias of the index '{target}'. Choose another name, or delete the alias.");
        }
    }

    private static LakehouseException Exists(IndexName name) =>
        new(ErrorKind.Conflict, "index_exists", $"There is a vector index '{name}' already. Use it as it is, delete it, or choose another name.");

    private void RequireCount(IReadOnlyList<string> ids)
    {
        if (ids.Count > options.MaxBatchItems)
        {
            throw VectorErrors.Request($"it has {ids.Count} ids, at most {options.MaxBatchItems} can be named at once (vector.max_batch_items)");
        }
    }

    /// <summary>Sets aside the memory that a batch needs, until it is applied and counts as the index's.</summary>
    private async Task<long> ReserveAsync(OpenIndex open, ItemBatch batch, CancellationToken cancellationToken)
    {
        var needed = open.Index.EstimateBytes(batch);
        if (TryReserve(needed))
        {
            return needed;
        }

        // The places of what was deleted may be enough.
        if (open.Index.HasGarbage)
        {
            await CompactAsync(open, cancellationToken);
            needed = open.Index.EstimateBytes(batch);
        }

        return TryReserve(needed) ? needed : throw VectorErrors.MemoryFull(needed, UsedBytes, options.MemoryLimitBytes);
    }

    private long UsedBytes => _indexes.Values.Sum(o => o.SizeBytes) + Interlocked.Read(ref _reserved);

    private bool TryReserve(long needed)
    {
        lock (_memory)
        {
            if (UsedBytes + needed > options.MemoryLimitBytes)
            {
                return false;
            }

            Interlocked.Add(ref _reserved, needed);
            return true;
        }
    }

    private void RequireMemory(long needed)
    {
        if (UsedBytes + needed > options.MemoryLimitBytes)
        {
            throw VectorErrors.MemoryFull(needed, UsedBytes, options.MemoryLimitBytes);
        }
    }

    private readonly struct IndexUse(OpenIndex open) : IDisposable
    {
        public OpenIndex Open => open;

        public void Dispose() => open.Leave();
    }
}
