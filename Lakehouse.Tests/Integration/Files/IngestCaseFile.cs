using System.Globalization;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>
/// A file of ingests with their outcome, <c>TestData/ingest/*.cases</c>. A case begins with <c>=== what it shows</c>. Below that can stand parameters of the
/// address <c>? null=NA</c>, fields of a form <c>+ null=NA</c>, headers <c>&lt; Content-Encoding: gzip</c> and comments after #. Then come blocks:
/// <list type="bullet">
/// <item><c>--- file</c> with words of <see cref="IngestCaseContent"/>: the file. Several, a field or a name make a form</item>
/// <item><c>--- columns</c>: <c>name: TYPE, name: TYPE</c>, in one line or several</item>
/// <item><c>--- rows</c>, or <c>--- rows SELECT ... FROM {name}</c>: a JSON array a line</item>
/// <item><c>--- notes</c>: words of each note, a line each; without it there are none</item>
/// <item><c>--- skipped</c>: <c>[line, "words of the reason", "text"]</c> of each row that is left out, the text where it matters; without it there are
/// none</item>
/// <item><c>--- answer</c>: a JSON object of members of the answer; <c>--- decided</c>: JSON objects of members of columns, each with its name</item>
/// <item><c>--- error 422 code line 3 column 1</c>, and below it what the detail says, and <c>file: N</c> for the file that it names;
/// nothing is registered then</item>
/// </list>
/// Every case has an error, or columns and rows.
/// </summary>
public static class IngestCaseFile
{
    private static readonly string Folder = Repository.File("Lakehouse.Tests", "TestData", "ingest");

    /// <summary>The names of the files, without the extension.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.cases").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<IngestCase> Read(string name) => Parse(name, File.ReadAllText(Path.Combine(Folder, name + ".cases")));

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="InvalidDataException">A line is not understood, or a case expects nothing.</exception>
    public static IReadOnlyList<IngestCase> Parse(string name, string text)
    {
        var cases = new List<IngestCase>();
        var lines = text.Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at];
            try
            {
                if (line.StartsWith("=== ", StringComparison.Ordinal))
                {
                    RequireWhole(cases.LastOrDefault());
                    cases.Add(new IngestCase(line[4..], name, at + 1));
                }
                else if (line.StartsWith("--- ", StringComparison.Ordinal))
                {
                    var content = lines.Skip(at + 1).TakeWhile(l => !IsHead(l)).ToList();
                    AddBlock(cases[^1], line[4..], content);
                    at += content.Count;
                }
                else if (line.Length > 0 && line[0] != '#')
                {
                    AddSetting(cases[^1], line);
                }
            }
            catch (Exception error) when (error is not InvalidDataException)
            {
                throw new InvalidDataException($"{name}.cases:{at + 1}: {line}", error);
            }
        }

        RequireWhole(cases.LastOrDefault());
        return cases;
    }

    private static bool IsHead(string line) => line.StartsWith("=== ", StringComparison.Ordinal) || line.StartsWith("--- ", StringComparison.Ordinal);

    private static void RequireWhole(IngestCase? one)
    {
        var isWhole = one is null
            || (one.Files.Count > 0 && (one.Error is null ? one.Columns is not null && one.Rows is not null : one.Columns is null && one.Rows is null));
        if (!isWhole)
        {
            throw new InvalidDataException($"{one!.Place}: it has no file, or expects nothing, or both rows and an error");
        }
    }

    private static void AddSetting(IngestCase one, string line)
    {
        var (list, separator) = line[..2] switch
        {
            "? " => (one.Options, '='),
            "+ " => (one.Fields, '='),
            "< " => (one.Headers, ':'),
            _ => throw new InvalidDataException($"{one.Place}: '{line}' is no setting"),
        };
        var parts = line[2..].Split(separator, 2);
        list.Add((parts[0], separator == ':' ? parts[1].Trim() : parts[1]));
    }

    private static void AddBlock(IngestCase one, string head, List<string> block)
    {
        var words = head.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var filled = block.Where(l => l.Length > 0).ToList();
        switch (words[0])
        {
            case "file":
                one.Files.Add(IngestCaseContent.Make(block, words[1..]));
                break;
            case "columns" when one.Columns is null:
                one.Columns = [.. filled.SelectMany(Columns)];
                break;
            case "rows" when one.Rows is null:
                one.Sql = words.Length > 1 ? head["rows ".Length..] : one.Sql;
                one.Rows = [.. filled.Select(Json)];
                break;
            case "notes":
                one.Notes = filled;
                break;
            case "skipped":
                one.Skipped = [.. filled.Select(Json)];
                break;
            case "answer":
                one.Answer = [.. Json(string.Concat(filled)).EnumerateObject()];
                break;
            case "decided":
                one.Decided = [.. filled.Select(Json)];
                break;
            case "error" when one.Error is null:
                one.Error = Error(words, filled);
                break;
            default:
                throw new InvalidDataException($"{one.Place}: '{head}' is no block, or comes twice");
        }
    }

    /// <summary>The columns of a line: a comma in the brackets of a type separates none.</summary>
    private static IEnumerable<string> Columns(string line)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < line.Length; i++)
        {
            depth += line[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && line.AsSpan(i).StartsWith(", "))
            {
                yield return line[start..i];
                start = i + 2;
            }
        }

        yield return line[start..];
    }

    private static IngestCaseError Error(string[] words, List<string> detail)
    {
        var (line, column) = words[3..] switch
        {
            [] => ((long?)null, (long?)null),
            ["line", var l] => (Number(l), null),
            ["line", var l, "column", var c] => (Number(l), Number(c)),
            _ => throw new InvalidDataException($"'{string.Join(' ', words)}' is no error"),
        };
        return new IngestCaseError((int)Number(words[1]), words[2], line, column, detail);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
