using Lakehouse.Mcp.Internal;
using Lakehouse.Mcp.Internal.Http;
using Lakehouse.Mcp.Internal.Tools;
using Lakehouse.Mcp.Internal.Tools.Remembering;
using Lakehouse.Mcp.Internal.Tools.Writing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Mcp;

/// <summary>The Model Context Protocol (modelcontextprotocol.io): what agents can do with the lake.</summary>
public static class McpModule
{
    /// <summary>Adds <see cref="IMcpServing"/>, over the other modules' interfaces.</summary>
    public static IServiceCollection AddMcp(this IServiceCollection services, McpOptions options) => services
        .AddSingleton(options)
        .AddSingleton<SqlAnswer>()
        .AddSingleton<DatasetDescription>()
        .AddSingleton<ITool, ListDatasetsTool>()
        .AddSingleton<ITool, DescribeDatasetTool>()
        .AddSingleton<ITool, QueryTool>()
        .AddSingleton<ITool, SearchTool>()
        .AddSingleton<ITool, ListIndexesTool>()
        .AddSingleton<ITool, EmbedTool>()
        .AddSingleton<ITool, RecallTool>()
        .AddSingleton<ITool, RememberTool>()
        .AddSingleton<ITool, IngestTool>()
        .AddSingleton<ITool, UpsertTool>()
        .AddSingleton<ITool, CreateViewTool>()
        .AddSingleton<ITool, DeleteTool>()
        .AddSingleton<ITool, DropTool>()
        .AddSingleton<ToolBox>()
        .AddSingleton<DatasetResources>()
        .AddSingleton<LakePrompts>()
        .AddSingleton<LakeServers>()
        .AddSingleton<IMcpServing>(provider => provider.GetRequiredService<LakeServers>())
        .AddSingleton<McpSessions>();

    /// <summary>Maps <c>/mcp</c>, where it is enabled.</summary>
    public static IEndpointRouteBuilder MapMcp(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<McpOptions>().IsEnabled)
        {
            McpEndpoint.Map(routes);
        }

        return routes;
    }
}
