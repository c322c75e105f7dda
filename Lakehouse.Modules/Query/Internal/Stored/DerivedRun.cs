using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>The last time that a derived dataset was made again, or is being made.</summary>
/// <param name="StartedAt">When, UTC.</param>
/// <param name="Took">How long it took; null while it runs.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
/// <param name="Failures">How many times in a row it has failed.</param>
/// <param name="RetryAt">When it is tried again after a failure.</param>
/// <param name="Seen">The versions that its sources had at the failure; null for one that was not there.</param>
internal sealed record DerivedRun(
    DateTimeOffset StartedAt, TimeSpan? Took, LakehouseException? Error, int Failures, DateTimeOffset RetryAt, IReadOnlyList<long?> Seen);
