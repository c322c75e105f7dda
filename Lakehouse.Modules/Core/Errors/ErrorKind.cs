namespace Lakehouse.Core.Errors;

/// <summary>The kind of an error: what a caller can do about it. The HTTP edge maps each kind to one status.</summary>
public enum ErrorKind
{
    /// <summary>The input breaks a stated rule (400).</summary>
    InvalidInput,

    /// <summary>The request carries no valid token (401).</summary>
    Unauthenticated,

    /// <summary>The input is understood and not allowed (403).</summary>
    Forbidden,

    /// <summary>What was asked for is not there (404).</summary>
    NotFound,

    /// <summary>None of the formats that the request accepts can be given (406).</summary>
    NotAcceptable,

    /// <summary>The request disagrees with what is stored (409).</summary>
    Conflict,

    /// <summary>The body arrived too slowly, and the request was ended (408).</summary>
    TooSlow,

    /// <summary>A body or value is larger than a configured bound (413).</summary>
    TooLarge,

    /// <summary>The content type of the body is not accepted (415).</summary>
    UnsupportedMedia,

    /// <summary>The request is addressed to another server (421).</summary>
    Misdirected,

    /// <summary>A file is not in the format that it claims to be (422).</summary>
    Unprocessable,

    /// <summary>The caller has used up what it may use of something for now (429 with Retry-After).</summary>
    BudgetSpent,

    /// <summary>The work was cancelled on request (499).</summary>
    Cancelled,

    /// <summary>A server that this program calls has failed or cannot be reached (502).</summary>
    Upstream,

    /// <summary>All leases for this kind of work are taken; the same request can succeed later (503 with Retry-After).</summary>
    Busy,

    /// <summary>The work took longer than allowed (504).</summary>
    Timeout,

    /// <summary>The disk or the store cannot take more (507).</summary>
    InsufficientStorage,

    /// <summary>Stored data is damaged or missing, and must be restored or replaced (500).</summary>
    Damaged,

    /// <summary>The store cannot be read or written: it is read-only, access is denied, or it failed (500).</summary>
    StoreFailed,

    /// <summary>A part of the program failed (500).</summary>
    Failed,
}
