using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lakehouse.Core.Observation;

namespace Lakehouse.Telemetry.Internal;

/// <summary>Counts requests by profile. Their times by route are the framework's own <c>http.server.request.duration</c>.</summary>
internal sealed class RequestMetrics(TelemetryOptions options) : IRequestLog
{
    private const string NoProfile = "(none)"; // which no profile can be called
    private const int FirstErrorStatus = 400;

    private static readonly Counter<long> Requests = Tracing.Meter.CreateCounter<long>(
        "lakehouse.requests", "{request}", "Requests, by profile and, where they failed, by the code of their error");

    private static readonly Counter<double> EngineTime = Tracing.Meter.CreateCounter<double>(
        "lakehouse.engine.time", "s", "How long engines have worked, by profile");

    private static readonly Counter<long> Rows = Tracing.Meter.CreateCounter<long>(
        "lakehouse.rows", "{row}", "Rows that were answered or ingested, by profile");

    private static readonly Counter<long> BytesIn = Tracing.Meter.CreateCounter<long>(
        "lakehouse.request.bytes", "By", "Bytes of requests' bodies, by profile");

    private static readonly Counter<long> BytesOut = Tracing.Meter.CreateCounter<long>(
        "lakehouse.answer.bytes", "By", "Bytes of answers' bodies, by profile");

    private static readonly Counter<long> Texts = Tracing.Meter.CreateCounter<long>("lakehouse.texts", "{text}", "Texts that were embedded, by model");

    private static readonly Histogram<double> ToolDuration = Tracing.Meter.CreateHistogram<double>(
        "mcp.server.operation.duration", "s", "The time of a call of a tool of the Model Context Protocol");

    public bool IsOn => options.Measures;

    public void Add(RequestRecord record)
    {
        var profile = KeyValuePair.Create<string, object?>("lakehouse.profile", record.Profile ?? NoProfile);
        if (record.Code is null && record.Status < FirstErrorStatus)
        {
            Requests.Add(1, profile);
        }
        else
        {
            Requests.Add(1, profile, KeyValuePair.Create<string, object?>("error.type", record.Code ?? "none"));
        }

        AddOne(EngineTime, record.EngineTime.TotalSeconds, profile);
        AddOne(Rows, record.Rows, profile);
        AddOne(BytesIn, record.BytesIn, profile);
        AddOne(BytesOut, record.BytesOut, profile);
        if (record.Texts > 0)
        {
            Texts.Add(record.Texts, KeyValuePair.Create<string, object?>("gen_ai.request.model", record.Model));
        }

        if (record.Tool is { } tool)
        {
            var tags = new TagList
            {
                { "mcp.method.name", "tools/call" },
                { "gen_ai.operation.name", "execute_tool" },
                { "gen_ai.tool.name", record.Code == "tool_not_found" ? "unknown" : tool }, // what a client invents is no bounded set
            };
            if (record.Code is { } code)
            {
                tags.Add("error.type", code);
            }

            ToolDuration.Record(record.Elapsed.TotalSeconds, tags);
        }
    }

    private static void AddOne<T>(Counter<T> counter, T value, KeyValuePair<string, object?> profile)
        where T : struct, System.Numerics.INumber<T>
    {
        if (value > T.Zero)
        {
            counter.Add(value, profile);
        }
    }
}
