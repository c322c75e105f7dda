using Microsoft.AspNetCore.Http;

namespace Lakehouse.Core.Errors;

/// <summary>Kinds of errors as HTTP has them.</summary>
public static class ErrorStatus
{
    /// <summary>The HTTP status of a kind of error.</summary>
    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.NotAcceptable => StatusCodes.Status406NotAcceptable,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.TooSlow => StatusCodes.Status408RequestTimeout,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.UnsupportedMedia => StatusCodes.Status415UnsupportedMediaType,
        ErrorKind.Misdirected => StatusCodes.Status421MisdirectedRequest,
        ErrorKind.Unprocessable => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.BudgetSpent => StatusCodes.Status429TooManyRequests,
        ErrorKind.Cancelled => StatusCodes.Status499ClientClosedRequest,
        ErrorKind.Upstream => StatusCodes.Status502BadGateway,
        ErrorKind.Busy => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Timeout => StatusCodes.Status504GatewayTimeout,
        ErrorKind.InsufficientStorage => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };
}
