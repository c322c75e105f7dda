using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary><c>ingest FILE --name N</c>: uploads a file, or what comes through a pipe, to a running server.</summary>
internal static class IngestCommand
{
    private const string StandardInput = "-";

    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file or a named pipe; - for the standard input" };
        var name = new Option<string?>("--name") { Description = "The dataset; the file's name without its ending when not given" };
        var delimiter = new Option<string?>("--delimiter") { Description = "comma, semicolon, tab or pipe; detected when not given" };
        var header = new Option<bool>("--header") { Description = "The first line holds the names of the columns, even when it looks like data" };
        var url = LakehouseClient.UrlOption();
        var command = new Command("ingest", "Uploads a CSV file and registers it as a dataset") { file, name, delimiter, header, url };
        command.SetAction(async (parsed, stop) =>
        {
            var path = parsed.GetValue(file)!;
            var dataset = NameOf(path, parsed.GetValue(name));
            var address = $"/v1/ingest?name={Uri.EscapeDataString(dataset)}"
                + (parsed.GetValue(delimiter) is { } given ? $"&delimiter={Uri.EscapeDataString(given)}" : string.Empty)
                + (parsed.GetValue(header) ? "&header=true" : string.Empty);
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            await using var content = Open(path);
            return await UploadAsync(client, address, dataset, content, stop);
        });
        return command;
    }

    /// <summary>The name that was given, or that of the file. A shell's names for pipes (<c>/dev/fd/63</c>) say nothing about what is in them.</summary>
    private static string NameOf(string path, string? given) =>
        given ?? (path == StandardInput || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal)
            ? throw new CommandException($"'{path}' has no name that a dataset can have. Give one with --name.")
            : Path.GetFileNameWithoutExtension(path));

    private static async Task<int> UploadAsync(LakehouseClient client, string address, string name, Stream file, CancellationToken stop)
    {
        using var response = file.CanSeek
            ? await SendWithProgressAsync(client, address, name, file, stop)
            : await SendAsync(client, address, file, null, stop); // the length of what comes through a pipe is known at its end only
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
        var result = answer.RootElement;
        var (rowCount, version) = (result.GetProperty("row_count").GetInt64(), result.GetProperty("version").GetInt64());
        await Terminal.Output.WriteLineAsync(
            $"{result.GetProperty("name").GetString()}: {rowCount:N0} row{(rowCount == 1 ? string.Empty : "s")}, version {version}"
            + (result.GetProperty("unchanged").GetBoolean() ? ", unchanged" : $", {result.GetProperty("elapsed_ms").GetInt64():N0} ms"));
        return 0;
    }

    private static Task<HttpResponseMessage> SendWithProgressAsync(
        LakehouseClient client, string address, string name, Stream file, CancellationToken stop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(name), maxValue: Math.Max(1, file.Length));
                return await SendAsync(client, address, new ProgressStream(file, count => task.Increment(count)), file.Length, stop);
            });
    }

    /// <summary>Sends a stream while it is read; without a length, in chunks.</summary>
    private static async Task<HttpResponseMessage> SendAsync(
        LakehouseClient client, string address, Stream stream, long? length, CancellationToken stop)
    {
        using var content = new StreamContent(stream, bufferSize: 1 << 20);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        content.Headers.ContentLength = length;
        return await client.PostAsync(address, content, stop);
    }

    private static Stream Open(string path)
    {
        if (path == StandardInput)
        {
            return Terminal.OpenInput();
        }

        if (Directory.Exists(path))
        {
            throw new CommandException($"'{path}' is a folder. Name one CSV file.");
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
