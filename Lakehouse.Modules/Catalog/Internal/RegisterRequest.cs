using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lakehouse.Catalog.Internal;

/// <summary>The body of <c>POST /v1/catalog/register</c>.</summary>
internal sealed record RegisterRequest(
    string? Name,
    string? SchemaFingerprint,
    IReadOnlyList<RegisterRequest.RegisteredObject>? Objects,
    long? RowCount,
    IReadOnlyList<DatasetColumn>? Columns)
{
    /// <summary>A data file: its key alone, or an object with <c>key</c> and what else is known.</summary>
    [JsonConverter(typeof(RegisteredObjectConverter))]
    internal sealed record RegisteredObject(string? Key, long? RowCount, string? Sha256);

    private sealed class RegisteredObjectConverter : JsonConverter<RegisteredObject>
    {
        public override RegisteredObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return new RegisteredObject(reader.GetString(), null, null);
            }

            using var document = JsonDocument.ParseValue(ref reader);
            var value = document.RootElement;
            return value.ValueKind == JsonValueKind.Object
                ? new RegisteredObject(Text(value, "key"), Number(value, "row_count"), Text(value, "sha256"))
                : throw new JsonException("an entry of objects is neither a key nor an object with \"key\"");
        }

        public override void Write(Utf8JsonWriter writer, RegisteredObject value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Key);

        private static string? Text(JsonElement value, string name) =>
            value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

        private static long? Number(JsonElement value, string name) =>
            value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number) ? number : null;
    }
}
