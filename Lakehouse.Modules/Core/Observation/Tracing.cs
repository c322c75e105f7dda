using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Observation;

/// <summary>
/// What modules tell of their work to whoever traces or measures it. While nobody does, a span is null and an instrument does nothing. Names follow
/// OpenTelemetry's semantic conventions.
/// </summary>
public static class Tracing
{
    /// <summary>The name of <see cref="Source"/> and <see cref="Meter"/>.</summary>
    public const string Name = "Lakehouse";

    /// <summary>The source of the modules' spans.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>The meter of the modules' instruments.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>Whether somebody traces.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Begins a span below the current one; null when nobody traces or this trace is not sampled.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal)
    {
        var span = Source.StartActivity(name, kind);
        if (span is not null && RequestRecord.Current is { } record)
        {
            span.SetTag("session.id", record.SessionId);
            span.SetTag("user.id", record.UserId);
        }

        return span;
    }

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(this Activity? span, Exception error)
    {
        if (span is null)
        {
            return;
        }

        // Messages can hold values of rows; codes cannot.
        span.SetTag("error.type", CodeOf(error));
        span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>A word for an error that is one of few.</summary>
    public static string CodeOf(Exception error) => error is LakehouseException known ? known.Code
        : error is OperationCanceledException ? "cancelled"
        : "internal_error";
}
