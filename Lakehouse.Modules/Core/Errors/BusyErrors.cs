namespace Lakehouse.Core.Errors;

/// <summary>The error of work that gets no lease, worded the same for every kind of work.</summary>
public static class BusyErrors
{
    private const int RetryAfterSeconds = 5;

    /// <summary>All leases are taken, and no more callers may wait.</summary>
    /// <param name="code">The error's code, e.g. <c>too_many_puts</c>.</param>
    /// <param name="what">What runs, in the plural: <c>uploads</c>.</param>
    /// <param name="runningMax">How many of them run at once.</param>
    /// <param name="setting">The setting that holds this limit: <c>storage.max_concurrent_puts</c>.</param>
    public static LakehouseException TooMany(string code, string what, int runningMax, string setting) => new(
        ErrorKind.Busy, code,
        $"{runningMax} {what} are running, the most allowed at once. Try again in {RetryAfterSeconds} seconds, or raise {setting}.")
    {
        RetryAfter = TimeSpan.FromSeconds(RetryAfterSeconds),
    };
}
