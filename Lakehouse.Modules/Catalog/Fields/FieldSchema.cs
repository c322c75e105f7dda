using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Catalog.Internal;

namespace Lakehouse.Catalog;

/// <summary>
/// The columns of a dataset as a schema of Apache Iceberg. Data files carry it (docs/iceberg.md), so that other engines read them in place.
/// </summary>
public sealed record FieldSchema
{
    private const string IdMember = "__duckdb_field_id";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private FieldSchema(IReadOnlyList<TableField> fields) => Fields = fields;

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<TableField> Fields { get; }

    /// <summary>The highest id.</summary>
    public int LastId => Fields.SelectMany(f => f.All).Select(f => f.Id).DefaultIfEmpty(0).Max();

    /// <summary>Makes the schema of columns.</summary>
    /// <param name="columns">The columns, one or more.</param>
    /// <param name="chosen">Ids that other engines have chosen, by <see cref="TableField.Key"/>; null for none.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="reason">Why there is none: the column that Iceberg has no type for, with the type that it can be given.</param>
    public static bool TryOf(
        IReadOnlyList<DatasetColumn> columns, IReadOnlyDictionary<string, int>? chosen, [NotNullWhen(true)] out FieldSchema? schema,
        [NotNullWhen(false)] out string? reason)
    {
        (schema, reason) = (null, columns.Count == 0 ? "its columns are not known" : null);
        var fields = new List<TableField>(columns.Count);
        foreach (var column in columns)
        {
            if (FieldReader.Read(column.Name, column.Type, chosen, out var why) is not { } field)
            {
                reason = $"the column '{column.Name}' is {column.Type}: {why}";
                return false;
            }

            fields.Add(field);
        }

        var names = new Dictionary<int, string>();
        foreach (var field in fields.SelectMany(f => f.All))
        {
            if (!names.TryAdd(field.Id, field.Name))
            {
                reason ??= $"the names '{names[field.Id]}' and '{field.Name}' have the same field id by chance; rename one of them";
            }
        }

        schema = reason is null ? new FieldSchema(fields) : null;
        return reason is null;
    }

    /// <summary>
    /// The columns with types of Iceberg where they have none: the next wider whole numbers, decimals, and microseconds for the other TIMESTAMPs. Null where a
    /// column has a type that is like none.
    /// </summary>
    public static IReadOnlyList<DatasetColumn>? Nearest(IReadOnlyList<DatasetColumn> columns)
    {
        DatasetColumn[] made = [.. columns.Select(c => c with { Type = FieldReader.Nearest(c.Type) ?? string.Empty })];
        return made.All(c => c.Type.Length > 0) ? made : null;
    }

    /// <summary>
    /// The options that make DuckDB's <c>COPY ... (FORMAT parquet ...)</c> write the ids of the fields, and the schema as <c>iceberg.schema</c>; they begin
    /// with a comma. Empty for columns that Iceberg has no types for.
    /// </summary>
    /// <param name="columns">The columns of the rows that are written.</param>
    /// <param name="chosen">As of <see cref="TryOf"/>.</param>
    public static string CopyOptions(IReadOnlyList<DatasetColumn> columns, IReadOnlyDictionary<string, int>? chosen)
    {
        // The engine takes a column of that name for the id of what it is in. Such files are found by their names.
        if (!TryOf(columns, chosen, out var schema, out _)
            || schema.Fields.SelectMany(f => f.All).Any(f => f.Name.Equals(IdMember, StringComparison.OrdinalIgnoreCase)))
        {
            return string.Empty;
        }

        var ids = string.Join(", ", schema.Fields.Select(f => $"{Quote(f.Name)}: {IdsOf(f)}"));
        return $", FIELD_IDS {{{ids}}}, KV_METADATA {{'iceberg.schema': {Quote(schema.ToJson())}}}";
    }

    /// <summary>The schema as a text of JSON, with the schema id 0.</summary>
    public string ToJson()
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Writing))
        {
            Write(json, 0);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes the schema as an object of JSON.</summary>
    /// <param name="json">Where it is written.</param>
    /// <param name="id">Its schema id in the table.</param>
    public void Write(Utf8JsonWriter json, int id)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "struct"u8);
        json.WriteNumber("schema-id"u8, id);
        WriteFields(json, Fields);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<TableField> fields)
    {
        json.WriteStartArray("fields"u8);
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, field.Id);
            json.WriteString("name"u8, field.Name);
            json.WriteBoolean("required"u8, false);
            WriteType(json, "type", field.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteType(Utf8JsonWriter json, string name, FieldType type)
    {
        if (type is FieldType.Primitive primitive)
        {
            json.WriteString(name, primitive.Name);
            return;
        }

        json.WriteStartObject(name);
        switch (type)
        {
            case FieldType.OfList { Element: var element }:
                json.WriteString("type"u8, "list"u8);
                json.WriteNumber("element-id"u8, element.Id);
                json.WriteBoolean("element-required"u8, false);
                WriteType(json, "element", element.Type);
                break;
            case FieldType.OfMap { Key: var key, Value: var value }:
                json.WriteString("type"u8, "map"u8);
                json.WriteNumber("key-id"u8, key.Id);
                WriteType(json, "key", key.Type);
                json.WriteNumber("value-id"u8, value.Id);
                json.WriteBoolean("value-required"u8, false);
                WriteType(json, "value", value.Type);
                break;
            case FieldType.OfStruct { Fields: var fields }:
                json.WriteString("type"u8, "struct"u8);
                WriteFields(json, fields);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>What <c>FIELD_IDS</c> has for a field. A list's part is called <c>element</c> there, a map's <c>key</c> and <c>value</c>.</summary>
    private static string IdsOf(TableField field)
    {
        var id = field.Id.ToString(CultureInfo.InvariantCulture);
        var parts = field.Parts.Select(p => $"{Quote(p.Name)}: {IdsOf(p)}").ToList();
        return parts.Count == 0 ? id : $"{{{IdMember}: {id}, {string.Join(", ", parts)}}}";
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
