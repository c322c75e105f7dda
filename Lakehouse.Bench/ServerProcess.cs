using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Lakehouse.Bench;

/// <summary>The built program in a separate process, so that its memory is not mixed with that of the bench.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, HttpClient http) => (_process, Http) = (process, http);

    public HttpClient Http { get; }

    public static Task<ServerProcess> StartAsync(string folder, params string[] settings) => StartAsync(null, folder, settings);

    /// <summary>Starts a build.</summary>
    /// <param name="program">The path of its lakehouse.dll; null for this build's.</param>
    /// <param name="folder">Receives its data.</param>
    /// <param name="settings">Further arguments.</param>
    public static async Task<ServerProcess> StartAsync(string? program, string folder, string[] settings)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                program ?? Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), "serve", "--server.bind", "127.0.0.1:0", "--storage.data_dir",
                Path.Combine(folder, "data"), .. settings
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program ?? typeof(ServerProcess).Assembly.Location)!, // where its own appsettings.toml is
        };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new ServerProcess(process, new HttpClient { BaseAddress = new Uri(match.Value), Timeout = TimeSpan.FromMinutes(10) });
            }
        }

        throw new InvalidOperationException("the server did not start");
    }

    public async Task IngestAsync(string name, string path, bool asForm = false)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var body = new StreamContent(file, bufferSize: 1 << 20);
        using var form = new MultipartFormDataContent();
        if (asForm)
        {
            form.Add(body, "file", "workers.csv");
        }

        using var answer = await Http.PostAsync($"/v1/ingest?name={name}", asForm ? form : body);
        answer.EnsureSuccessStatusCode();
    }

    public async Task DropAsync(string name)
    {
        using var answer = await Http.DeleteAsync($"/v1/catalog/dataset/{name}");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Returns the size of the answer and the time to its first byte.</summary>
    public async Task<(long Bytes, TimeSpan FirstByte, TimeSpan Whole)> QueryAsync(string sql, byte[] buffer, string options = "")
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sql" + options) { Content = JsonContent.Create(new { sql }) };
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        long bytes = await stream.ReadAsync(buffer);
        var first = Stopwatch.GetElapsedTime(started);
        while (await stream.ReadAsync(buffer) is var count and > 0)
        {
            bytes += count;
        }

        return (bytes, first, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>
    /// A value of /proc/PID/status in MiB: VmRSS, the memory now, or VmHWM, its maximum so far. Optionally with that of its engine processes.
    /// </summary>
    public double MemoryMiB(string line, bool withEngines = false) => (withEngines ? Children() : []).Append(_process.Id).Sum(p => MemoryMiB(p, line));

    /// <summary>The processor time that the server has used, without its engine processes.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The server's child processes, the oldest first.</summary>
    public IReadOnlyList<int> Children() =>
        [
            .. Directory.EnumerateDirectories($"/proc/{_process.Id}/task")
                .SelectMany(t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse)
                .Order()
        ];

    private static double MemoryMiB(int process, string line)
    {
        try
        {
            var text = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(line + ":", StringComparison.Ordinal));
            return double.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
        }
        catch (Exception ended) when (ended is IOException)
        {
            return 0;
        }
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await KillAsync();
        _process.Dispose();
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
