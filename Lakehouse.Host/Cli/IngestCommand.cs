using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Lakehouse.Host.Cli;

/// <summary><c>ingest FILE... --name N</c>: uploads files, or what comes through a pipe, to a running server.</summary>
internal static class IngestCommand
{
    // The words of the address, with what the help says of them. The server reads their values.
    private static readonly (string Name, string Description)[] Reading =
    [
        ("mode", "replace (the rows that are there, as when not given), append, or upsert"),
        ("key", "For --mode upsert: the columns of the key, with commas between them"),
        ("evolve", "true lets new columns and wider types into the dataset"),
        ("sort-by", "The columns by which the rows of each data file are sorted, with commas between them"),
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
        ("footer", "keep: a line below the table that looks like a total or a remark is a row"),
        ("on-error", "skip: leave out rows that cannot be read, and count them"),
        ("max-errors", "How many rows may be left out"),
    ];

    // What may be said without a value: true.
    private static readonly string[] Switches = ["evolve", "trim"];

    // What a preview has no use for.
    private static readonly string[] OfCommit = ["mode", "key", "evolve", "sort_by"];

    public static Command Create(Option<string?> config, IReadOnlyDictionary<string, string> overrides)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "CSV, NDJSON, JSON or Parquet files, packed with gzip or zstd or not, or a named pipe; - for the standard input. * and ** find "
                + "files. Several become one dataset, in this order",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var name = new Option<string?>("--name") { Description = "The dataset; the file's name without its ending when not given" };
        var header = new Option<string?>("--header")
        {
            Description = "true: the first line is the header, whatever it looks like (also --header alone); false: it is data; names: --columns replaces it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var key = new Option<string?>("--idempotency-key") { Description = "Names this upload: the same files with the same key again change nothing" };
        var watch = new Option<string?>("--watch")
        {
            Description = "A folder: each file that comes into it is ingested once, also across restarts; its name is the dataset's, or --name is, and rows "
                + "are added to that",
        };
        var preview = new Option<bool>("--preview") { Description = "Shows what would be made of the first file, and registers nothing" };
        var reading = Reading
            .Select(r => new Option<string?>("--" + r.Name)
            {
                Description = r.Description,
                Arity = Switches.Contains(r.Name) ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            })
            .ToList();
        var url = LakehouseClient.UrlOption();
        var command = new Command("ingest", "Uploads files and registers them as a dataset") { files, name, header, key, watch, preview, url };
        reading.ForEach(command.Options.Add);
        command.SetAction(async (parsed, stopping) =>
        {
            using var interrupt = new CommandInterrupt(stopping);
            var stop = interrupt.Token;
            var isPreview = parsed.GetValue(preview);
            var parameters = reading.Append(header)
                .Select(o => (Name: o.Name[2..].Replace('-', '_'), Value: parsed.GetResult(o) is null ? null : parsed.GetValue(o) ?? "true"))
                .Where(p => p.Value is not null && !(isPreview && OfCommit.Contains(p.Name)))
                .ToList();
            var address = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
            var paths = FileArguments.Expand(parsed.GetValue(files) ?? []);
            using var client = LakehouseClient.Connect(parsed.GetValue(url), parsed.GetValue(config), overrides);
            if (parsed.GetValue(watch) is { } folder)
            {
                if (paths.Count > 0 || isPreview || parsed.GetValue(key) is not null)
                {
                    throw new CommandException("--watch takes a folder, and no files, --preview or --idempotency-key.");
                }

                var mode = parameters.Find(p => p.Name == "mode").Value;
                using var watched = FolderWatch.Open(folder, client, parsed.GetValue(name), address, mode);
                await watched.RunAsync(stop);
                return 0;
            }

            if (paths.Count == 0)
            {
                throw new CommandException("Name a file, or a folder with --watch.");
            }

            if (isPreview)
            {
                return await PreviewAsync(client, "/v1/ingest/preview?" + address, paths[0], stop);
            }

            var dataset = IngestUpload.NameOf(paths[0], parsed.GetValue(name));
            try
            {
                await IngestUpload.SendAsync(client, dataset, address, paths, parsed.GetValue(key), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await Terminal.Error.WriteLineAsync("Interrupted. What the server had not committed by then is cancelled.");
                return CommandInterrupt.ExitCode;
            }
            catch (CommandException refused) when (refused.Code == "invalid_name" && parsed.GetValue(name) is null)
            {
                throw new CommandException($"{refused.Message} Give one with --name.");
            }

            return 0;
        });
        return command;
    }

    private static async Task<int> PreviewAsync(LakehouseClient client, string address, string path, CancellationToken stop)
    {
        await using var stream = IngestUpload.Open(path);
        using var response = await client.PostAsync(address, IngestUpload.Content([path], [stream], null), null, isAsync: false, stop);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
        var (table, columns) = (new Table(), answer.RootElement.GetProperty("columns").EnumerateArray().ToList());
        foreach (var column in columns)
        {
            table.AddColumn($"{Markup.Escape(column.GetProperty("name").GetString()!)}\n[dim]{Markup.Escape(column.GetProperty("type").GetString()!)}[/]");
        }

        foreach (var row in answer.RootElement.GetProperty("rows").EnumerateArray())
        {
            table.AddRow([.. row.EnumerateArray().Select(v => Markup.Escape(v.GetString() ?? "NULL"))]);
        }

        AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Terminal.Output),
            Ansi = Terminal.IsOutputPiped ? AnsiSupport.No : AnsiSupport.Detect,
        }).Write(table);
        await IngestUpload.ReportNotesAsync(answer.RootElement);
        return 0;
    }
}
