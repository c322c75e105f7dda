namespace Lakehouse.Embed.Internal.Cache;

/// <summary>
/// A text for which a model is being asked, and how many calls wait for it. <see cref="WaiterCount"/> is guarded by the lock of the cache; the caller that
/// claimed the text sets <see cref="Call"/> before the call starts.
/// </summary>
internal sealed class PendingText(CacheKey key, string text)
{
    private readonly TaskCompletionSource<float[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CacheKey Key => key;

    /// <summary>The text with its prefix.</summary>
    public string Text => text;

    /// <summary>How many callers wait for the text.</summary>
    public int WaiterCount { get; set; } = 1;

    /// <summary>The upstream call that asks for it; null until it is created.</summary>
    public UpstreamCall? Call { get; set; }

    /// <summary>Completes with the vector.</summary>
    public Task<float[]> Done => _done.Task;

    public void Succeed(float[] vector) => _done.TrySetResult(vector);

    public void Fail(Exception error)
    {
        if (_done.TrySetException(error))
        {
            // Marks the exception as observed: callers that wait still get it, and without one it is not reported as unobserved.
            _ = _done.Task.Exception;
        }
    }
}
