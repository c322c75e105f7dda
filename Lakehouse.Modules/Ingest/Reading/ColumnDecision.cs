using System.Text.Json.Serialization;

namespace Lakehouse.Ingest;

/// <summary>The type of a column, and what decided it.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">DuckDB's type name.</param>
/// <param name="Reason">Why it is that type where this is not plain from its values; null when there is nothing to say.</param>
/// <param name="Line">Of a text column: the line of the value that decided so, from 1.</param>
/// <param name="Value">The beginning of that value.</param>
public sealed record ColumnDecision(
    string Name,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Line = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value = null)
{
    /// <summary>The reason of a type that the request has told.</summary>
    public const string Told = "told";
}
