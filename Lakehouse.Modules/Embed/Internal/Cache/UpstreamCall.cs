namespace Lakehouse.Embed.Internal.Cache;

/// <summary>One call to a provider for some texts. It is cancelled when no caller waits for any of its texts any more.</summary>
internal sealed class UpstreamCall(IReadOnlyList<PendingText> texts, TimeSpan timeout) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new(timeout);

    public IReadOnlyList<PendingText> Texts => texts;

    public CancellationToken Token => _cancel.Token;

    /// <summary>True when no caller waits for any of its texts. Read it under the lock of the cache.</summary>
    public bool IsAbandoned => texts.All(t => t.WaiterCount == 0);

    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has just ended.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
