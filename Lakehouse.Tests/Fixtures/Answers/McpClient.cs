using System.Diagnostics;
using System.Text.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The official TypeScript client of the Model Context Protocol in a process of Node.js.</summary>
public sealed class McpClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _node = NpmClients.Start("call-mcp.mjs");
    private readonly Task<string> _errors;

    private McpClient() => _errors = _node.StandardError.ReadToEndAsync();

    /// <summary>Connects over HTTP.</summary>
    public static async Task<McpClient> OpenAsync(Uri server, string? token = null)
    {
        var client = new McpClient();
        client.Hello = await client.AskAsync(new { op = "connectHttp", url = new Uri(server, "/mcp").ToString(), token });
        return client;
    }

    /// <summary>Starts the program, and connects over its standard input and output.</summary>
    public static async Task<McpClient> StartAsync(params string[] arguments)
    {
        var client = new McpClient();
        string[] all = [Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), "mcp", .. arguments];
        client.Hello = await client.AskAsync(new { op = "connectStdio", command = "dotnet", args = all });
        return client;
    }

    /// <summary>What the server has said of itself.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>Calls a tool that must succeed, and returns its structured answer.</summary>
    public async Task<JsonElement> CallAsync(string tool, object arguments)
    {
        var result = await AskAsync(new { op = "callTool", name = tool, args = arguments });
        (result.TryGetProperty("isError", out var error) && error.GetBoolean()).Should().BeFalse("{0}", result);
        return result.GetProperty("structuredContent");
    }

    /// <summary>Calls a tool that must fail, and returns what it says.</summary>
    public async Task<string> FailAsync(string tool, object arguments)
    {
        var result = await AskAsync(new { op = "callTool", name = tool, args = arguments });
        result.GetProperty("isError").GetBoolean().Should().BeTrue("{0}", result);
        return result.GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    /// <summary>Runs a command of the script.</summary>
    public async Task<JsonElement> AskAsync(object command)
    {
        var answer = await TryAskAsync(command);
        answer.TryGetProperty("error", out var error).Should().BeFalse("{0}", error);
        return answer.GetProperty("result");
    }

    /// <summary>As <see cref="AskAsync"/>, with the error of the client where there is one.</summary>
    public async Task<JsonElement> TryAskAsync(object command)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _node.StandardInput.FlushAsync();
        var line = await _node.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return JsonDocument.Parse(line ?? throw new InvalidOperationException("node ended: " + await _errors)).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await TryAskAsync(new { op = "close" });
        _node.StandardInput.Close();
        await _node.WaitForExitAsync().WaitAsync(Patience);
        _node.Dispose();
    }
}

/// <summary>A test that speaks with the TypeScript client; skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class McpFactAttribute : FactAttribute
{
    public McpFactAttribute() => Skip = NpmClients.Missing;
}
