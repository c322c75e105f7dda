using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The packages icebird, hyparquet and avsc of npm in a process of Node.js, which read tables and Avro files one after another.</summary>
public sealed class IcebergClient : IAsyncLifetime
{
    private readonly SemaphoreSlim _turn = new(1);
    private Process? _node;

    public Task InitializeAsync()
    {
        if (NpmClients.Missing is null)
        {
            _node = NpmClients.Start("read-iceberg.mjs");
        }

        return Task.CompletedTask;
    }

    /// <summary>Reads a table: its metadata, its rows as /v1/sql writes them, the manifest list and the manifests of its newest snapshot.</summary>
    public Task<JsonNode> ReadAsync(string table, string? url = null, string? prefix = null) => CallAsync(new { op = "rows", table, url, prefix });

    /// <summary>Reads an Avro file: its <c>schema</c>, the <c>metadata</c> of its header, and its <c>records</c>.</summary>
    public Task<JsonNode> ReadAvroAsync(string path) => CallAsync(new { op = "avro", path });

    /// <summary>Writes an Avro file.</summary>
    public Task WriteAvroAsync(string path, JsonNode schema, JsonArray records, string codec) => CallAsync(new { op = "encode", path, schema, records, codec });

    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            _node.StandardInput.Close();
            await _node.WaitForExitAsync();
            _node.Dispose();
        }

        _turn.Dispose();
    }

    private async Task<JsonNode> CallAsync(object request)
    {
        await _turn.WaitAsync();
        try
        {
            await _node!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
            await _node.StandardInput.FlushAsync();
            var line = await _node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
            var answer = JsonNode.Parse(line ?? throw new InvalidOperationException("node ended: " + await _node.StandardError.ReadToEndAsync()))!;
            (answer["error"]?.GetValue<string>()).Should().BeNull();
            return answer;
        }
        finally
        {
            _turn.Release();
        }
    }
}

/// <summary>A test that reads tables with packages of npm; skipped where they cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IcebergFactAttribute : FactAttribute
{
    public IcebergFactAttribute() => Skip = NpmClients.Missing;
}

/// <summary>As <see cref="IcebergFactAttribute"/>, with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IcebergTheoryAttribute : TheoryAttribute
{
    public IcebergTheoryAttribute() => Skip = NpmClients.Missing;
}
