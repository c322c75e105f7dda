using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary>Sends files to a running server, shows how far they are, and tells what became of them.</summary>
internal static class IngestUpload
{
    private const string StandardInput = "-";

    // What is smaller is done before a bar could be looked at.
    private const long AsyncBytesMin = 8 << 20;

    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(10);

    private static readonly string[] PackedEndings = [".gz", ".zst"];

    /// <summary>The name that was given, or that of the file. A shell's names for pipes (<c>/dev/fd/63</c>) say nothing about what is in them.</summary>
    public static string NameOf(string path, string? given) =>
        given ?? (path == StandardInput || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal)
            ? throw new CommandException($"'{path}' has no name that a dataset can have. Give one with --name.")
            : WithoutEndings(path));

    /// <summary><c>sales.csv.gz</c> is <c>sales</c>.</summary>
    private static string WithoutEndings(string path) => Path.GetFileNameWithoutExtension(Unpacked(path));

    private static string Unpacked(string path) =>
        Array.Find(PackedEndings, e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) is { } ending ? path[..^ending.Length] : path;

    /// <summary>Sends files as one dataset, and tells what became of them.</summary>
    /// <param name="client">The server.</param>
    /// <param name="name">The dataset.</param>
    /// <param name="parameters">The other parameters of the address.</param>
    /// <param name="paths">The files.</param>
    /// <param name="key">The Idempotency-Key; null for none.</param>
    /// <param name="opened">The files, opened, of which this disposes; null to open them.</param>
    /// <param name="shownAs">What is told with the dataset; null for that alone.</param>
    /// <param name="isAsync">Whether large files may go on as a job, which has progress, but a failure of it has no status.</param>
    /// <param name="stop">Cancels it.</param>
    /// <exception cref="CommandException">They were refused, or there was no answer.</exception>
    public static async Task SendAsync(
        LakehouseClient client, string name, string parameters, IReadOnlyList<string> paths, string? key, CancellationToken stop, bool isAsync = true,
        Stream? opened = null, string? shownAs = null)
    {
        var address = $"/v1/ingest?name={Uri.EscapeDataString(name)}&{parameters}".TrimEnd('&');
        var streams = new List<Stream>();
        try
        {
            streams.AddRange(opened is null ? paths.Select(Open) : [opened]);
            using var answer = streams.TrueForAll(s => s.CanSeek)
                ? await SendWithProgressAsync(client, address, name, paths, streams, key, isAsync, stop)
                : await ReadAsync(await client.PostAsync(address, Content(paths, streams, null), key, isAsync: false, stop), stop); // a pipe has no length
            await ReportAsync(shownAs is null ? name : $"{shownAs} -> {name}", answer.RootElement);
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        using (response)
        {
            try
            {
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
            }
            catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
            {
                throw new CommandException(
                    $"The server's answer could not be read ({error.Message.TrimEnd('.')}). What was sent may be there; look at the dataset.", error);
            }
        }
    }

    private static async Task ReportAsync(string name, JsonElement result)
    {
        var (rowCount, version) = (result.GetProperty("row_count").GetInt64(), result.GetProperty("version").GetInt64());
        await Terminal.Output.WriteLineAsync(
            $"{name}: {rowCount:N0} row{(rowCount == 1 ? string.Empty : "s")}, version {version}"
            + (result.GetProperty("unchanged").GetBoolean() ? ", unchanged" : $", {result.GetProperty("elapsed_ms").GetInt64():N0} ms"));
        await ReportNotesAsync(result);
        foreach (var column in result.GetProperty("columns").EnumerateArray())
        {
            // What a later value has made text, such as one n/a among numbers, is not what most people want.
            if (column.TryGetProperty("line", out var line) && column.TryGetProperty("reason", out var reason))
            {
                await Terminal.Error.WriteLineAsync(
                    $"{column.GetProperty("name").GetString()} is {column.GetProperty("type").GetString()} because of "
                    + $"'{column.GetProperty("value").GetString()}' in line {line.GetInt64()} ({reason.GetString()})");
            }
        }
    }

    /// <summary>What was left out goes to the error output, so that it is seen and not piped.</summary>
    public static async Task ReportNotesAsync(JsonElement result)
    {
        foreach (var note in result.GetProperty("notes").EnumerateArray())
        {
            await Terminal.Error.WriteLineAsync(note.GetString());
        }

        foreach (var row in result.TryGetProperty("skipped", out var rows) ? [.. rows.EnumerateArray()] : (JsonElement[])[])
        {
            await Terminal.Error.WriteLineAsync($"line {row.GetProperty("line").GetInt64()} left out: {row.GetProperty("reason").GetString()}");
        }

        if (result.GetProperty("skipped_rows").GetInt64() is var skipped and > 0)
        {
            await Terminal.Error.WriteLineAsync($"{skipped:N0} row{(skipped == 1 ? string.Empty : "s")} left out in all");
        }
    }

    private static Task<JsonDocument> SendWithProgressAsync(
        LakehouseClient client,
        string address,
        string name,
        IReadOnlyList<string> paths,
        IReadOnlyList<Stream> streams,
        string? key,
        bool isAsync,
        CancellationToken stop)
    {
        var size = streams.Sum(s => s.Length);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async progress =>
            {
                // While the files are sent, the server converts what has come; the rest it does afterwards, and tells how far it is.
                var sending = progress.AddTask(Markup.Escape(name), maxValue: Math.Max(1, size));
                var response = await client.PostAsync(
                    address, Content(paths, streams, count => sending.Increment(count)), key, isAsync && size >= AsyncBytesMin, stop);
                if (response.StatusCode != HttpStatusCode.Accepted)
                {
                    return await ReadAsync(response, stop);
                }

                using var job = await ReadAsync(response, stop);
                return await FollowAsync(client, job.RootElement.GetProperty("id").GetString()!, progress.AddTask("converting", maxValue: 1), stop);
            });
    }

    /// <summary>Shows how far a job is, to its end. A person who ends the command ends the job.</summary>
    private static async Task<JsonDocument> FollowAsync(LakehouseClient client, string id, ProgressTask bar, CancellationToken stop)
    {
        var path = $"/v1/ingest/jobs/{id}";
        try
        {
            await foreach (var data in client.FollowAsync($"{path}/events", stop))
            {
                var job = data.RootElement;
                switch (job.GetProperty("state").GetString())
                {
                    case "done":
                        return JsonDocument.Parse(job.GetProperty("result").GetRawText());
                    case "failed" or "cancelled":
                        throw new CommandException(LakehouseClient.Describe(job.GetProperty("error")));
                    default:
                        bar.Value = job.GetProperty("fraction") is { ValueKind: JsonValueKind.Number } fraction ? fraction.GetDouble() : bar.Value;
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(CancelPatience);
            await client.DeleteAsync(path, patience.Token);
            throw;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            // It has gone while it told.
        }

        throw new CommandException($"The server has stopped while it converted the files. GET {path} tells what became of them when it is back.");
    }

    /// <summary>One file is the body itself, several are a form. Read while it is sent; without a length, in chunks.</summary>
    public static HttpContent Content(IReadOnlyList<string> paths, IReadOnlyList<Stream> streams, Action<int>? sent)
    {
        var parts = new List<StreamContent>();
        foreach (var (path, stream) in paths.Zip(streams))
        {
            var part = new StreamContent(sent is null ? stream : new ProgressStream(stream, sent), bufferSize: 1 << 20);
            part.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeOf(path));
            part.Headers.ContentLength = stream.CanSeek ? stream.Length : null;
            parts.Add(part);
        }

        if (parts is [var only])
        {
            return only;
        }

        var form = new MultipartFormDataContent();
        for (var i = 0; i < parts.Count; i++)
        {
            form.Add(parts[i], "file", Path.GetFileName(paths[i]));
        }

        return form;
    }

    /// <summary>What a file's name says; the server looks at the first bytes of the others.</summary>
    private static string MediaTypeOf(string path)
    {
        return Path.GetExtension(Unpacked(path)).ToLowerInvariant() switch
        {
            ".csv" => "text/csv",
            ".tsv" or ".tab" => "text/tab-separated-values",
            ".json" => "application/json",
            ".ndjson" or ".jsonl" => "application/x-ndjson",
            ".parquet" => "application/vnd.apache.parquet",
            _ => "application/octet-stream",
        };
    }

    public static Stream Open(string path)
    {
        if (path == StandardInput)
        {
            return Terminal.OpenInput();
        }

        if (Directory.Exists(path))
        {
            throw new CommandException($"'{path}' is a folder. Name the files in it.");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file cannot be read: {error.Message}");
        }
    }
}
