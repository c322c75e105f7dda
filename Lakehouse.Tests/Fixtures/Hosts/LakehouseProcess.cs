using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The built program as a separate process.</summary>
public sealed partial class LakehouseProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log;

    private LakehouseProcess(Process process, StringBuilder log, HttpClient http) => (_process, _log, Http) = (process, log, http);

    public HttpClient Http { get; }

    public int Id => _process.Id;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts <c>serve</c> and waits for the line that holds the address.</summary>
    public static Task<LakehouseProcess> StartAsync(string dataDirectory, params string[] settings) =>
        StartAsync(dataDirectory, new Dictionary<string, string>(), settings);

    /// <summary>Starts <c>serve</c> as a user without rights.</summary>
    public static Task<LakehouseProcess> StartAsNobodyAsync(string dataDirectory) =>
        StartAsync(CreateAsNobody(Serve(dataDirectory)), new Dictionary<string, string>());

    /// <summary>Starts <c>serve</c> with environment variables.</summary>
    public static Task<LakehouseProcess> StartAsync(string dataDirectory, IReadOnlyDictionary<string, string> environment, params string[] settings) =>
        StartAsync(Create([.. Serve(dataDirectory), .. settings]), environment);

    /// <summary>Without kept answers, so that each query runs.</summary>
    private static string[] Serve(string dataDirectory) =>
        ["serve", "--server.bind", "127.0.0.1:0", "--storage.data_dir", dataDirectory, "--query.cache_bytes", "0"];

    private static async Task<LakehouseProcess> StartAsync(Process process, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        var log = new StringBuilder();
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }

            if (Address().Match(line.Data ?? string.Empty) is { Success: true } match)
            {
                address.TrySetResult(new Uri(match.Value));
            }
        };
        process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("the program ended: " + log));
        process.Start();
        process.BeginOutputReadLine();
        var uri = await address.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return new LakehouseProcess(process, log, new HttpClient { BaseAddress = uri, Timeout = TimeSpan.FromMinutes(2) });
    }

    /// <summary>
    /// True when the tests can run the program as a user without rights: they run as root, setpriv is installed, and other users may read the output folder.
    /// </summary>
    public static bool CanRunAsNobody { get; } = ProbeNobody();

    /// <summary>Runs the program to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunAsync(Create(arguments), environment);

    /// <summary>Runs the program to its end as a user without rights.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsNobodyAsync(params string[] arguments) =>
        RunAsync(CreateAsNobody(arguments), new Dictionary<string, string>());

    /// <summary>Runs a copy of the program that lies in another folder, to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunInAsync(string folder, params string[] arguments) =>
        RunAsync(CreateOf("dotnet", [Path.Combine(folder, "lakehouse.dll"), .. arguments]), new Dictionary<string, string>());

    /// <summary>Runs a command in a shell, followed by the rest of a command line such as <c>| head -2</c>.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunPipedAsync(string rest, params string[] arguments) => RunAsync(
        CreateOf("sh", ["-c", $"\"$0\" \"$@\" {rest}", "dotnet", Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), .. arguments]),
        new Dictionary<string, string>());

    /// <summary>Runs another program in a folder.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunCommandAsync(string folder, string program, params string[] arguments)
    {
        var process = CreateOf(program, arguments);
        process.StartInfo.WorkingDirectory = folder;
        return RunAsync(process, new Dictionary<string, string>());
    }

    /// <summary>Runs the program until it has done something, and two seconds more for what it should not do; then it is killed.</summary>
    /// <param name="isDone">Asked with what it has written so far, after each line.</param>
    /// <param name="arguments">Of the command line.</param>
    public static async Task<(string Output, string Error)> RunUntilAsync(Func<string, string, Task<bool>> isDone, params string[] arguments)
    {
        using var process = Create(arguments);
        StringBuilder output = new(), error = new();
        using var news = new SemaphoreSlim(0);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(error, line.Data);
        process.Exited += (_, _) => news.Release();
        using var end = patience.Token.Register(() => news.Release());
        process.Start();
        try
        {
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            do
            {
                await news.WaitAsync();
            }
            while (!patience.IsCancellationRequested && !process.HasExited && !await isDone(Of(output), Of(error)));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        return (Of(output), Of(error));

        void Add(StringBuilder text, string? line)
        {
            lock (text)
            {
                text.Append(line is null ? string.Empty : line + "\n");
            }

            news.Release();
        }

        static string Of(StringBuilder text)
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Process created, IReadOnlyDictionary<string, string> environment)
    {
        using var process = created;
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, output, await error);
    }

    public async Task<JsonElement> IngestAsync(string name, byte[] csv)
    {
        using var answer = await Http.PostAsync($"/v1/ingest?name={name}", new ByteArrayContent(csv));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.IsSuccessStatusCode.Should().BeTrue(body.ToString());
        return body;
    }

    public async Task<string> RowsAsync(string sql)
    {
        using var answer = await Http.PostAsJsonAsync("/v1/sql", new { sql });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.IsSuccessStatusCode.Should().BeTrue(body.ToString());
        return body.GetProperty("rows").GetRawText();
    }

    /// <summary>Sends SIGKILL: no handler runs and nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, which asks the program to stop. Returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static bool ProbeNobody()
    {
        try
        {
            return OperatingSystem.IsLinux() && RunAsNobodyAsync("--version").GetAwaiter().GetResult().ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Create(IEnumerable<string> arguments) => CreateOf("dotnet", [Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), .. arguments]);

    private static Process CreateAsNobody(IEnumerable<string> arguments) =>
        CreateOf(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "lakehouse.dll"), .. arguments]);

    private static Process CreateOf(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        return new Process { StartInfo = start, EnableRaisingEvents = true };
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
