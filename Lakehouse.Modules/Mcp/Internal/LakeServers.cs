using Lakehouse.Mcp.Internal.Tools;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lakehouse.Mcp.Internal;

/// <summary>Makes the servers of the protocol, one for each client, over tools, resources and prompts that all of them share. Thread-safe.</summary>
internal sealed class LakeServers(
    ToolBox tools, DatasetResources resources, LakePrompts prompts, ILoggerFactory loggers, IServiceProvider services) : IMcpServing
{
    private const string Instructions = """
        This server is a lakehouse: datasets (tables of rows, stored as Parquet) that SQL queries, and indexes that find texts by meaning and by keywords. Begin
        with list_datasets, then describe_dataset for the datasets that matter, then query or search. Compute with SQL rather than by reading rows. Answers name
        the versions of the datasets that they were made of; cite these, and pin them with "at" where several queries must agree.
        """;

    private static readonly string Version = typeof(LakeServers).Assembly.GetName().Version?.ToString(3) ?? "1.0.0";

    public async Task ServeAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        await using var transport = new StreamServerTransport(input, output, "lakehouse", loggers);
        await using var server = Create(transport);
        await server.RunAsync(cancellationToken);
    }

    /// <summary>Makes a server. The caller runs it, and disposes of it and of the transport.</summary>
    public McpServer Create(ITransport transport) => McpServer.Create(transport, Options(), loggers, services);

    private McpServerOptions Options() => new()
    {
        ServerInfo = new Implementation { Name = "lakehouse", Title = "Lakehouse", Version = Version },
        ServerInstructions = Instructions.ReplaceLineEndings(" "),
        ScopeRequests = false,
        Capabilities = new ServerCapabilities
        {
            Tools = new ToolsCapability(),
            Resources = new ResourcesCapability(),
            Prompts = new PromptsCapability(),
            Completions = new CompletionsCapability(),
        },
        Handlers = new McpServerHandlers
        {
            ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = tools.Definitions }),
            CallToolHandler = async (request, stop) => await tools.CallAsync(request.Params!.Name, request.Params.Arguments, ReporterOf(request), stop),
            ListResourcesHandler = (request, _) => ValueTask.FromResult(resources.List(request.Params?.Cursor)),
            ListResourceTemplatesHandler = (_, _) => ValueTask.FromResult(DatasetResources.Templates),
            ReadResourceHandler = async (request, stop) => await resources.ReadAsync(request.Params!.Uri, stop),
            ListPromptsHandler = (_, _) => ValueTask.FromResult(LakePrompts.List),
            GetPromptHandler = (request, _) => ValueTask.FromResult(prompts.Get(request.Params!.Name, request.Params.Arguments)),
            CompleteHandler = (request, _) => ValueTask.FromResult(resources.Complete(request.Params!.Argument)),
        },
    };

    /// <summary>Progress goes to clients that have asked for it. It must not go back, so a part that is not known counts as it was.</summary>
    private static Func<double?, string, Task> ReporterOf(RequestContext<CallToolRequestParams> request)
    {
        if (request.Params?.ProgressToken is not { } token)
        {
            return (_, _) => Task.CompletedTask;
        }

        var last = 0.0;
        return async (part, message) =>
        {
            last = Math.Max(last + 0.0001, part ?? 0);
            await request.Server.NotifyProgressAsync(
                token, new ProgressNotificationValue { Progress = (float)last, Total = 1, Message = message }, cancellationToken: CancellationToken.None);
        };
    }
}
