using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary><c>ingest FILE --name N</c>: uploads a file to a running server.</summary>
internal static class IngestCommand
{
    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file" };
        var name = new Option<string?>("--name") { Description = "The dataset; the file's name without its ending when not given" };
        var url = LakehouseClient.UrlOption();
        var command = new Command("ingest", "Uploads a CSV file and registers it as a dataset") { file, name, url };
        command.SetAction(async (parsed, stop) =>
        {
            var path = parsed.GetValue(file)!;
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            return await UploadAsync(client, path, parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(path), stop);
        });
        return command;
    }

    private static async Task<int> UploadAsync(LakehouseClient client, string path, string name, CancellationToken stop)
    {
        await using var file = Open(path);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Error) });
        using var response = await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(name), maxValue: Math.Max(1, file.Length));
                using var content = new StreamContent(new ProgressStream(file, count => task.Increment(count)), bufferSize: 1 << 20);
                content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
                content.Headers.ContentLength = file.Length;
                return await client.PostAsync($"/v1/ingest?name={Uri.EscapeDataString(name)}", content, stop);
            });

        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
        var result = answer.RootElement;
        await Terminal.Output.WriteLineAsync(
            $"{result.GetProperty("name").GetString()}: {result.GetProperty("row_count").GetInt64():N0} rows, version "
            + $"{result.GetProperty("version").GetInt64()}"
            + (result.GetProperty("unchanged").GetBoolean() ? ", unchanged" : $", {result.GetProperty("elapsed_ms").GetInt64():N0} ms"));
        return 0;
    }

    private static FileStream Open(string path)
    {
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
