namespace Lakehouse.Embed.Internal.Cache;

/// <summary>One call of a provider for some texts. It is given up when the last of those who wait for any of its texts has gone.</summary>
internal sealed class UpstreamCall(IReadOnlyList<PendingText> texts, TimeSpan timeout) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new(timeout);

    public IReadOnlyList<PendingText> Texts => texts;

    public CancellationToken Token => _cancel.Token;

    /// <summary>True when nobody waits for any of its texts. Under the lock of the cache.</summary>
    public bool IsAbandoned => texts.All(t => t.WaiterCount == 0);

    public void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself in this moment.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
