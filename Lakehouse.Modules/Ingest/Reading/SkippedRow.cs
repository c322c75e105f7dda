using System.Text.Json.Serialization;

namespace Lakehouse.Ingest;

/// <summary>A row that was left out because it cannot be read.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Text">Its beginning.</param>
/// <param name="File">The name of its file, where it was sent with one.</param>
public sealed record SkippedRow(
    long Line, string Reason, string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? File = null);
