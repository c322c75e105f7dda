using Lakehouse.Core.Configuration;

namespace Lakehouse.Telemetry;

/// <summary>Options of traces, metrics and logs.</summary>
public sealed record TelemetryOptions
{
    /// <summary>The OTLP server; null sends nothing.</summary>
    public required Uri? Endpoint { get; init; }

    /// <summary>Whether it is spoken to by gRPC; else by protobuf over HTTP.</summary>
    public required bool UsesGrpc { get; init; }

    /// <summary>Headers for it, each as <c>name=value</c>.</summary>
    public required IReadOnlyList<string> SecretHeaders { get; init; }

    /// <summary>The name of this service there.</summary>
    public required string ServiceName { get; init; }

    /// <summary>Whether spans are sent.</summary>
    public required bool HasTraces { get; init; }

    /// <summary>Of so many traces in a thousand that begin here, each span is sent.</summary>
    public required int SamplePerMille { get; init; }

    /// <summary>Whether metrics are sent.</summary>
    public required bool HasMetrics { get; init; }

    /// <summary>How often metrics are sent.</summary>
    public required TimeSpan MetricsEvery { get; init; }

    /// <summary>Whether log messages are sent.</summary>
    public required bool HasLogs { get; init; }

    /// <summary>Whether spans have the texts of statements.</summary>
    public required bool HasTexts { get; init; }

    /// <summary>How long spans and messages wait to be sent together.</summary>
    public required TimeSpan BatchEvery { get; init; }

    /// <summary>The most spans, and the most messages, that wait.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>How long one call of the server may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Whether <c>GET /metrics</c> answers.</summary>
    public required bool HasPrometheus { get; init; }

    /// <summary>How long an answer of <c>/ready</c> is kept.</summary>
    public required TimeSpan ReadyFor { get; init; }

    /// <summary>How long its checks may take.</summary>
    public required TimeSpan ReadyTimeout { get; init; }

    /// <summary>Whether anything is measured.</summary>
    public bool Measures => HasPrometheus || (Endpoint is not null && HasMetrics);

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static TelemetryOptions Read(SettingsReader settings) => new()
    {
        Endpoint = settings.Url("telemetry", "endpoint", string.Empty, "http://127.0.0.1:4318"),
        UsesGrpc = settings.Choice("telemetry", "protocol", "http/protobuf", "http/protobuf", "grpc") == "grpc",
        SecretHeaders = settings.List("telemetry", "secret_headers", "texts of the form \"name=value\"", h => h.IndexOf('=', StringComparison.Ordinal) > 0),
        ServiceName = settings.Text("telemetry", "service_name", "lakehouse", "1 to 100 characters", n => n.Length is > 0 and <= 100),
        HasTraces = settings.Flag("telemetry", "traces", true),
        SamplePerMille = settings.Count("telemetry", "sample_per_mille", 1000, 0, 1000),
        HasMetrics = settings.Flag("telemetry", "metrics", true),
        MetricsEvery = settings.Time("telemetry", "metrics_every", "60s", "100ms", "1h"),
        HasLogs = settings.Flag("telemetry", "logs", true),
        HasTexts = settings.Flag("telemetry", "texts", false),
        BatchEvery = settings.Time("telemetry", "batch_every", "5s", "10ms", "1h"),
        MaxWaiting = settings.Count("telemetry", "max_waiting", 8192, 1, 1_000_000),
        Timeout = settings.Time("telemetry", "timeout", "10s", "100ms", "10m"),
        HasPrometheus = settings.Flag("telemetry", "prometheus", true),
        ReadyFor = settings.Time("telemetry", "ready_for", "1s", "0s", "1m"),
        ReadyTimeout = settings.Time("telemetry", "ready_timeout", "5s", "10ms", "1m"),
    };
}
