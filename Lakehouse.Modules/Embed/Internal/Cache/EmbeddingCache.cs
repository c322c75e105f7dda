namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// Vectors by the SHA-256 of their texts, and the pending texts. One lock is held for a look-up, some tens of nanoseconds, which is the cost of a hit apart
/// from the hash. Errors are not cached. <c>Microsoft.Extensions.Caching.Memory</c> is not used because at its limit it refuses the newest entry and trims in
/// the background, so it does not keep the most recently used entries.
/// </summary>
internal sealed class EmbeddingCache(EmbedOptions options)
{
    private readonly Lock _gate = new();
    private readonly LruTable<CacheKey, float[]>? _known = options.CacheSize > 0 ? new(options.CacheSize) : null;
    private readonly Dictionary<CacheKey, PendingText> _pending = [];
    private long _hits;
    private long _misses;
    private long _coalesced;
    private long _evicted;
    private long _calls;
    private long _failures;

    /// <summary>Counts changes, so that a cache that has not changed is not saved again.</summary>
    public long ChangeCount { get; private set; }

    public EmbedStats Stats
    {
        get
        {
            lock (_gate)
            {
                return new EmbedStats(_hits, _misses, _coalesced, _known?.Count ?? 0, options.CacheSize, _evicted, _calls, _failures);
            }
        }
    }

    /// <summary>
    /// Looks texts up. A text that is not in the cache is either pending already, or becomes pending and is added to <paramref name="claimed"/>: the caller
    /// must ask a model for it and complete it with <see cref="Succeed"/> or <see cref="Fail"/>. The caller waits for both kinds.
    /// </summary>
    /// <param name="keys">The keys of the texts.</param>
    /// <param name="textOf">Returns the text at a position, with its prefix.</param>
    /// <param name="vectors">Receives the vectors that are in the cache, by position.</param>
    /// <param name="waiting">The pending texts, with their positions; null when all texts are in the cache.</param>
    /// <param name="claimed">The texts that the caller must ask for; null when there are none.</param>
    public void Take(
        ReadOnlySpan<CacheKey> keys,
        Func<int, string> textOf,
        ReadOnlyMemory<float>[] vectors,
        out List<(int Position, PendingText Text)>? waiting,
        out List<PendingText>? claimed)
    {
        (waiting, claimed) = (null, null);
        lock (_gate)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                if (_known is not null && _known.TryGet(keys[i], out var vector))
                {
                    _hits++;
                    vectors[i] = vector;
                    continue;
                }

                if (_pending.TryGetValue(keys[i], out var pending))
                {
                    _hits++;
                    _coalesced++;
                    pending.WaiterCount++;
                }
                else
                {
                    _misses++;
                    pending = new PendingText(keys[i], textOf(i));
                    _pending[keys[i]] = pending;
                    (claimed ??= []).Add(pending);
                }

                (waiting ??= []).Add((i, pending));
            }
        }
    }

    /// <summary>Completes a pending text with its vector.</summary>
    public void Succeed(PendingText text, float[] vector)
    {
        lock (_gate)
        {
            Forget(text);
            if (_known is not null)
            {
                _evicted += _known.Set(text.Key, vector) ? 1 : 0;
                ChangeCount++;
            }
        }

        text.Succeed(vector);
    }

    /// <summary>Completes a pending text with an error; the next call that needs the text asks again.</summary>
    public void Fail(PendingText text, Exception error)
    {
        lock (_gate)
        {
            Forget(text);
        }

        text.Fail(error);
    }

    /// <summary>Ends a caller's wait for texts. Upstream calls for which no caller waits are cancelled; their texts can be asked for again at once.</summary>
    public void Leave(IEnumerable<PendingText> texts)
    {
        var abandoned = new HashSet<UpstreamCall>();
        lock (_gate)
        {
            foreach (var text in texts)
            {
                text.WaiterCount--;
                if (text is { WaiterCount: 0, Call: { } call } && call.IsAbandoned)
                {
                    abandoned.Add(call);
                    foreach (var other in call.Texts)
                    {
                        Forget(other);
                    }
                }
            }
        }

        foreach (var call in abandoned)
        {
            call.Cancel();
        }
    }

    public void CountCall(bool failed)
    {
        lock (_gate)
        {
            _calls++;
            _failures += failed ? 1 : 0;
        }
    }

    /// <summary>Adds a saved entry. Call it for the least recently used entry first.</summary>
    public void Restore(CacheKey key, float[] vector)
    {
        lock (_gate)
        {
            _known?.Set(key, vector);
        }
    }

    /// <summary>All entries, the least recently used first.</summary>
    public List<KeyValuePair<CacheKey, float[]>> ToList()
    {
        lock (_gate)
        {
            return _known?.ToList() ?? [];
        }
    }

    private void Forget(PendingText text)
    {
        if (_pending.TryGetValue(text.Key, out var current) && ReferenceEquals(current, text))
        {
            _pending.Remove(text.Key);
        }
    }
}
