namespace Lakehouse.Tests.Fixtures;

/// <summary>Waits for conditions.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Short beside all that is waited for, and long enough that the wait does not take a processor from what it waits for.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Waits until a condition holds.</summary>
    public static Task HoldsAsync(Func<bool> condition) => HoldsAsync(() => Task.FromResult(condition()));

    /// <summary>Waits until a condition holds.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
