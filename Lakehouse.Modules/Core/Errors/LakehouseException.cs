namespace Lakehouse.Core.Errors;

/// <summary>
/// An error that a person can act on. <see cref="Exception.Message"/> says what failed, on which object, why, and what to do next. It is sent to clients
/// unchanged, so it never holds a path of the host or a credential.
/// </summary>
public sealed class LakehouseException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="kind">What a caller can do about it.</param>
    /// <param name="code">Stable machine-readable name, snake_case, e.g. <c>dataset_not_found</c>.</param>
    /// <param name="message">One or two sentences for a person.</param>
    /// <param name="inner">The cause, for the log only.</param>
    public LakehouseException(ErrorKind kind, string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Code = code;
    }

    /// <summary>What a caller can do about it.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Stable machine-readable name, snake_case.</summary>
    public string Code { get; }

    /// <summary>True when the same request can succeed later: without any action, or after the machine, the store or an upstream server is repaired.</summary>
    public bool CanSucceedLater =>
        IsTransient || Kind is ErrorKind.InsufficientStorage or ErrorKind.Damaged or ErrorKind.StoreFailed or ErrorKind.Failed;

    /// <summary>True when the cause can disappear by itself within a short time, so that a retry makes sense.</summary>
    public bool IsTransient => Kind is ErrorKind.Upstream or ErrorKind.Busy or ErrorKind.Timeout;

    /// <summary>For <see cref="ErrorKind.Busy"/>: how long to wait before a retry. Null: the default of the HTTP edge.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Returns the same error with one more member in its problem document.</summary>
    public LakehouseException With(string name, object? value) => new(Kind, Code, Message, this)
    {
        RetryAfter = RetryAfter,
        Details = new Dictionary<string, object?>(Details ?? new Dictionary<string, object?>()) { [name] = value },
    };

    /// <summary>Further members of the problem document (RFC 9457, section 3.2), e.g. <c>line</c>. Null when there are none.</summary>
    public IReadOnlyDictionary<string, object?>? Details { get; init; }
}
