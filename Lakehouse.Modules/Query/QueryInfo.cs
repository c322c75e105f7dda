namespace Lakehouse.Query;

/// <summary>A query that runs or has run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sql">The beginning of its text, up to <see cref="QueryOptions.MaxLoggedSql"/> characters.</param>
/// <param name="State">What has become of it.</param>
/// <param name="StartedAt">When it arrived.</param>
/// <param name="Elapsed">How long it has taken in all, until now or until its end.</param>
/// <param name="Rows">The rows that were written so far.</param>
/// <param name="Bytes">The bytes of the answer so far, before compression.</param>
/// <param name="Progress">The engine's estimate of the work done, from 0 to 1; null where it has none.</param>
/// <param name="ErrorCode">The code of its error; null without one.</param>
/// <param name="Error">The message of its error; null without one.</param>
/// <param name="Caller">Whose query it is: the name of a profile, or <c>administrator</c>, or <c>program</c>.</param>
public sealed record QueryInfo(
    string Id,
    string Sql,
    QueryState State,
    DateTimeOffset StartedAt,
    TimeSpan Elapsed,
    long Rows,
    long Bytes,
    double? Progress,
    string? ErrorCode,
    string? Error,
    string Caller);
