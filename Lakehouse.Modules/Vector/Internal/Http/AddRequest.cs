using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Reads the body of an add: <c>{"items":[{"id":"a","vector":[1,2],"metadata":{}}]}</c>. All vectors are stored in one array.</summary>
internal static class AddRequest
{
    private const int BytesPerNumber = 10; // an estimate, to allocate memory for the floats by the length of the body
    private const string Form = "{\"items\":[{\"id\":\"a\",\"vector\":[0.1,0.2],\"metadata\":{}}]}";

    private static readonly string[] Known = ["id", "vector", "metadata", "text"];

    public static List<VectorItem> Read(ReadOnlyMemory<byte> body, int countMax) => VectorJson.Read(body, Form, json => ReadBody(json, countMax));

    private static List<VectorItem> ReadBody(ReadOnlyMemory<byte> body, int countMax)
    {
        var reader = new Utf8JsonReader(body.Span);
        VectorJson.Expect(ref reader, JsonTokenType.StartObject, "the body");
        List<Head>? heads = null;
        var floats = new FloatList(body.Length / BytesPerNumber);
        var offset = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("items"u8))
            {
                throw VectorJson.Unknown("the body", reader.GetString(), ["items"]);
            }

            if (heads is not null)
            {
                throw VectorErrors.Request("the body has \"items\" twice");
            }

            heads = ReadItems(ref reader, body, ref offset, floats, countMax);
        }

        reader.Read(); // the end; throws when more follows
        if (heads is null)
        {
            throw VectorErrors.Request("the body has no \"items\"");
        }

        return [.. heads.Select(h => new VectorItem(h.Id, floats.Slice(h.Start, h.Length), h.Metadata, h.Text))];
    }

    private static List<Head> ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref int offset, FloatList floats, int countMax)
    {
        VectorJson.Expect(ref reader, JsonTokenType.StartArray, "items");
        var heads = new List<Head>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (heads.Count == countMax)
            {
                throw VectorErrors.Request($"it has more than {countMax} items (vector.max_batch_items)");
            }

            heads.Add(ReadItem(ref reader, body, ref offset, floats, heads.Count));
        }

        return heads;
    }

    private static Head ReadItem(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref int offset, FloatList floats, int position)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw VectorErrors.Item(position, "it is not an object");
        }

        string? id = null;
        int? start = null;
        var length = 0;
        var metadata = ReadOnlyMemory<byte>.Empty;
        string? text = null;
        var seen = Members.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("id"u8) ? Members.Id
                : reader.ValueTextEquals("vector"u8) ? Members.Vector
                : reader.ValueTextEquals("metadata"u8) ? Members.Metadata
                : reader.ValueTextEquals("text"u8) ? Members.Text
                : Members.None;
            if (member != Members.None && seen.HasFlag(member))
            {
                throw VectorErrors.Item(position, $"it has \"{reader.GetString()}\" twice");
            }

            seen |= member;
            switch (member)
            {
                case Members.Id:
                    id = VectorJson.ReadText(ref reader, $"items[{position}].id");
                    break;
                case Members.Vector:
                    start = floats.Count;
                    length = VectorJson.ReadVector(ref reader, body.Span, ref offset, floats, $"items[{position}].vector");
                    break;
                case Members.Metadata:
                    metadata = ReadMetadata(ref reader, body[offset..]);
                    break;
                case Members.Text:
                    text = ReadText(ref reader, position);
                    break;
                default:
                    throw VectorErrors.Item(position, JsonMembers.Unknown("it", reader.GetString(), Known));
            }
        }

        return new Head(
            id ?? throw VectorErrors.Item(position, "it has no id"),
            start ?? throw VectorErrors.Item(position, "it has no vector"),
            length,
            metadata,
            text);
    }

    /// <summary>Reads a text; null keeps the stored text.</summary>
    private static string? ReadText(ref Utf8JsonReader reader, int position)
    {
        var ahead = reader;
        ahead.Read();
        if (ahead.TokenType == JsonTokenType.Null)
        {
            reader = ahead;
            return null;
        }

        return VectorJson.ReadText(ref reader, $"items[{position}].text");
    }

    private static ReadOnlyMemory<byte> ReadMetadata(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private readonly record struct Head(string Id, int Start, int Length, ReadOnlyMemory<byte> Metadata, string? Text);

    [Flags]
    private enum Members
    {
        None = 0,
        Id = 1,
        Vector = 2,
        Metadata = 4,
        Text = 8,
    }
}
