using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lakehouse.Host.Cli;

/// <summary>
/// Ingests the files that come into a folder. What is sent and what was ingested is written down there, in a file of a line each; between the server's answer
/// and the second line, the Idempotency-Key keeps a file from being ingested twice. A file with other bytes than before is ingested again, except where its
/// rows would be added twice.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    /// <summary>The file in the folder that says what was ingested.</summary>
    public const string StateName = ".lakehouse-ingested";

    private const string Append = "append";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    // Of files that are still being written: a browser's, rsync's, and what people call them.
    private static readonly string[] Unfinished = [".tmp", ".part", ".partial", ".crdownload", ".filepart"];

    private readonly string _folder;
    private readonly LakehouseClient _client;
    private readonly string? _name;
    private readonly string _parameters;
    private readonly string _mode;
    private readonly FileStream _state;
    private readonly Dictionary<(string File, string? Dataset), FileState> _done = [];
    private readonly Dictionary<(string File, string? Dataset), FileState> _sent = []; // without an answer so far
    private readonly HashSet<FileState> _leftOut = []; // which need not be read again
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private Dictionary<string, FileState> _last = [];
    private TimeSpan _pause = LookEvery;

    private FolderWatch(string folder, LakehouseClient client, string? name, string parameters, string mode, FileStream state) =>
        (_folder, _client, _name, _parameters, _mode, _state) = (folder, client, name, parameters, mode, state);

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="client">The server.</param>
    /// <param name="name">The dataset; null for one of each file's name.</param>
    /// <param name="parameters">The parameters of the address.</param>
    /// <param name="mode">The mode among them; null where there is none.</param>
    /// <exception cref="CommandException">It is not there, cannot be written to, or another command watches it.</exception>
    public static FolderWatch Open(string folder, LakehouseClient client, string? name, string parameters, string? mode)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"There is no folder '{folder}' to watch.");
        }

        try
        {
            var path = Path.Combine(folder, StateName);
            var state = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); // other watchers are kept out
            var lines = new StreamReader(state).ReadToEnd().Split('\n');
            state.Write(state.Length > 0 ? "\n\n"u8 : []); // the last line may have been cut off; an empty one after it says so

            // The files of one dataset are added to it; of several, each replaces its own.
            var all = name is not null && mode is null ? $"mode={Append}&{parameters}".TrimEnd('&') : parameters;
            var watch = new FolderWatch(folder, client, name, all, mode ?? (name is null ? "replace" : Append), state);
            for (var i = 0; i < lines.Length; i++)
            {
                if (FileState.TryParse(lines[i]) is { } file)
                {
                    watch.Take(file);
                }
                else if (lines[i].Length > 0 && i + 1 < lines.Length && lines[i + 1].Length > 0)
                {
                    watch.Dispose();
                    throw new CommandException(
                        $"Line {i + 1} of {path} is damaged, so it is not known which files were ingested. Mend or delete the line; the file that it was about "
                        + "is ingested again.");
                }
            }

            return watch;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder '{folder}' cannot be watched, because {StateName} in it cannot be written: {error.Message}");
        }
    }

    /// <summary>Ingests what comes, until it is stopped.</summary>
    /// <exception cref="CommandException">The folder is gone, or the server refuses an option, and so would refuse every file.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var refused = _done.Values.Count(f => f.Error is not null);
        var before = refused == 0 ? string.Empty : $" ({refused} {(refused == 1 ? "file was" : "files were")} refused before; {StateName} says why)";
        await Terminal.Error.WriteLineAsync($"Watching {_folder}{before}; Ctrl+C ends.");
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stop);
            }
            catch (DirectoryNotFoundException)
            {
                throw new CommandException($"The folder '{_folder}' is gone.");
            }
            catch (CommandException error) when (!IsOfCommand(error))
            {
                // The server is away or busy: nothing is lost, and nothing is skipped.
                await Terminal.Error.WriteLineAsync(error.Message);
                _pause = Longer(_pause);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(_pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _state.Dispose();

    /// <summary>Ingests the files that are new and have not changed since the last look.</summary>
    private async Task LookAsync(CancellationToken stop)
    {
        var now = new Dictionary<string, FileState>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (await StateAsync(file) is { } state)
            {
                now[file.Name] = state;
            }
        }

        var isBusy = false;
        foreach (var file in now.Values.Where(f => _last.GetValueOrDefault(f.File) == f).OrderBy(f => f.Modified).ThenBy(f => f.File, StringComparer.Ordinal))
        {
            try
            {
                await LookAtAsync(file, now, stop);
            }
            catch (CommandException error) when (error.Status is not null && !IsOfCommand(error))
            {
                // It is tried again, and does not hold up the others.
                await Terminal.Error.WriteLineAsync($"{file.File}: {error.Message}");
                isBusy = true;
            }
        }

        _last = now;
        _pause = isBusy ? Longer(_pause) : LookEvery;
    }

    private async Task<FileState?> StateAsync(FileInfo file)
    {
        try
        {
            return IsFinished(file) ? new FileState(file.Name, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await TellOnceAsync(Unreadable(file.Name, error));
            return null;
        }
    }

    private async Task LookAtAsync(FileState file, Dictionary<string, FileState> all, CancellationToken stop)
    {
        var dataset = IngestUpload.NameOf(file.File, _name);
        var before = _done.GetValueOrDefault((file.File, dataset));
        if ((before == file && (before.Error is null || before.Parameters == _parameters)) || _leftOut.Contains(file))
        {
            return; // a file that was refused is tried again with other options
        }

        var others = _done.Values.Where(f => f.Error is null && f.File != file.File && f.IsOf(dataset) && all.ContainsKey(f.File));
        if (_name is null && others.FirstOrDefault() is { } other)
        {
            await TellOnceAsync($"{file.File}: left out, because the dataset '{dataset}' is that of {other.File}. Give the file another name.");
            return;
        }

        // What is hashed and sent is what is open here, also where another file takes the name meanwhile.
        FileStream? content = null;
        try
        {
            var path = Path.Combine(_folder, file.File);
            content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            if (content.Length != file.Size || File.GetLastWriteTimeUtc(content.SafeFileHandle) != file.Modified)
            {
                return; // until the next look
            }

            var found = file with { Dataset = dataset, Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, stop)) };
            content.Position = 0;
            if (before is { Error: null, Sha256: not null } && before.Sha256 == found.Sha256)
            {
                Record(found); // touched, or copied again
            }
            else if (before is null && _done.Values.FirstOrDefault(f => f.IsRenamed(found) && !all.ContainsKey(f.File)) is { } renamed)
            {
                await Terminal.Error.WriteLineAsync($"{file.File}: was {renamed.File}, which is in '{dataset}' already");
                Record(found);
            }
            else if (before is { Error: null } && _mode == Append)
            {
                _leftOut.Add(file);
                await TellOnceAsync(
                    $"{file.File}: left out, because it has changed since its rows were added to '{dataset}', and those that it still has would be there "
                    + "twice. Put new rows into a file of another name, or use --mode upsert.");
            }
            else if (_mode == Append && _sent.GetValueOrDefault((file.File, dataset)) is { } sent && sent.Sha256 != found.Sha256)
            {
                _leftOut.Add(file);
                await TellOnceAsync(
                    $"{file.File}: left out, because it has changed since it was sent to '{dataset}', and there was no answer: the rows that it had may be "
                    + "there. Look, and put those that are not there into a file of another name.");
            }
            else
            {
                await IngestAsync(found, content, stop);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await TellOnceAsync(Unreadable(file.File, error));
        }
        finally
        {
            content?.Dispose();
        }
    }

    private async Task IngestAsync(FileState file, Stream content, CancellationToken stop)
    {
        // What was sent before an interruption has the key of then, also where only its time is another one now.
        var sent = _sent.GetValueOrDefault((file.File, file.Dataset)) is { } before && before.Sha256 == file.Sha256 ? before with { IsSent = false } : file;
        var key = "watch-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sent.ToLine())));
        string? error = null;
        if (ReferenceEquals(sent, file))
        {
            Record(file with { IsSent = true });
        }

        try
        {
            // Not as a job: the status says whether the file is refused for good.
            await IngestUpload.SendAsync(
                _client, file.Dataset!, _parameters, [Path.Combine(_folder, file.File)], key, stop, isAsync: false, opened: content, shownAs: file.File);
        }
        catch (CommandException refused) when (IsForGood(refused) && !IsOfCommand(refused))
        {
            error = refused.Message;
            await Terminal.Error.WriteLineAsync($"{file.File}: {refused.Message}");
        }

        catch (CommandException away) when (away.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            _sent.Remove((file.File, file.Dataset)); // nothing has come to the server
            throw;
        }

        Record(error is null ? file : file with { Error = error, Parameters = _parameters });
    }

    /// <summary>Writes down a file that is about to be sent, was ingested, or was refused: then it is tried again when it has changed.</summary>
    private void Record(FileState file)
    {
        Take(file);
        _state.Write(Encoding.UTF8.GetBytes(file.ToLine() + "\n"));
        _state.Flush(flushToDisk: true);
    }

    private void Take(FileState file)
    {
        var of = (file.File, file.Dataset);
        if (file.IsSent)
        {
            _sent[of] = file;
            return;
        }

        _sent.Remove(of);
        _done[of] = file;
    }

    private async Task TellOnceAsync(string message)
    {
        if (_told.Add(message))
        {
            await Terminal.Error.WriteLineAsync(message);
        }
    }

    /// <summary>Whether what is refused is the command: its options, or its name of the dataset. A name of a file is refused with the file.</summary>
    private bool IsOfCommand(CommandException refused) =>
        refused is { Status: HttpStatusCode.BadRequest, Code: not null } && (_name is not null || refused.Code != "invalid_name");

    /// <summary>Whether the server itself, and no proxy before it, has refused the file for what it holds, and would refuse it again.</summary>
    private static bool IsForGood(CommandException refused) => refused is { Code: not (null or "version_conflict"), Status: { } status }
        && status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType
            or HttpStatusCode.UnprocessableEntity;

    private static string Unreadable(string file, Exception error) => $"{file}: left out for now, because it cannot be read. {error.Message}";

    private static TimeSpan Longer(TimeSpan pause) => TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, RetryMax.TotalSeconds));

    /// <summary>Files without a byte may get some, and named pipes, which cannot be told from them, never have any.</summary>
    private static bool IsFinished(FileInfo file) =>
        file.Length > 0 && !file.Name.StartsWith('.') && !Array.Exists(Unfinished, e => file.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>A file as it was.</summary>
    /// <param name="File">Its name in the folder.</param>
    /// <param name="Size">Its bytes.</param>
    /// <param name="Modified">When it was written, UTC.</param>
    private sealed record FileState(string File, long Size, DateTime Modified)
    {
        private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        /// <summary>The dataset that it became a part of.</summary>
        public string? Dataset { get; init; }

        /// <summary>The SHA-256 of its bytes, in hexadecimal.</summary>
        public string? Sha256 { get; init; }

        /// <summary>Why it was refused.</summary>
        public string? Error { get; init; }

        /// <summary>Whether it is sent, and nothing is known of an answer.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsSent { get; init; }

        /// <summary>The options with which it was refused.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Parameters { get; init; }

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

        /// <summary>Whether a file is this one under another name: a new file of the same bytes was written at another time.</summary>
        public bool IsRenamed(FileState other) =>
            Error is null && Sha256 is not null && (Size, Modified, Sha256) == (other.Size, other.Modified, other.Sha256) && IsOf(other.Dataset!);

        public bool IsOf(string dataset) => dataset.Equals(Dataset, StringComparison.OrdinalIgnoreCase);

        public string ToLine() => JsonSerializer.Serialize(this, Json);

        public bool Equals(FileState? other) => other is not null && (File, Size, Modified) == (other.File, other.Size, other.Modified);

        public override int GetHashCode() => HashCode.Combine(File, Size, Modified);
    }
}
