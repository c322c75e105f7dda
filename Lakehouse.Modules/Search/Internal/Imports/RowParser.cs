using System.Buffers;
using System.Text.Json;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>Reads the blocks of <see cref="DatasetRows"/>.</summary>
internal static class RowParser
{
    /// <summary>A block as one JSON list: those after the first start with the comma before their first row.</summary>
    public static byte[] ToList(ReadOnlySpan<byte> block) => [(byte)'[', .. block.TrimStart((byte)','), (byte)']'];

    /// <summary>The rows of a block.</summary>
    public static List<ImportRow> Parse(ReadOnlyMemory<byte> block, ImportRequest import)
    {
        var list = ToList(block.Span);
        var rows = new List<ImportRow>();
        var reader = new Utf8JsonReader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            rows.Add(ParseRow(ref reader, list, import));
        }

        return rows;
    }

    /// <summary>The ids of a block alone.</summary>
    public static List<string?> ParseIds(ReadOnlyMemory<byte> block)
    {
        var list = ToList(block.Span);
        var ids = new List<string?>();
        var reader = new Utf8JsonReader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            ids.Add(reader.GetString());
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
            }
        }

        return ids;
    }

    private static ImportRow ParseRow(ref Utf8JsonReader reader, byte[] list, ImportRequest import)
    {
        reader.Read();
        var id = reader.GetString();
        string? text = null;
        if (import.TextColumn is not null)
        {
            reader.Read();
            text = reader.GetString();
        }

        float[]? vector = null;
        if (import.VectorColumn is not null)
        {
            reader.Read();
            vector = reader.TokenType == JsonTokenType.Null ? null : ParseVector(ref reader);
        }

        return new ImportRow(id, text, vector, ParseMetadata(ref reader, list, import.MetadataColumns));
    }

    private static float[] ParseVector(ref Utf8JsonReader reader)
    {
        var vector = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // NULL, NaN and infinities are no JSON numbers; none can be searched for, and the index says so.
            vector.Add(reader.TokenType == JsonTokenType.Number ? reader.GetSingle() : float.NaN);
        }

        return [.. vector];
    }

    private static ReadOnlyMemory<byte> ParseMetadata(ref Utf8JsonReader reader, byte[] list, IReadOnlyList<string>? columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        for (var column = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; column++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            json.WritePropertyName(columns![column]);
            json.WriteRawValue(list.AsSpan(start, (int)reader.BytesConsumed - start), skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return columns is null ? default : buffer.WrittenMemory;
    }
}
