namespace Lakehouse.Embed.Internal.Cache;

/// <summary>A text that a model is being asked for, and those who wait for it. Under the lock of the cache but for <see cref="Done"/>.</summary>
internal sealed class PendingText(CacheKey key, string text)
{
    private readonly TaskCompletionSource<float[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CacheKey Key => key;

    /// <summary>The text with its prefix.</summary>
    public string Text => text;

    /// <summary>How many calls wait. When it falls to zero, nobody wants the text any more.</summary>
    public int WaiterCount { get; set; } = 1;

    /// <summary>The call that asks for it.</summary>
    public UpstreamCall? Call { get; set; }

    /// <summary>The vector.</summary>
    public Task<float[]> Done => _done.Task;

    public void Succeed(float[] vector) => _done.TrySetResult(vector);

    public void Fail(Exception error)
    {
        if (_done.TrySetException(error))
        {
            // Whoever waits sees it; when nobody does any more, it is no news.
            _ = _done.Task.Exception;
        }
    }
}
