using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lakehouse.Memory.Internal.Distilling;

/// <summary>Steps in a form in which equal ones have equal texts: without blanks, members in the order of their names (as in RFC 8785).</summary>
internal static class CanonicalSteps
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The steps of a memory: the items of a list; what is no list is one step.</summary>
    public static IReadOnlyList<Step> Read(string? steps)
    {
        if (steps is null)
        {
            return [];
        }

        using var json = JsonDocument.Parse(steps);
        return json.RootElement.ValueKind == JsonValueKind.Array ? [.. json.RootElement.EnumerateArray().Select(Make)] : [Make(json.RootElement)];
    }

    private static Step Make(JsonElement step) => new(Of(step), step.GetRawText());

    private static string Of(JsonElement step)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output, Writing);
        Write(json, step);
        json.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
