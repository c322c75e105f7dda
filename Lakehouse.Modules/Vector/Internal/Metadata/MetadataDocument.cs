using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lakehouse.Vector.Internal.Metadata;

/// <summary>
/// An item's metadata in memory: its JSON object in canonical form, and before it a table of its members, so that a filter finds a value
/// without parsing. The record: length of the JSON (int32), number of members (int32), the members (<see cref="MetadataField"/>), the JSON.
/// </summary>
internal readonly unsafe struct MetadataDocument(byte* record)
{
    private const int HeadBytes = 2 * sizeof(int);

    // The depth that most readers of JSON allow.
    private static readonly JsonReaderOptions Depth = new() { MaxDepth = 64 };
    private static readonly JsonWriterOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True for an item without metadata, which reads as <c>{}</c>.</summary>
    public bool IsEmpty => record is null;

    /// <summary>The JSON object in UTF-8.</summary>
    public ReadOnlySpan<byte> Json => IsEmpty ? "{}"u8 : new ReadOnlySpan<byte>(record + HeadBytes + (FieldCount * sizeof(MetadataField)), *(int*)record);

    private int FieldCount => *(int*)(record + sizeof(int));

    /// <summary>A copy of the record; null for none.</summary>
    public byte[]? ToRecord() => IsEmpty ? null : new ReadOnlySpan<byte>(record, SizeOf(record)).ToArray();

    /// <summary>The size of a record.</summary>
    public static int SizeOf(byte* record) => HeadBytes + (*(int*)(record + sizeof(int)) * sizeof(MetadataField)) + *(int*)record;

    /// <summary>The record of a JSON object; null for one without members.</summary>
    /// <exception cref="JsonException">The JSON is not an object, has a key twice, or has a value that cannot be stored.</exception>
    public static byte[]? Encode(ReadOnlySpan<byte> json)
    {
        var canonical = Canonicalise(json);
        var fields = FindFields(canonical);
        if (fields.Count == 0)
        {
            return null;
        }

        var fieldBytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(fields));
        var record = new byte[HeadBytes + fieldBytes.Length + canonical.Length];
        MemoryMarshal.Write(record, canonical.Length);
        MemoryMarshal.Write(record.AsSpan(sizeof(int)), fields.Count);
        fieldBytes.CopyTo(record.AsSpan(HeadBytes));
        canonical.CopyTo(record.AsSpan(HeadBytes + fieldBytes.Length));
        return record;
    }

    /// <summary>The JSON of a record that <see cref="Encode"/> made.</summary>
    public static ReadOnlySpan<byte> JsonOf(byte[]? record) => record is null ? "{}"u8 : record.AsSpan(record.Length - MemoryMarshal.Read<int>(record));

    /// <summary>The hash of a key, as in <see cref="MetadataField.KeyHash"/>.</summary>
    public static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = 2166136261u; // FNV-1a: keys are short, and a collision only costs a comparison
        foreach (var b in key)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }

    /// <summary>Finds a member by its key, in canonical form.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, uint hash, out MetadataValue value)
    {
        if (!IsEmpty)
        {
            var fields = (MetadataField*)(record + HeadBytes);
            var json = Json;
            for (var i = 0; i < FieldCount; i++)
            {
                ref var field = ref fields[i];
                if (field.KeyHash == hash && json.Slice(field.KeyStart, field.KeyLength).SequenceEqual(key))
                {
                    value = new MetadataValue(field.Kind, field.Number, json.Slice(field.ValueStart, field.ValueLength));
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    /// <summary>A text in canonical form, as it is written between quotes.</summary>
    public static byte[] Escape(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Canonical))
        {
            writer.WriteStringValue(text);
        }

        return buffer.WrittenSpan[1..^1].ToArray();
    }

    private static ReadOnlySpan<byte> Canonicalise(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Depth);
        var buffer = new ArrayBufferWriter<byte>(json.Length + 16);
        using var writer = new Utf8JsonWriter(buffer, Canonical);
        while (reader.Read())
        {
            Copy(ref reader, writer);
        }

        writer.Flush();
        return buffer.WrittenSpan is [(byte)'{', ..] ? buffer.WrittenSpan : throw new JsonException("it is not a JSON object");
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(Text(ref reader));
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(Text(ref reader));
                break;
            case JsonTokenType.Number:
                if (!reader.TryGetDouble(out var value) || !double.IsFinite(value))
                {
                    throw new JsonException($"the number {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)} is beyond what a double can hold");
                }

                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); // with the digits of the input, so that none is lost
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.WriteBooleanValue(reader.TokenType == JsonTokenType.True);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a text in it is not valid Unicode", error);
        }
    }

    private static List<MetadataField> FindFields(ReadOnlySpan<byte> json)
    {
        var fields = new List<MetadataField>();
        var reader = new Utf8JsonReader(json, Depth);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = default(MetadataField);
            (field.KeyStart, field.KeyLength) = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            var key = json.Slice(field.KeyStart, field.KeyLength);
            field.KeyHash = Hash(key);
            foreach (ref var other in CollectionsMarshal.AsSpan(fields))
            {
                if (other.KeyHash == field.KeyHash && json.Slice(other.KeyStart, other.KeyLength).SequenceEqual(key))
                {
                    throw new JsonException($"it has the key \"{System.Text.Encoding.UTF8.GetString(key)}\" twice");
                }
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
            var value = MetadataValue.At(ref reader, json);
            (field.Kind, field.Number, field.ValueStart, field.ValueLength) = (value.Kind, value.Number, start, value.Text.Length);
            fields.Add(field);
        }

        return fields;
    }
}
