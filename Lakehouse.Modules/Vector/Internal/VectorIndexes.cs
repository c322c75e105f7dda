using System.Runtime.ExceptionServices;
using System.Text;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Vector.Internal.Index;

namespace Lakehouse.Vector.Internal;

/// <summary>The module's entry point: acquires a lease for each call, checks it, and runs it on the index that it names.</summary>
internal sealed class VectorIndexes : IVectorIndexes, IDisposable
{
    private const long GarbageBytesWorthCollecting = 32 << 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LastPause = TimeSpan.FromMilliseconds(200);

    private readonly IndexRegistry _registry;
    private readonly VectorOptions _options;
    private readonly MemoryBudget _budget;
    private readonly TimeProvider _time;
    private readonly ConcurrencyLimiter _adds;
    private readonly ConcurrencyLimiter _searches;

    public VectorIndexes(IndexRegistry registry, MemoryBudget budget, VectorOptions options, TimeProvider time)
    {
        (_registry, _budget, _options, _time) = (registry, budget, options, time);
        _adds = Limit("too_many_adds", "adds", "vector.max_concurrent_adds", options.MaxConcurrentAdds);
        _searches = Limit("too_many_searches", "searches", "vector.max_concurrent_searches", options.MaxConcurrentSearches);

        ConcurrencyLimiter Limit(string code, string what, string setting, int max) => new(
            max, options.MaxWaiting, options.MaxWait, () => BusyErrors.TooMany(code, what, max, setting));
    }

    /// <summary>Opens the indexes in the bucket.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (!_options.Persist)
        {
            return;
        }

        var allocated = GC.GetTotalAllocatedBytes();
        await _registry.LoadAsync(cancellationToken);
        if (GC.GetTotalAllocatedBytes() - allocated > GarbageBytesWorthCollecting)
        {
            // Reading a million items leaves a hundred megabytes of garbage, and a program that then only searches would hardly allocate enough to trigger a
            // collection.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
    }

    public async Task<VectorIndexInfo> CreateAsync(VectorIndexSpec spec, CancellationToken cancellationToken) =>
        SpecRules.FindError(spec, _options.MaxDimension, _options.MaxEf) is { } error
            ? throw VectorErrors.Index(error)
            : Describe(await _registry.CreateAsync(spec, cancellationToken));

    public IReadOnlyList<VectorIndexInfo> List() => [.. _registry.Indexes.OrderBy(i => i.Name.Value, StringComparer.Ordinal).Select(Describe)];

    public VectorIndexInfo? FindOpen(IndexName name)
    {
        if (_registry.TryUse(name) is not { } found)
        {
            return null;
        }

        using var use = found;
        return Describe(use.Index);
    }

    public async ValueTask<VectorIndexInfo> ShowAsync(IndexName name, CancellationToken cancellationToken)
    {
        using var use = await _registry.UseAsync(name, cancellationToken);
        return Describe(use.Index);
    }

    public Task DeleteAsync(IndexName name, CancellationToken cancellationToken) => _registry.DeleteAsync(name, cancellationToken);

    public async Task BeginWritingAsync(IndexName name, CancellationToken cancellationToken)
    {
        using var use = await _registry.UseAsync(name, cancellationToken);
        await use.Index.BeginWritingAsync();
    }

    public async Task<AddResult> AddAsync(IndexName name, IReadOnlyList<VectorItem> items, Guid? ownedGeneration, CancellationToken cancellationToken)
    {
        using var lease = await _adds.AcquireAsync(cancellationToken);
        return await ChangeAsync(name, ownedGeneration, index => AddAsync(index, items, cancellationToken), cancellationToken);
    }

    private async Task<AddResult> AddAsync(DurableIndex index, IReadOnlyList<VectorItem> items, CancellationToken cancellationToken)
    {
        var contents = index.Contents;
        var batch = ItemBatch.Check(items, index.Spec, _options);
        if (batch.Count == 0)
        {
            return new AddResult(0, 0, contents.Count, index.Order.Applied);
        }

        var reserved = await ReserveAsync(index, batch, cancellationToken);
        try
        {
            return await index.AddAsync(batch);
        }
        finally
        {
            _budget.Release(reserved);
        }
    }

    /// <summary>Changes an index. One that has fallen behind what another process has written is read again first.</summary>
    private async Task<T> ChangeAsync<T>(IndexName name, Guid? ownedGeneration, Func<DurableIndex, Task<T>> change, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            using (var use = await _registry.UseAsync(name, cancellationToken))
            {
                use.Index.RequireWriter(ownedGeneration);
                try
                {
                    return await change(use.Index);
                }
                catch (LakehouseException behind) when (isFirst && behind.Code == VectorErrors.BehindCode)
                {
                    // below, when the index is not in use
                }
            }

            await _registry.FollowAsync(name, cancellationToken);
        }
    }

    public async Task<RemoveResult> RemoveAsync(IndexName name, IReadOnlyList<string> ids, Guid? ownedGeneration, CancellationToken cancellationToken)
    {
        RequireCount(ids);
        using var lease = await _adds.AcquireAsync(cancellationToken);
        return await ChangeAsync(name, ownedGeneration, index => RemoveAsync(index, ids), cancellationToken);
    }

    private async Task<RemoveResult> RemoveAsync(DurableIndex index, IReadOnlyList<string> ids)
    {
        // First, so that it is known what another process has added.
        await index.BeginWritingAsync();
        var contents = index.Contents;

        // Each id once, and only ids of the index, so that the log contains only what changes something.
        var distinct = ids.Distinct(StringComparer.Ordinal).ToList();
        var known = distinct.Select(Encoding.UTF8.GetBytes).Where(id => id.Length <= _options.MaxIdBytes && contents.TryFind(id, out _)).ToList();
        var missing = new HashSet<string>(distinct, StringComparer.Ordinal);
        missing.ExceptWith(known.Select(Encoding.UTF8.GetString));
        var sequence = index.Order.Applied;
        if (known.Count > 0)
        {
            // Another call may have deleted some of them since.
            (var goneMeanwhile, sequence) = await index.RemoveAsync(known);
            missing.UnionWith(goneMeanwhile.Select(position => Encoding.UTF8.GetString(known[position])));
        }

        return new RemoveResult(distinct.Count - missing.Count, [.. distinct.Where(missing.Contains)], contents.Count, sequence);
    }

    public async Task<IReadOnlyList<VectorAnswer>> SearchAsync(IndexName name, IReadOnlyList<VectorQuery> queries, CancellationToken cancellationToken)
    {
        if (queries.Count > _options.MaxQueries)
        {
            throw VectorErrors.Query($"it has {queries.Count} queries, at most {_options.MaxQueries} can be asked at once (vector.max_queries)");
        }

        if (queries.Max(q => q.At) is { } at)
        {
            await WaitForAsync(name, at, cancellationToken);
        }

        using var lease = await _searches.AcquireAsync(cancellationToken);
        using var use = await _registry.UseAsync(name, cancellationToken);
        if (queries.Count == 1)
        {
            return [Run(use.Index, queries[0], NewSize())];
        }

        var index = use.Index;
        var answers = new VectorAnswer[queries.Count];
        var size = NewSize();
        await Task.Run(
            () =>
            {
                try
                {
                    Parallel.For(
                        0,
                        answers.Length,
                        new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                        i => answers[i] = RunAt(index, queries[i], i, size));
                }
                catch (AggregateException several) when (several.InnerExceptions.OfType<LakehouseException>().FirstOrDefault() is { } error)
                {
                    ExceptionDispatchInfo.Throw(error);
                }
            },
            cancellationToken);
        return answers;
    }

    public async Task<HybridAnswer> SearchHybridAsync(IndexName name, HybridQuery query, CancellationToken cancellationToken)
    {
        using var lease = await _searches.AcquireAsync(cancellationToken);
        using var use = await _registry.UseAsync(name, cancellationToken);
        var index = use.Index;

        // On a thread of the pool, because keywords that are in every text take milliseconds.
        var version = VersionOf(index);
        return await Task.Run(
            () => new HybridSearch(index.Contents, _options).Run(query, index.Owner, NewSize()) with { Version = version }, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<TextSnippet?>> GetSnippetsAsync(
        IndexName name, IReadOnlyList<string> ids, string query, int lengthMax, CancellationToken cancellationToken)
    {
        RequireCount(ids);
        using var use = await _registry.UseAsync(name, cancellationToken);
        return new HybridSearch(use.Index.Contents, _options).Snippets(ids, query, lengthMax);
    }

    public async Task WaitForAsync(IndexName name, long sequence, CancellationToken cancellationToken)
    {
        if (sequence < 0)
        {
            throw VectorErrors.Query($"at is {sequence}; it is the number of a change, from 0");
        }

        var start = _time.GetTimestamp();
        var pause = FirstPause;
        for (var isCurrent = !_options.Persist; ; isCurrent = true)
        {
            IndexName index;
            using (var use = await _registry.UseAsync(name, cancellationToken))
            {
                // Who does not write the index has to look at the bucket once: another one of this name may be in its place, whose numbers begin again.
                _ = use.Index.Contents;
                if (use.Index.Order.Applied >= sequence && (isCurrent || use.Index.IsWriter))
                {
                    return;
                }

                index = use.Index.Name;
            }

            if (isCurrent)
            {
                if (_time.GetElapsedTime(start) > _options.MaxFollowWait)
                {
                    throw VectorErrors.NotThere(name, sequence, _options.MaxFollowWait);
                }

                await Task.Delay(pause, _time, cancellationToken);
                pause = pause * 2 < LastPause ? pause * 2 : LastPause;
            }

            await _registry.FollowAsync(index, cancellationToken);
        }
    }

    public async Task SetOwnerAsync(IndexName name, IOwnerRecord? owner, Guid generation, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            name,
            generation,
            async index =>
            {
                await index.SetOwnerAsync(owner, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<StoredItem?>> GetAsync(
        IndexName name, IReadOnlyList<string> ids, ItemParts include, CancellationToken cancellationToken)
    {
        RequireCount(ids);
        using var use = await _registry.UseAsync(name, cancellationToken);
        var index = use.Index.Contents;
        var size = NewSize();
        var context = index.Graph.Enter();
        try
        {
            return [.. ids.Select(id => index.TryFind(Encoding.UTF8.GetBytes(id), out var node) ? size.Add(index.Read(node, include)) : null)];
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    public async ValueTask<StoredItemPage> ListItemsAsync(
        IndexName name, string startAfter, int countMax, ItemParts include, CancellationToken cancellationToken)
    {
        using var use = await _registry.UseAsync(name, cancellationToken);
        var index = use.Index.Contents;
        var size = NewSize();
        var context = index.Graph.Enter();
        try
        {
            var nodes = index.List(Encoding.UTF8.GetBytes(startAfter), countMax);
            return new StoredItemPage([.. nodes.Take(countMax).Select(node => size.Add(index.Read(node, include)))], nodes.Count > countMax);
        }
        finally
        {
            index.Graph.Leave(context);
        }
    }

    public Task SetAliasAsync(IndexName alias, IndexName target, CancellationToken cancellationToken) =>
        _registry.SetAliasAsync(alias, target, cancellationToken);

    public Task DeleteAliasAsync(IndexName alias, CancellationToken cancellationToken) => _registry.DeleteAliasAsync(alias, cancellationToken);

    public IReadOnlyList<KeyValuePair<IndexName, IndexName>> ListAliases() => _registry.Aliases;

    public void Dispose()
    {
        _adds.Dispose();
        _searches.Dispose();
    }

    private AnswerSize NewSize() => new(_options.MaxAnswerBytes);

    private VectorAnswer Run(DurableIndex index, VectorQuery query, AnswerSize size)
    {
        var version = VersionOf(index);
        return new IndexSearch(index.Contents, _options).Run(query, index.Owner, size) with { Version = version };
    }

    private static IndexVersion VersionOf(DurableIndex index) => new(index.Name, index.Order.Applied);

    private VectorAnswer RunAt(DurableIndex index, VectorQuery query, int position, AnswerSize size)
    {
        try
        {
            return Run(index, query, size);
        }
        catch (LakehouseException error)
        {
            throw new LakehouseException(error.Kind, error.Code, $"queries[{position}]: {error.Message}", error);
        }
    }

    private VectorIndexInfo Describe(DurableIndex index)
    {
        // Read once, because the index can become damaged meanwhile.
        var contents = index.Usable;
        return new VectorIndexInfo(
            index.Spec,
            contents is null ? IndexStatus.Damaged : IndexStatus.Ready,
            contents is null ? index.Error : null,
            contents?.Count ?? 0,
            contents?.Graph.DeletedCount ?? 0,
            index.SizeBytes,
            index.Order.LogCount,
            index.Definition.CreatedAt,
            _registry.AliasesOf(index.Name),
            index.Definition.Generation,
            contents?.Keywords.Count ?? 0,
            index.Order.Applied,
            index.Owner);
    }

    private void RequireCount(IReadOnlyList<string> ids)
    {
        if (ids.Count > _options.MaxBatchItems)
        {
            throw VectorErrors.Request($"it has {ids.Count} ids, at most {_options.MaxBatchItems} can be named at once (vector.max_batch_items)");
        }
    }

    /// <summary>Reserves the memory that a batch needs, until it is applied and counted as the index's memory.</summary>
    private async Task<long> ReserveAsync(DurableIndex index, ItemBatch batch, CancellationToken cancellationToken)
    {
        var needed = index.Contents.EstimateBytes(batch);
        if (_budget.TryReserve(needed))
        {
            return needed;
        }

        // Freeing the slots of deleted items may give enough.
        if (index.Contents.HasGarbage)
        {
            await index.VacuumAsync(cancellationToken);
            needed = index.Contents.EstimateBytes(batch);
        }

        return _budget.TryReserve(needed) ? needed : throw _budget.Full(needed);
    }
}
