using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Catalog;

namespace Lakehouse.Iceberg.Internal.Tables;

/// <summary>The property by which engines find the columns of data files without field ids (the specification's "Column Projection").</summary>
internal static class NameMapping
{
    public const string Property = "schema.name-mapping.default";

    public static string Of(FieldSchema schema)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, schema.Fields);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<TableField> fields)
    {
        json.WriteStartArray();
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteNumber("field-id"u8, field.Id);
            json.WriteStartArray("names"u8);
            json.WriteStringValue(field.Name);
            json.WriteEndArray();
            if (field.Parts.Any())
            {
                json.WritePropertyName("fields"u8);
                Write(json, field.Parts);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
