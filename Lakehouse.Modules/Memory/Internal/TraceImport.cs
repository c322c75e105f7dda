using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Memory.Internal.Http;

namespace Lakehouse.Memory.Internal;

/// <summary>Makes memories of traces that another program has written as lines of JSON.</summary>
/// <param name="names">For each member of a memory, where a line has it: names with points between them, e.g. <c>result.score</c>.</param>
internal sealed class TraceImport(IReadOnlyDictionary<string, string> names)
{
    /// <summary>The members that can be named.</summary>
    public static IReadOnlyList<string> Members { get; } = ["task", "steps", "outcome", "tags", "datasets", "parent", "id", "at"];

    /// <summary>The memories of some lines.</summary>
    /// <param name="body">The lines; empty ones are left out.</param>
    /// <exception cref="LakehouseException"><c>invalid_trace</c> (<see cref="ErrorKind.Unprocessable"/>): with the line.</exception>
    public IReadOnlyList<NewMemory> Read(ReadOnlySpan<byte> body)
    {
        var memories = new List<NewMemory>();
        var rest = body;
        for (var line = 1; !rest.IsEmpty; line++)
        {
            var end = rest.IndexOf((byte)'\n');
            var text = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (!text.IsEmpty)
            {
                memories.Add(ReadLine(text, line));
            }
        }

        return memories;
    }

    private NewMemory ReadLine(ReadOnlySpan<byte> text, int line)
    {
        JsonElement trace;
        try
        {
            trace = JsonElement.Parse(text);
            MemoryStore.RequireUnicode(trace);
        }
        catch (JsonException error)
        {
            throw MemoryErrors.Trace(line, "it is not JSON, or is nested too deeply", error);
        }
        catch (InvalidOperationException error)
        {
            throw MemoryErrors.Trace(line, "it has a text that is not Unicode", error);
        }

        if (trace.ValueKind != JsonValueKind.Object)
        {
            throw MemoryErrors.Trace(line, "it is not an object");
        }

        var task = Text(trace, "task", line)
            ?? throw MemoryErrors.Trace(line, $"it has no task at \"{names["task"]}\"; name the member that has it with task=");
        var at = Text(trace, "at", line);
        try
        {
            return new NewMemory(task)
            {
                Id = Text(trace, "id", line),
                Steps = Find(trace, "steps"),
                Outcome = Outcome(trace, line),
                Tags = Texts(trace, "tags", line),
                Datasets = Texts(trace, "datasets", line),
                Parent = Text(trace, "parent", line),
                At = at is null ? null : MemoryBody.TimeOf(at),
                Line = line,
            };
        }
        catch (LakehouseException error) when (error.Code == "invalid_request")
        {
            throw MemoryErrors.Trace(line, $"\"{at}\" is not a time in ISO 8601", error);
        }
    }

    private JsonElement? Find(JsonElement trace, string member)
    {
        var value = trace;
        foreach (var name in names[member].Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind is JsonValueKind.Null ? null : value;
    }

    private string? Text(JsonElement trace, string member, int line) => Find(trace, member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number when member is "id" or "parent" => number.GetRawText(),
        _ => throw MemoryErrors.Trace(line, $"\"{names[member]}\" is not a text"),
    };

    private double? Outcome(JsonElement trace, int line) => Find(trace, "outcome") switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => 1,
        { ValueKind: JsonValueKind.False } => 0,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var outcome) && outcome is >= 0 and <= 1 => outcome,
        _ => throw MemoryErrors.Trace(line, $"\"{names["outcome"]}\" is neither a number from 0 to 1 nor true or false"),
    };

    private IReadOnlyList<string> Texts(JsonElement trace, string member, int line) => Find(trace, member) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(t => t.GetString()!)],
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        _ => throw MemoryErrors.Trace(line, $"\"{names[member]}\" is not a list of texts"),
    };
}
