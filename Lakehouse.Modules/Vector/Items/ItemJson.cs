using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Lakehouse.Core.Text;

namespace Lakehouse.Vector;

/// <summary>The JSON form of items, shared by all endpoints that return them.</summary>
public static class ItemJson
{
    private static readonly string[] PartNames = ["vector", "metadata", "text"];

    /// <summary>Writes the members of an item except its id: metadata, text and vector, each where it was read.</summary>
    public static void WriteContent(Utf8JsonWriter json, StoredItem item)
    {
        if (item.Metadata is not null)
        {
            // The stored metadata is valid JSON.
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(item.Metadata, skipInputValidation: true);
        }

        if (item.Text is not null)
        {
            json.WriteString("text"u8, item.Text);
        }

        if (item.Vector is not null)
        {
            json.WriteStartArray("vector"u8);
            foreach (var value in item.Vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Parses the names of an <c>include</c> member.</summary>
    /// <exception cref="LakehouseException"><c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static ItemParts ParseParts(IEnumerable<string> names) => names.Aggregate(ItemParts.None, (parts, name) => parts | name switch
    {
        "vector" => ItemParts.Vector,
        "metadata" => ItemParts.Metadata,
        "text" => ItemParts.Text,
        _ => throw JsonMembers.Invalid($"include has \"{name}\"; there are {string.Join(", ", PartNames)}{NearestName.Hint(name, PartNames)}"),
    });
}
