using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lakehouse.Host.Cli;

/// <summary>
/// Ingests the files that come into a folder. What was ingested is written down there, in a file of a line each; between the server's answer and that line, the
/// Idempotency-Key keeps a file from being ingested twice. A file that has changed is ingested again.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    /// <summary>The file in the folder that says what was ingested.</summary>
    public const string StateName = ".lakehouse-ingested";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    // Of files that are still being written: a browser's, rsync's, and what people call them.
    private static readonly string[] Unfinished = [".tmp", ".part", ".partial", ".crdownload", ".filepart"];

    private readonly string _folder;
    private readonly LakehouseClient _client;
    private readonly string? _name;
    private readonly string _parameters;
    private readonly FileStream _state;
    private readonly HashSet<FileState> _done = [];
    private Dictionary<string, FileState> _last = [];

    private FolderWatch(string folder, LakehouseClient client, string? name, string parameters, FileStream state) =>
        (_folder, _client, _name, _parameters, _state) = (folder, client, name, parameters, state);

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="client">The server.</param>
    /// <param name="name">The dataset; null for one of each file's name.</param>
    /// <param name="parameters">The parameters of the address.</param>
    /// <param name="hasMode">Whether the mode is among them.</param>
    /// <exception cref="CommandException">It is not there, cannot be written to, or another command watches it.</exception>
    public static FolderWatch Open(string folder, LakehouseClient client, string? name, string parameters, bool hasMode)
    {
        try
        {
            var path = Path.Combine(folder, StateName);
            var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
            var state = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            state.Seek(0, SeekOrigin.End);
            state.Write(lines.Length > 0 ? "\n"u8 : []); // the last line may have been cut off

            // The files of one dataset are added to it; of several, each replaces its own.
            var all = name is not null && !hasMode ? $"mode=append&{parameters}".TrimEnd('&') : parameters;
            var watch = new FolderWatch(folder, client, name, all, state);
            watch._done.UnionWith(lines.Select(FileState.TryParse).OfType<FileState>());
            return watch;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder '{folder}' cannot be watched, because {StateName} in it cannot be written: {error.Message}");
        }
    }

    /// <summary>Ingests what comes, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Terminal.Error.WriteLineAsync($"Watching {_folder}; Ctrl+C ends.");
        var pause = LookEvery;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stop);
                pause = LookEvery;
            }
            catch (CommandException error)
            {
                // The server is away or busy: nothing is lost, and nothing is skipped.
                await Terminal.Error.WriteLineAsync(error.Message);
                pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, RetryMax.TotalSeconds));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _state.Dispose();

    /// <summary>Ingests the files that are new and have not changed since the last look.</summary>
    private async Task LookAsync(CancellationToken stop)
    {
        var now = new Dictionary<string, FileState>(StringComparer.Ordinal);
        var files = new DirectoryInfo(_folder).EnumerateFiles().Where(IsFinished);
        foreach (var file in files.OrderBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            now[file.Name] = new FileState(file.Name, file.Length, file.LastWriteTimeUtc);
        }

        foreach (var file in now.Values.Where(f => !_done.Contains(f) && _last.GetValueOrDefault(f.File) == f).ToList())
        {
            await IngestAsync(file, stop);
        }

        _last = now;
    }

    private async Task IngestAsync(FileState file, CancellationToken stop)
    {
        var path = Path.Combine(_folder, file.File);
        var key = "watch-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.ToLine())));
        var (error, dataset) = (string.Empty, string.Empty);
        try
        {
            dataset = IngestUpload.NameOf(path, _name);

            // Not as a job: the status says whether the file is refused for good.
            await IngestUpload.SendAsync(_client, dataset, _parameters, [path], key, isAsync: false, stop);
        }
        catch (CommandException refused) when (IsForGood(refused.Status))
        {
            error = refused.Message;
            await Terminal.Error.WriteLineAsync($"{file.File}: {refused.Message}");
        }

        // Refused files are written down, too: they are tried again when they have changed.
        _done.Add(file);
        _state.Write(Encoding.UTF8.GetBytes((file with { Dataset = dataset, Error = error.Length > 0 ? error : null }).ToLine() + "\n"));
        _state.Flush(flushToDisk: true);
    }

    /// <summary>Whether the same request would be refused again.</summary>
    private static bool IsForGood(HttpStatusCode? status) => status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
        and not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private static bool IsFinished(FileInfo file) =>
        !file.Name.StartsWith('.') && !Array.Exists(Unfinished, e => file.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>A file as it was.</summary>
    /// <param name="File">Its name in the folder.</param>
    /// <param name="Size">Its bytes.</param>
    /// <param name="Modified">When it was written, UTC.</param>
    private sealed record FileState(string File, long Size, DateTime Modified)
    {
        private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        /// <summary>The dataset that it became a part of.</summary>
        public string? Dataset { get; init; }

        /// <summary>Why it was refused.</summary>
        public string? Error { get; init; }

        public static FileState? TryParse(string line)
        {
            try
            {
                return JsonSerializer.Deserialize<FileState>(line, Json);
            }
            catch (JsonException)
            {
                return null; // the last line of a command that was killed
            }
        }

        public string ToLine() => JsonSerializer.Serialize(this, Json);

        public bool Equals(FileState? other) => other is not null && (File, Size, Modified) == (other.File, other.Size, other.Modified);

        public override int GetHashCode() => HashCode.Combine(File, Size, Modified);
    }
}
