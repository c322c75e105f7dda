using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Microsoft.AspNetCore.WebUtilities;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// The outermost middleware: turns exceptions into <c>application/problem+json</c> (RFC 9457). If the answer has already begun, the connection is cut instead,
/// so that the answer does not look complete.
/// </summary>
internal sealed partial class ProblemGate(RequestDelegate next, ILogger<ProblemGate> logger)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Members = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
            await DescribeEmptyAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            RequestRecord.Current?.Code ??= "client_gone";
            LogGone(context.Request.Method, context.Request.Path);
        }
        catch (Exception error)
        {
            await AnswerAsync(context, error);
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            LogRequest(context.Request.Method, context.Request.Path, context.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    /// <summary>
    /// The messages of an error and of its inner exceptions. Expected errors are logged with these only, because a stack trace does not help the operator.
    /// </summary>
    private static string ReasonOf(Exception error)
    {
        var reason = error.Message;
        for (var cause = error.InnerException; cause is not null; cause = cause.InnerException)
        {
            reason += $" ({cause.GetType().Name}: {cause.Message})";
        }

        return reason;
    }

    private async Task AnswerAsync(HttpContext context, Exception error)
    {
        RequestRecord.Current?.Code ??= (error as LakehouseException)?.Code ?? (error is BadHttpRequestException ? "invalid_request" : "internal_error");
        if (context.Response.HasStarted)
        {
            if (error is LakehouseException)
            {
                LogCut(context.Request.Method, context.Request.Path, ReasonOf(error), context.TraceIdentifier);
            }
            else
            {
                LogCutUnexpectedly(error, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            }

            context.Abort();
            return;
        }

        switch (error)
        {
            case LakehouseException known:
                var status = ErrorStatus.Of(known.Kind);
                if (status >= StatusCodes.Status500InternalServerError && known.Kind is not (ErrorKind.Busy or ErrorKind.Timeout))
                {
                    LogFailed(context.Request.Method, context.Request.Path, status, known.Code, ReasonOf(error), context.TraceIdentifier);
                }

                if (known.Kind is ErrorKind.Busy or ErrorKind.BudgetSpent || known.RetryAfter is not null)
                {
                    var seconds = Math.Max(1, (int)Math.Ceiling((known.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds));
                    context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                }

                if (known.Kind == ErrorKind.TooSlow)
                {
                    context.Response.Headers.Connection = "close"; // the server does not wait for the rest of the body
                }

                await WriteAsync(context, status, known.Code, known.Message, known.Details);
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await WriteAsync(
                    context, StatusCodes.Status413PayloadTooLarge, "body_too_large", "The body of the request is larger than is allowed here.", null);
                break;
            case BadHttpRequestException bad:
                await WriteAsync(context, bad.StatusCode, "invalid_request", (bad.InnerException as JsonException)?.Message ?? bad.Message, null);
                break;
            default:
                LogUnexpected(error, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                await WriteAsync(
                    context,
                    StatusCodes.Status500InternalServerError,
                    "internal_error",
                    "Something went wrong that should not. The log has the cause under the trace id.",
                    null);
                break;
        }
    }

    /// <summary>Adds a problem document to error statuses that the framework sets without a body.</summary>
    private static Task DescribeEmptyAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.StatusCode < StatusCodes.Status400BadRequest || response.ContentLength > 0
            || (response.ContentType is not null && response.StatusCode != StatusCodes.Status416RangeNotSatisfiable))
        {
            return Task.CompletedTask;
        }

        var (code, detail) = response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("no_such_path", $"There is nothing at {context.Request.Path}."),
            StatusCodes.Status405MethodNotAllowed => (
                "method_not_allowed", $"{context.Request.Path} does not take {context.Request.Method}; it takes {response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type", "The body must be JSON, with the header 'Content-Type: application/json'."),
            StatusCodes.Status416RangeNotSatisfiable => ("range_not_satisfiable", "The range lies outside the object."),
            _ => ("request_refused", ReasonPhrases.GetReasonPhrase(response.StatusCode) + "."),
        };
        RequestRecord.Current?.Code ??= code;
        response.ContentLength = null;
        return WriteAsync(context, response.StatusCode, code, detail, null);
    }

    private static async Task WriteAsync(HttpContext context, int status, string code, string detail, IReadOnlyDictionary<string, object?>? members)
    {
        var form = context.GetEndpoint()?.Metadata.GetMetadata<IProblemForm>();
        context.Response.StatusCode = status;
        context.Response.ContentType = form is null ? "application/problem+json" : "application/json";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using (var json = new Utf8JsonWriter(context.Response.BodyWriter, Json))
        {
            if (form is null)
            {
                WriteProblem(json, status, code, detail, context.TraceIdentifier, members);
            }
            else
            {
                form.Write(json, status, code, detail);
            }
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void WriteProblem(Utf8JsonWriter json, int status, string code, string detail, string traceId, IReadOnlyDictionary<string, object?>? members)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "about:blank"u8);
        json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(status));
        json.WriteNumber("status"u8, status);
        json.WriteString("code"u8, code);
        json.WriteString("detail"u8, detail);
        json.WriteString("trace_id"u8, traceId);
        foreach (var (name, value) in members ?? new Dictionary<string, object?>())
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, Members);
        }

        json.WriteEndObject();
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Debug, Message = "{Method} {Path} {Status} in {ElapsedMs:0.0} ms")]
    private partial void LogRequest(string method, PathString path, int status, double elapsedMs);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Debug, Message = "{Method} {Path}: the client has gone")]
    private partial void LogGone(string method, PathString path);

    [LoggerMessage(
        EventId = 5004,
        Level = LogLevel.Warning,
        Message = "{Method} {Path} failed after its answer had begun; the connection was cut: {Reason} (trace {TraceId})")]
    private partial void LogCut(string method, PathString path, string reason, string traceId);

    [LoggerMessage(
        EventId = 5007,
        Level = LogLevel.Error,
        Message = "{Method} {Path} failed unexpectedly after its answer had begun; the connection was cut (trace {TraceId})")]
    private partial void LogCutUnexpectedly(Exception error, string method, PathString path, string traceId);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Warning, Message = "{Method} {Path} could not be served: {Status} {Code}: {Reason} (trace {TraceId})")]
    private partial void LogFailed(string method, PathString path, int status, string code, string reason, string traceId);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly (trace {TraceId})")]
    private partial void LogUnexpected(Exception error, string method, PathString path, string traceId);
}
