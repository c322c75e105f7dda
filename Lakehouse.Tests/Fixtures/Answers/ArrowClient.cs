using System.Diagnostics;
using System.Text.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The official package apache-arrow of npm in a process of Node.js, which reads streams one after another.</summary>
public sealed class ArrowClient : IAsyncLifetime
{
    private static readonly string Folder = Repository.File("Lakehouse.Tests", "clients");

    private readonly TemporaryFolder _files = new();
    private Process? _node;

    /// <summary>Why the package cannot be used; null where it can. The first call installs it.</summary>
    public static string? Missing { get; } = Install();

    public Task InitializeAsync()
    {
        if (Missing is null)
        {
            _node = Start("node", "read-arrow.mjs");
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

    private static string? Install()
    {
        try
        {
            using (var node = Start("node", "--version"))
            {
                node.WaitForExit();
            }

            // What npm writes last.
            var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
            var wanted = new FileInfo(Path.Combine(Folder, "package-lock.json"));
            if (installed.Exists && installed.LastWriteTimeUtc > wanted.LastWriteTimeUtc)
            {
                return null;
            }

            using var npm = Start("npm", "ci", "--loglevel=error");
            var error = npm.StandardError.ReadToEndAsync();
            npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            return npm.ExitCode == 0 ? null : $"npm ci in Lakehouse.Tests/clients, which installs apache-arrow, ended with {npm.ExitCode}: {error.Result}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node.js and npm, which read Arrow with the package apache-arrow, are not installed.";
        }
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

/// <summary>A test that reads Arrow with the package of npm; skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ArrowFactAttribute : FactAttribute
{
    public ArrowFactAttribute() => Skip = ArrowClient.Missing;
}

/// <summary>A theory that reads Arrow with the package of npm; skipped where it cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ArrowTheoryAttribute : TheoryAttribute
{
    public ArrowTheoryAttribute() => Skip = ArrowClient.Missing;
}
