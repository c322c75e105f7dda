using System.Diagnostics;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>The tools that a client may call. An error is an answer, too, so that a model learns what is wrong. Thread-safe.</summary>
internal sealed partial class ToolBox
{
    private const int OkStatus = 200;

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(AccessAction Action, Tool Tool)> _definitions;
    private readonly Dictionary<string, ITool> _tools;
    private readonly Dictionary<string, string> _switchedOff;
    private readonly McpOptions _options;
    private readonly RequestLogs _logs;
    private readonly TimeProvider _time;
    private readonly ILogger<ToolBox> _logger;

    public ToolBox(IEnumerable<ITool> tools, McpOptions options, RequestLogs logs, TimeProvider time, ILogger<ToolBox> logger)
    {
        (_options, _logs, _time, _logger) = (options, logs, time, logger);
        var all = tools.ToList();
        _tools = all.Where(t => IsOn(t.Shape.Effect)).ToDictionary(t => t.Shape.Name, StringComparer.Ordinal);
        _switchedOff = all.Where(t => !IsOn(t.Shape.Effect)).ToDictionary(
            t => t.Shape.Name, t => t.Shape.Effect is ToolEffect.Deletes ? "mcp.write and mcp.delete" : "mcp.write", StringComparer.Ordinal);
        _definitions = [.. all.Where(t => IsOn(t.Shape.Effect)).Select(t => (t.Shape.Action, Define(t.Shape)))];
    }

    /// <summary>What a client is told of the tools that it may call.</summary>
    public IList<Tool> Definitions => [.. _definitions.Where(d => Caller.Current.May(d.Action)).Select(d => d.Tool)];

    /// <summary>Calls a tool.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments; null for none.</param>
    /// <param name="report">As <see cref="ToolCall.Report"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<CallToolResult> CallAsync(
        string name, IDictionary<string, JsonElement>? arguments, Func<double?, string, Task> report, CancellationToken cancellationToken)
    {
        using var span = Tracing.Start($"tools/call {name}");
        span?.SetTag("mcp.method.name", "tools/call").SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", name);
        if (!_logs.IsOn || RequestRecord.Current is not null)
        {
            RequestRecord.Current?.Tool = name;
            return await CallOneAsync(name, arguments, report, cancellationToken);
        }

        // It came over the streams of the process, and is a request of its own.
        var started = Stopwatch.GetTimestamp();
        var record = new RequestRecord { StartedAt = _time.GetUtcNow(), TraceId = Activity.Current?.TraceId.ToHexString() };
        (record.Profile, record.Tool, record.Status) = (Caller.Current.Name, name, OkStatus);
        record.Enter();
        try
        {
            return await CallOneAsync(name, arguments, report, cancellationToken);
        }
        finally
        {
            record.Elapsed = Stopwatch.GetElapsedTime(started);
            _logs.Add(record);
        }
    }

    private async Task<CallToolResult> CallOneAsync(
        string name, IDictionary<string, JsonElement>? arguments, Func<double?, string, Task> report, CancellationToken cancellationToken)
    {
        try
        {
            var tool = _tools.GetValueOrDefault(name) ?? throw Unknown(name);
            Caller.Current.Require(tool.Shape.Action);
            var body = JsonSerializer.SerializeToElement(arguments ?? new Dictionary<string, JsonElement>());
            var answer = await tool.CallAsync(new ToolCall(new JsonMembers(body, $"the call of {name}"), report), cancellationToken);
            var text = answer.ToJsonString(Json);
            return text.Length <= _options.MaxAnswerBytes * 2
                ? new CallToolResult { Content = [new TextContentBlock { Text = text }], StructuredContent = JsonSerializer.SerializeToElement(answer) }
                : throw TooLarge(text.Length);
        }
        catch (LakehouseException error)
        {
            return Failed(error.Code, error.Message, HintFor(error.Code));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(_logger, error, name);
            return Failed("internal_error", "The tool failed; the server's log holds the cause.", null);
        }
    }

    private bool IsOn(ToolEffect effect) => effect switch
    {
        ToolEffect.Reads or ToolEffect.Remembers => true,
        ToolEffect.Writes => _options.CanWrite,
        _ => _options.CanWrite && _options.CanDelete,
    };

    private static Tool Define(ToolShape shape) => new()
    {
        Name = shape.Name,
        Title = shape.Title,
        Description = shape.Description.ReplaceLineEndings(" "),
        InputSchema = shape.Input,
        OutputSchema = shape.Output,
        Annotations = new ToolAnnotations
        {
            Title = shape.Title,
            ReadOnlyHint = shape.Effect is ToolEffect.Reads,
            DestructiveHint = shape.Effect is ToolEffect.Deletes or ToolEffect.Writes, // a write can take the place of rows
            IdempotentHint = shape.Effect is ToolEffect.Reads,
            OpenWorldHint = false,
        },
    };

    private static CallToolResult Failed(string code, string message, string? hint)
    {
        RequestRecord.Current?.Code ??= code;
        if (Activity.Current is { OperationName: var operation } span && operation.StartsWith("tools/call", StringComparison.Ordinal))
        {
            span.SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
        }

        var text = hint is null ? message : $"{message} {hint}";
        return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = $"{code}: {text}" }] };
    }

    /// <summary>Which call helps.</summary>
    private static string? HintFor(string code) => code switch
    {
        "unknown_dataset" => "list_datasets shows what there is.",
        "sql_error" => "describe_dataset shows the columns of a dataset.",
        "index_not_found" => "list_indexes shows what there is.",
        _ => null,
    };

    private LakehouseException Unknown(string name) =>
        _switchedOff.TryGetValue(name, out var setting)
            ? new LakehouseException(ErrorKind.Forbidden, "tool_off", $"The tool {name} is switched off: whoever runs the server can set {setting} = true.")
            : new LakehouseException(
                ErrorKind.NotFound, "tool_not_found",
                $"There is no tool '{name}'{NearestName.Hint(name, _tools.Keys)}. There are {string.Join(", ", _tools.Keys)}.");

    private LakehouseException TooLarge(int length) => new(
        ErrorKind.InvalidInput, "answer_too_large",
        $"The answer has {length} characters, and at most {_options.MaxAnswerBytes * 2} are sent (mcp.max_answer_bytes). Ask for less at once.");

    [LoggerMessage(EventId = 5401, Level = LogLevel.Error, Message = "The tool {Tool} failed")]
    private static partial void LogFailed(ILogger logger, Exception error, string tool);
}
