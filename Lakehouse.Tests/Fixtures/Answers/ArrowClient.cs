using System.Diagnostics;
using System.Text.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The official package apache-arrow of npm in a process of Node.js, which reads streams one after another.</summary>
public sealed class ArrowClient : IAsyncLifetime
{
    private readonly TemporaryFolder _files = new();
    private Process? _node;

    public Task InitializeAsync()
    {
        if (NpmClients.Missing is null)
        {
            _node = NpmClients.Start("read-arrow.mjs");
        }

        return Task.CompletedTask;
    }

    /// <summary>Reads a stream: its columns with their types, the number of rows of each batch, and the rows.</summary>
    public async Task<(Answer Answer, IReadOnlyList<string> Types, IReadOnlyList<int> Batches)> ReadAsync(byte[] stream)
    {
        var path = Path.Combine(_files.Path, "answer.arrow");
        await File.WriteAllBytesAsync(path, stream);
        await _node!.StandardInput.WriteLineAsync(path);
        await _node.StandardInput.FlushAsync();
        var line = await _node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        using var json = JsonDocument.Parse(line ?? throw new InvalidOperationException("node ended: " + await _node.StandardError.ReadToEndAsync()));
        var root = json.RootElement;
        root.TryGetProperty("error", out var error).Should().BeFalse("{0}", error);
        var rows = root.GetProperty("rows").EnumerateArray().Select(r => (IReadOnlyList<string?>)[.. r.EnumerateArray().Select(v => v.GetString())]).ToList();
        var columns = root.GetProperty("columns").EnumerateArray().ToList();
        return (
            new Answer([.. columns.Select(c => c.GetProperty("name").GetString()!)], rows),
            [.. columns.Select(c => c.GetProperty("type").GetString()!)],
            [.. root.GetProperty("batches").EnumerateArray().Select(b => b.GetInt32())]);
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            _node.StandardInput.Close();
            await _node.WaitForExitAsync();
            _node.Dispose();
        }

        _files.Dispose();
    }
}

/// <summary>A test that reads Arrow with the package of npm; skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ArrowFactAttribute : FactAttribute
{
    public ArrowFactAttribute() => Skip = NpmClients.Missing;
}

/// <summary>A theory that reads Arrow with the package of npm; skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ArrowTheoryAttribute : TheoryAttribute
{
    public ArrowTheoryAttribute() => Skip = NpmClients.Missing;
}
