namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// Vectors by the SHA-256 of their texts, and the texts that are being asked for. One lock, held for a look-up: some tens of nanoseconds, which is what a
/// hit costs beside the hash. Errors are not kept. Not <c>Microsoft.Extensions.Caching.Memory</c>: at its bound it refuses the newest entry and trims in the
/// background, so it does not keep what was used last.
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
    /// Takes what is known of some texts. What is not is either pending already, and then waited for, or becomes pending, and the caller must ask for it and
    /// end each of <paramref name="claimed"/> with <see cref="Succeed"/> or <see cref="Fail"/>.
    /// </summary>
    /// <param name="keys">The texts' keys.</param>
    /// <param name="textOf">Gives the whole text of a position.</param>
    /// <param name="vectors">Takes the vectors that are known.</param>
    /// <param name="waiting">Takes what the others wait for, by position. Null when all is known.</param>
    /// <param name="claimed">Takes what the caller must ask for. Null when there is nothing.</param>
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

    /// <summary>Ends a text with its vector.</summary>
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

    /// <summary>Ends a text with an error; the next who wants it asks again.</summary>
    public void Fail(PendingText text, Exception error)
    {
        lock (_gate)
        {
            Forget(text);
        }

        text.Fail(error);
    }

    /// <summary>Someone waits no more. Calls that nobody waits for are given up, and their texts can be asked for anew at once.</summary>
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

    /// <summary>Puts a saved entry in; the least recently used first.</summary>
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
