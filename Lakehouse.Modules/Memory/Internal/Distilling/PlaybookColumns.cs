using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Query.Rows;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>The columns of a dataset of playbooks. Nothing in it depends on when it was made, so that the same memories give the same bytes.</summary>
internal static class PlaybookColumns
{
    /// <summary>What the names of these datasets begin with.</summary>
    public const string Prefix = "playbooks_";

    public static IReadOnlyList<DatasetColumn> All { get; } =
    [
        new("id", "VARCHAR"),
        new("title", "VARCHAR"),
        new("summary", "VARCHAR"),
        new("task", "VARCHAR"),
        new("exemplar", "VARCHAR"),
        new("steps", "VARCHAR[]"),
        new("step_shares", "DOUBLE[]"),
        new("failed_steps", "VARCHAR[]"),
        new("support", "BIGINT"),
        new("known", "BIGINT"),
        new("successes", "BIGINT"),
        new("success_rate", "DOUBLE"),
        new("failures", "VARCHAR[]"),
        new("contradiction", "VARCHAR"),
        new("sources", "VARCHAR[]"),
        new("tags", "VARCHAR[]"),
        new("datasets", "VARCHAR[]"),
        new("newest_at", "TIMESTAMP"),
        new("threshold", "DOUBLE"),
        new("share", "DOUBLE"),
        new("memory_version", "BIGINT"),
        new("text_key", "VARCHAR"),
        new("grouping_key", "VARCHAR"),
    ];

    /// <summary>The columns as they are written.</summary>
    public static IReadOnlyList<RowColumn> Given { get; } = [.. All.Select(RowColumn.Of)];

    /// <summary>Writes a playbook as a row.</summary>
    public static void Write(Utf8JsonWriter json, Playbook playbook, double threshold, double share, long memoryVersion, string groupingKey)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, playbook.Id);
        if (playbook.Text is var (title, summary, key))
        {
            json.WriteString("title"u8, title);
            json.WriteString("summary"u8, summary);
            json.WriteString("text_key"u8, key);
        }

        json.WriteString("task"u8, playbook.Exemplar.Task);
        json.WriteString("exemplar"u8, playbook.Exemplar.Id);
        Texts(json, "steps"u8, playbook.Steps.Select(s => s.Step.Text));
        json.WriteStartArray("step_shares"u8);
        foreach (var (_, part) in playbook.Steps)
        {
            json.WriteNumberValue(part);
        }

        json.WriteEndArray();
        Texts(json, "failed_steps"u8, playbook.FailedSteps.Select(s => s.Text));
        json.WriteNumber("support"u8, playbook.Sources.Count);
        json.WriteNumber("known"u8, playbook.KnownCount);
        json.WriteNumber("successes"u8, playbook.SuccessCount);
        if (playbook.KnownCount > 0)
        {
            json.WriteNumber("success_rate"u8, (double)playbook.SuccessCount / playbook.KnownCount);
        }

        Texts(json, "failures"u8, playbook.Sources.Where(s => s.HasFailed).Select(s => s.Id));
        if (playbook.Contradiction is { } contradiction)
        {
            json.WriteString("contradiction"u8, contradiction);
        }

        Texts(json, "sources"u8, playbook.Sources.Select(s => s.Id));
        Texts(json, "tags"u8, playbook.Sources.SelectMany(s => s.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Texts(json, "datasets"u8, playbook.Sources.SelectMany(s => s.Datasets).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        json.WriteString("newest_at"u8, playbook.Sources.Select(s => s.At).Max(StringComparer.Ordinal));
        json.WriteNumber("threshold"u8, threshold);
        json.WriteNumber("share"u8, share);
        json.WriteNumber("memory_version"u8, memoryVersion);
        json.WriteString("grouping_key"u8, groupingKey);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
