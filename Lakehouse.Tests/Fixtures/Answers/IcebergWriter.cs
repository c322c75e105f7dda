using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Another engine that writes tables through the REST catalog: a program for Node.js, made from the specification, in a process of its own.</summary>
public sealed class IcebergWriter : IAsyncDisposable
{
    private readonly Process _node = NpmClients.Start("write-iceberg.mjs");
    private readonly string _catalog;
    private readonly string? _token;

    /// <param name="server">The address of the server.</param>
    /// <param name="token">The token; null for none.</param>
    public IcebergWriter(Uri server, string? token = null) => (_catalog, _token) = (server.ToString().TrimEnd('/'), token);

    /// <summary>Does something that must succeed.</summary>
    public async Task<JsonNode> DoAsync(string op, string table, object? more = null)
    {
        var answer = await CallAsync(op, table, more);
        (answer["error"]?.GetValue<string>()).Should().BeNull();
        return answer;
    }

    /// <summary>Does something that must be refused. Returns the status and the message.</summary>
    public async Task<(int Status, string Message)> TryAsync(string op, string table, object? more = null)
    {
        var answer = await CallAsync(op, table, more);
        return (answer["status"]?.GetValue<int>() ?? 200, answer["error"]?.GetValue<string>() ?? string.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    private async Task<JsonNode> CallAsync(string op, string table, object? more)
    {
        var request = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        (request["op"], request["table"], request["catalog"], request["token"]) = (op, table, _catalog + "/iceberg", _token);
        request["s3"] = new JsonObject
        {
            ["endpoint"] = S3Server.Url,
            ["region"] = "us-east-1",
            ["access_key"] = S3Server.AccessKey,
            ["secret_key"] = S3Server.SecretKey,
        };
        await _node.StandardInput.WriteLineAsync(request.ToJsonString());
        await _node.StandardInput.FlushAsync();
        var line = await _node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return JsonNode.Parse(line ?? throw new InvalidOperationException("node ended: " + await _node.StandardError.ReadToEndAsync()))!;
    }
}
