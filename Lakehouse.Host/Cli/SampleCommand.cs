using System.CommandLine;
using Lakehouse.Host.Sample;

namespace Lakehouse.Host.Cli;

/// <summary><c>sample workers --rows N</c>: a CSV to try the program with.</summary>
internal static class SampleCommand
{
    private const long RowsMax = 100_000_000;

    public static Command Create(IReadOnlyDictionary<string, string> settings)
    {
        var rows = new Option<long>("--rows") { Description = "How many rows, about 600 bytes each", DefaultValueFactory = _ => 1_000 };
        var output = new Option<string?>("--out") { Description = "The file to write; the standard output when not given" };
        var workers = new Command("workers", "Made-up workers with skills and resumes") { rows, output };
        workers.SetAction(parsed => settings.Keys.FirstOrDefault() is { } setting
            ? throw new CommandException($"sample takes no settings, and --{setting} is one.")
            : WriteWorkers(parsed.GetValue(rows), parsed.GetValue(output)));
        return new Command("sample", "Writes sample data") { workers };
    }

    private static int WriteWorkers(long rows, string? path)
    {
        if (rows is < 0 or > RowsMax)
        {
            throw new CommandException($"--rows is {rows}; it is a number from 0 to {RowsMax}.");
        }

        try
        {
            using var stream = path is null ? Terminal.OpenOutput() : File.Create(path);
            WorkersCsv.Write(stream, rows);
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The sample cannot be written: {error.Message}");
        }
    }
}
