using System.Text.Json;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Writes answers that hold items: their metadata is JSON already and is copied as it is.</summary>
internal static class VectorWriter
{
    /// <summary><c>{"results":[...]}</c></summary>
    public static void WriteAnswer(Utf8JsonWriter json, VectorAnswer answer)
    {
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        foreach (var hit in answer.Hits)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, hit.Item.Id);
            json.WriteNumber("distance"u8, hit.Distance);
            ItemJson.WriteContent(json, hit.Item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        answer.Owner?.WriteAnswerMembers(json);
        json.WriteEndObject();
    }

    public static void WriteItem(Utf8JsonWriter json, StoredItem item)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, item.Id);
        ItemJson.WriteContent(json, item);
        json.WriteEndObject();
    }
}
