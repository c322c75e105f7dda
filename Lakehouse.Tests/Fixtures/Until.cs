namespace Lakehouse.Tests.Fixtures;

/// <summary>Waits for conditions.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
