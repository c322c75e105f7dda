using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Query.Rows;

namespace Lakehouse.Memory.Internal;

/// <summary>The columns of a space's dataset. A later build may add columns at the end; none is renamed.</summary>
internal static class MemoryColumns
{
    public const string Id = "id";
    public const string Task = "task";
    public const string Outcome = "outcome";
    public const string Feedbacks = "feedbacks";
    public const string Note = "note";
    public const string UpdatedAt = "updated_at";

    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.ffffff";

    public static IReadOnlyList<DatasetColumn> All { get; } =
    [
        new(Id, "VARCHAR"),
        new(Task, "VARCHAR"),
        new("steps", "VARCHAR"),
        new(Outcome, "DOUBLE"),
        new("tags", "VARCHAR[]"),
        new("datasets", "VARCHAR[]"),
        new("parent", "VARCHAR"),
        new("profile", "VARCHAR"),
        new(Feedbacks, "INTEGER"),
        new(Note, "VARCHAR"),
        new("created_at", "TIMESTAMP"),
        new(UpdatedAt, "TIMESTAMP"),
    ];

    /// <summary>The columns as they are written.</summary>
    public static IReadOnlyList<RowColumn> Given { get; } = [.. All.Select(RowColumn.Of)];

    /// <summary>What an item of the index carries, so that a recall needs no query.</summary>
    public static IReadOnlyList<string> Metadata { get; } = ["steps", Outcome, "tags", "datasets", "parent", "profile", Feedbacks, "created_at"];

    /// <summary>Writes a memory as a row.</summary>
    public static void Write(Utf8JsonWriter json, string id, NewMemory memory, string profile, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString(Id, id);
        json.WriteString(Task, memory.Task);
        if (memory.Steps is { ValueKind: not JsonValueKind.Null } steps)
        {
            json.WriteString("steps"u8, steps.GetRawText());
        }

        if (memory.Outcome is { } outcome)
        {
            json.WriteNumber(Outcome, outcome);
        }

        Texts(json, "tags"u8, memory.Tags);
        Texts(json, "datasets"u8, memory.Datasets);
        if (memory.Parent is { } parent)
        {
            json.WriteString("parent"u8, parent);
        }

        json.WriteString("profile"u8, profile);
        json.WriteNumber(Feedbacks, 0);
        json.WriteString("created_at"u8, Format(memory.At ?? now));
        json.WriteString(UpdatedAt, Format(now));
        json.WriteEndObject();
    }

    /// <summary>A time as rows have it.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(TimeForm, System.Globalization.CultureInfo.InvariantCulture);

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
