using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary><c>ingest FILE... --name N</c>: uploads files, or what comes through a pipe, to a running server.</summary>
internal static class IngestCommand
{
    private const string StandardInput = "-";

    // The words of the address, with what the help says of them. The server reads their values.
    private static readonly (string Name, string Description)[] Reading =
    [
        ("mode", "replace (the rows that are there, as when not given), append, or upsert"),
        ("key", "For --mode upsert: the columns of the key, with commas between them"),
        ("evolve", "true lets new columns and wider types into the dataset"),
        ("format", "csv, tsv, json, ndjson or parquet; found out when not given"),
        ("encoding", "utf-8, utf-16, latin-1 or windows-1252"),
        ("delimiter", "comma, semicolon, tab, pipe, space or a character; detected when not given"),
        ("quote", "The character around fields, or none"),
        ("escape", "The character that makes the next one plain, e.g. backslash"),
        ("columns", "Names with commas between them, or a JSON object of name and type"),
        ("types", "Types of columns: zip:VARCHAR,price:DECIMAL(10,2)"),
        ("null", "Texts that mean NULL: NaN,NA"),
        ("skip", "Lines to leave out at the start"),
        ("comment", "Lines that begin with this character are left out"),
        ("decimal", "The decimal separator, . or ,"),
        ("thousands", "What stands between groups of three digits"),
        ("date-format", "As of strptime, e.g. %d.%m.%Y"),
        ("timestamp-format", "As of strptime, e.g. %d.%m.%Y %H:%M"),
        ("trim", "true: leave out blanks around fields"),
        ("names", "clean: name columns that have no name, and those that come twice"),
        ("trailing", "ignore: leave out an empty field at the end of each line"),
        ("on-error", "skip: leave out rows that cannot be read, and count them"),
        ("max-errors", "How many rows may be left out"),
    ];

    // What a preview has no use for.
    private static readonly string[] OfCommit = ["mode", "key", "evolve"];

    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "CSV, NDJSON, JSON or Parquet files, packed with gzip or not, or a named pipe; - for the standard input. Several become one "
                + "dataset, in this order",
            Arity = ArgumentArity.OneOrMore,
        };
        var name = new Option<string?>("--name") { Description = "The dataset; the file's name without its ending when not given" };
        var header = new Option<string?>("--header")
        {
            Description = "true: the first line is the header, whatever it looks like (also --header alone); false: it is data; names: --columns replaces it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var key = new Option<string?>("--idempotency-key") { Description = "Names this upload: the same files with the same key again change nothing" };
        var preview = new Option<bool>("--preview") { Description = "Shows what would be made of the first file, and registers nothing" };
        var reading = Reading.Select(r => new Option<string?>("--" + r.Name) { Description = r.Description }).ToList();
        var url = LakehouseClient.UrlOption();
        var command = new Command("ingest", "Uploads files and registers them as a dataset") { files, name, header, key, preview, url };
        reading.ForEach(command.Options.Add);
        command.SetAction(async (parsed, stop) =>
        {
            var paths = parsed.GetValue(files)!;
            var isPreview = parsed.GetValue(preview);
            var parameters = reading
                .Select(o => (Name: o.Name[2..].Replace('-', '_'), Value: parsed.GetValue(o)))
                .Append((Name: "header", Value: parsed.GetResult(header) is null ? null : parsed.GetValue(header) ?? "true"))
                .Where(p => p.Value is not null && !(isPreview && OfCommit.Contains(p.Name)))
                .Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}")
                .ToList();
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            if (isPreview)
            {
                return await PreviewAsync(client, "/v1/ingest/preview?" + string.Join('&', parameters), paths[0], stop);
            }

            var dataset = NameOf(paths[0], parsed.GetValue(name));
            parameters.Insert(0, $"name={Uri.EscapeDataString(dataset)}");
            return await UploadAsync(client, "/v1/ingest?" + string.Join('&', parameters), dataset, paths, parsed.GetValue(key), stop);
        });
        return command;
    }

    /// <summary>The name that was given, or that of the file. A shell's names for pipes (<c>/dev/fd/63</c>) say nothing about what is in them.</summary>
    private static string NameOf(string path, string? given) =>
        given ?? (path == StandardInput || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal)
            ? throw new CommandException($"'{path}' has no name that a dataset can have. Give one with --name.")
            : WithoutEndings(path));

    /// <summary><c>sales.csv.gz</c> is <c>sales</c>.</summary>
    private static string WithoutEndings(string path) => Path.GetFileNameWithoutExtension(
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^".gz".Length] : path);

    private static async Task<int> UploadAsync(
        LakehouseClient client, string address, string name, IReadOnlyList<string> paths, string? key, CancellationToken stop)
    {
        var streams = new List<Stream>();
        try
        {
            streams.AddRange(paths.Select(Open));
            using var response = streams.TrueForAll(s => s.CanSeek)
                ? await SendWithProgressAsync(client, address, name, paths, streams, key, stop)
                : await client.PostAsync(address, Content(paths, streams, null), key, stop); // a pipe has no length
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
            await ReportAsync(answer.RootElement);
            return 0;
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static async Task ReportAsync(JsonElement result)
    {
        var (rowCount, version) = (result.GetProperty("row_count").GetInt64(), result.GetProperty("version").GetInt64());
        await Terminal.Output.WriteLineAsync(
            $"{result.GetProperty("name").GetString()}: {rowCount:N0} row{(rowCount == 1 ? string.Empty : "s")}, version {version}"
            + (result.GetProperty("unchanged").GetBoolean() ? ", unchanged" : $", {result.GetProperty("elapsed_ms").GetInt64():N0} ms"));
        await ReportNotesAsync(result);
    }

    /// <summary>What was left out goes to the error output, so that it is seen and not piped.</summary>
    private static async Task ReportNotesAsync(JsonElement result)
    {
        foreach (var note in result.GetProperty("notes").EnumerateArray())
        {
            await Terminal.Error.WriteLineAsync(note.GetString());
        }

        foreach (var row in result.GetProperty("skipped").EnumerateArray())
        {
            await Terminal.Error.WriteLineAsync($"line {row.GetProperty("line").GetInt64()} left out: {row.GetProperty("reason").GetString()}");
        }

        if (result.GetProperty("skipped_rows").GetInt64() is var skipped and > 0)
        {
            await Terminal.Error.WriteLineAsync($"{skipped:N0} row{(skipped == 1 ? string.Empty : "s")} left out in all");
        }
    }

    private static async Task<int> PreviewAsync(LakehouseClient client, string address, string path, CancellationToken stop)
    {
        await using var stream = Open(path);
        using var response = await client.PostAsync(address, Content([path], [stream], null), null, stop);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
        var (table, columns) = (new Table(), answer.RootElement.GetProperty("columns").EnumerateArray().ToList());
        foreach (var column in columns)
        {
            table.AddColumn($"{Markup.Escape(column.GetProperty("name").GetString()!)}\n[dim]{column.GetProperty("type").GetString()}[/]");
        }

        foreach (var row in answer.RootElement.GetProperty("rows").EnumerateArray())
        {
            table.AddRow([.. row.EnumerateArray().Select(v => Markup.Escape(v.GetString() ?? "NULL"))]);
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Output) }).Write(table);
        await ReportNotesAsync(answer.RootElement);
        return 0;
    }

    private static Task<HttpResponseMessage> SendWithProgressAsync(
        LakehouseClient client, string address, string name, IReadOnlyList<string> paths, IReadOnlyList<Stream> streams, string? key, CancellationToken stop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(name), maxValue: Math.Max(1, streams.Sum(s => s.Length)));
                return await client.PostAsync(address, Content(paths, streams, count => task.Increment(count)), key, stop);
            });
    }

    /// <summary>One file is the body itself, several are a form. Read while it is sent; without a length, in chunks.</summary>
    private static HttpContent Content(IReadOnlyList<string> paths, IReadOnlyList<Stream> streams, Action<int>? sent)
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
        const string packed = ".gz";
        var name = path.ToLowerInvariant();
        return Path.GetExtension(name.EndsWith(packed, StringComparison.Ordinal) ? name[..^packed.Length] : name) switch
        {
            ".csv" => "text/csv",
            ".tsv" or ".tab" => "text/tab-separated-values",
            ".json" => "application/json",
            ".ndjson" or ".jsonl" => "application/x-ndjson",
            ".parquet" => "application/vnd.apache.parquet",
            _ => "application/octet-stream",
        };
    }

    private static Stream Open(string path)
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
