using System.Reflection;
using Lakehouse.Core.Observation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Lakehouse.Telemetry.Internal;

/// <summary>Registers what OpenTelemetry's SDK sends and shows.</summary>
internal static class Exports
{
    private const string HttpSource = "Microsoft.AspNetCore";
    private const string ClientSource = "System.Net.Http";
    private const string ClientRequests = "http.client.request.duration";
    private const double PerMille = 1000;

    private static readonly string[] Meters =
        [Tracing.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", ClientSource];

    private static readonly string Version =
        typeof(Exports).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Add(IServiceCollection services, ILoggingBuilder logging, TelemetryOptions options)
    {
        var isSending = options.Endpoint is not null;
        var hasTraces = isSending && options.HasTraces;
        var hasLogs = isSending && options.HasLogs;
        if (!hasTraces && !hasLogs && !options.Measures)
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry();
        if (hasTraces)
        {
            telemetry.WithTracing(traces =>
            {
                traces.SetResourceBuilder(ResourceOf(options))
                    .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SamplePerMille / PerMille)))
                    .AddSource(HttpSource, ClientSource, Tracing.Name);
                if (!options.HasTexts)
                {
                    traces.AddProcessor(new WithoutTexts()); // before the one that sends
                }

                traces.AddOtlpExporter(otlp =>
                {
                    Configure(otlp, options, "v1/traces");
                    otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)options.BatchEvery.TotalMilliseconds;
                    otlp.BatchExportProcessorOptions.MaxQueueSize = options.MaxWaiting;
                    otlp.BatchExportProcessorOptions.MaxExportBatchSize = Math.Min(otlp.BatchExportProcessorOptions.MaxExportBatchSize, options.MaxWaiting);
                });
            });
        }

        if (options.Measures)
        {
            telemetry.WithMetrics(metrics =>
            {
                metrics.SetResourceBuilder(ResourceOf(options)).AddMeter(Meters);

                // Of clients, only the requests: connections are many series that say little.
                metrics.AddView(i => i.Meter.Name == ClientSource && i.Name != ClientRequests ? MetricStreamConfiguration.Drop : null);
                if (options.HasPrometheus)
                {
                    metrics.AddPrometheusExporter();
                }

                if (isSending && options.HasMetrics)
                {
                    metrics.AddOtlpExporter((otlp, reader) =>
                    {
                        Configure(otlp, options, "v1/metrics");
                        reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsEvery.TotalMilliseconds;
                        reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds;
                    });
                }
            });
        }

        if (hasLogs)
        {
            logging.AddOpenTelemetry(logs =>
            {
                logs.SetResourceBuilder(ResourceOf(options));
                logs.IncludeFormattedMessage = true;
                logs.AddOtlpExporter((otlp, processor) =>
                {
                    Configure(otlp, options, "v1/logs");
                    processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)options.BatchEvery.TotalMilliseconds;
                    processor.BatchExportProcessorOptions.MaxQueueSize = options.MaxWaiting;
                    processor.BatchExportProcessorOptions.MaxExportBatchSize =
                        Math.Min(processor.BatchExportProcessorOptions.MaxExportBatchSize, options.MaxWaiting);
                });
            });
        }
    }

    private static ResourceBuilder ResourceOf(TelemetryOptions options) =>
        ResourceBuilder.CreateEmpty().AddService(options.ServiceName, serviceVersion: Version).AddTelemetrySdk();

    /// <summary>An endpoint that is set in code is used as it is, so the path of the signal is added here.</summary>
    private static void Configure(OtlpExporterOptions otlp, TelemetryOptions options, string path)
    {
        var endpoint = options.Endpoint!;
        otlp.Protocol = options.UsesGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = options.UsesGrpc ? endpoint : new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        otlp.TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds;
        otlp.Headers = string.Join(',', options.SecretHeaders.Select(h => h.Replace(",", "%2C", StringComparison.Ordinal)));
    }
}
