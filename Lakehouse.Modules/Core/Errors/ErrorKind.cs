namespace Lakehouse.Core.Errors;

/// <summary>What went wrong, as far as a caller can act on it. The HTTP edge maps each kind to one status.</summary>
public enum ErrorKind
{
    /// <summary>The input breaks a stated rule (400).</summary>
    InvalidInput,

    /// <summary>The caller did not say who it is (401).</summary>
    Unauthenticated,

    /// <summary>The input is understood and not allowed (403).</summary>
    Forbidden,

    /// <summary>What was asked for is not there (404).</summary>
    NotFound,

    /// <summary>The request disagrees with what is stored (409).</summary>
    Conflict,

    /// <summary>The body came too slowly; the work that waited for it was ended (408).</summary>
    TooSlow,

    /// <summary>A body or value is larger than a configured bound (413).</summary>
    TooLarge,

    /// <summary>The body is declared as something that is not taken here (415).</summary>
    UnsupportedMedia,

    /// <summary>The request is addressed to a server that this one is not (421).</summary>
    Misdirected,

    /// <summary>A file cannot be read as what it claims to be (422).</summary>
    Unprocessable,

    /// <summary>A server that this program asks has failed, or cannot be reached (502).</summary>
    Upstream,

    /// <summary>Every place for this kind of work is taken; the same request can succeed later (503 with Retry-After).</summary>
    Busy,

    /// <summary>The work took longer than its bound (504).</summary>
    Timeout,

    /// <summary>The disk or the store cannot take more (507).</summary>
    InsufficientStorage,

    /// <summary>What is stored is damaged or gone: it must be restored or replaced (500).</summary>
    Damaged,

    /// <summary>The store cannot be read or written as it should: read-only, not permitted, or failed (500).</summary>
    StoreFailed,

    /// <summary>A part of the program failed (500).</summary>
    Failed,
}
