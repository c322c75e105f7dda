using System.Text.Json;

namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>A type of Avro 1.11 (avro.apache.org/docs/1.11.1/specification), read from its JSON. Logical types are passed over.</summary>
internal sealed class AvroSchema
{
    private const int DepthMax = 64;

    private AvroSchema(AvroKind kind) => Kind = kind;

    public AvroKind Kind { get; }

    /// <summary>The fields of a record, in order.</summary>
    public IReadOnlyList<AvroField> Fields { get; private set; } = [];

    /// <summary>The types of a union; that of the elements of an array, or of the values of a map.</summary>
    public IReadOnlyList<AvroSchema> Types { get; private set; } = [];

    /// <summary>The symbols of an enumeration.</summary>
    public IReadOnlyList<string> Symbols { get; private set; } = [];

    /// <summary>The size of a fixed, in bytes.</summary>
    public int Size { get; private set; }

    /// <summary>Reads a type.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static AvroSchema Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return Read(JsonElement.Parse(json), new Dictionary<string, AvroSchema>(StringComparer.Ordinal), string.Empty, 0);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException("its Avro schema is malformed", error);
        }
    }

    /// <summary>The place of a field among those of a record: the one with the id, or else with the name; -1 for none.</summary>
    public int IndexOf(string name, int id)
    {
        var byName = -1;
        for (var i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Id == id)
            {
                return i;
            }

            byName = Fields[i].Name == name && Fields[i].Id is null ? i : byName;
        }

        return byName;
    }

    private static AvroSchema Read(JsonElement json, Dictionary<string, AvroSchema> named, string space, int depth)
    {
        if (depth > DepthMax)
        {
            throw new InvalidDataException("its Avro schema is nested too deeply");
        }

        return json.ValueKind switch
        {
            JsonValueKind.String => OfName(json.GetString()!, named, space),
            JsonValueKind.Array => new AvroSchema(AvroKind.Union) { Types = [.. json.EnumerateArray().Select(t => Read(t, named, space, depth + 1))] },
            _ => ReadObject(json, named, space, depth),
        };
    }

    private static AvroSchema ReadObject(JsonElement json, Dictionary<string, AvroSchema> named, string space, int depth)
    {
        var type = json.GetProperty("type");
        if (type.ValueKind != JsonValueKind.String)
        {
            return Read(type, named, space, depth + 1);
        }

        switch (type.GetString())
        {
            case "record":
                var record = new AvroSchema(AvroKind.Record);
                var inner = Name(json, record, named, space);
                record.Fields =
                [
                    .. json.GetProperty("fields").EnumerateArray().Select(f => new AvroField(
                        f.GetProperty("name").GetString()!,
                        Read(f.GetProperty("type"), named, inner, depth + 1),
                        f.TryGetProperty("field-id", out var id) ? id.GetInt32() : null)),
                ];
                return record;
            case "enum":
                var symbols = new AvroSchema(AvroKind.Enum) { Symbols = [.. json.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()!)] };
                Name(json, symbols, named, space);
                return symbols;
            case "fixed":
                var size = json.GetProperty("size").GetInt32();
                var bytes = new AvroSchema(AvroKind.Fixed) { Size = size >= 0 ? size : throw new InvalidDataException("its Avro schema is malformed") };
                Name(json, bytes, named, space);
                return bytes;
            case "array":
                return new AvroSchema(AvroKind.Array) { Types = [Read(json.GetProperty("items"), named, space, depth + 1)] };
            case "map":
                return new AvroSchema(AvroKind.Map) { Types = [Read(json.GetProperty("values"), named, space, depth + 1)] };
            case { } name:
                return OfName(name, named, space);
            case null:
                throw new InvalidDataException("its Avro schema is malformed");
        }
    }

    /// <summary>Keeps a type by its full name, by which others can refer to it. Returns the namespace within it.</summary>
    private static string Name(JsonElement json, AvroSchema schema, Dictionary<string, AvroSchema> named, string space)
    {
        var name = json.GetProperty("name").GetString()!;
        if (name.LastIndexOf('.') is >= 0 and var dot)
        {
            space = name[..dot];
            name = name[(dot + 1)..];
        }
        else if (json.TryGetProperty("namespace", out var own))
        {
            space = own.GetString()!;
        }

        named[space.Length == 0 ? name : $"{space}.{name}"] = schema;
        return space;
    }

    private static AvroSchema OfName(string name, Dictionary<string, AvroSchema> named, string space) => name switch
    {
        "null" => new AvroSchema(AvroKind.Null),
        "boolean" => new AvroSchema(AvroKind.Boolean),
        "int" => new AvroSchema(AvroKind.Int),
        "long" => new AvroSchema(AvroKind.Long),
        "float" => new AvroSchema(AvroKind.Float),
        "double" => new AvroSchema(AvroKind.Double),
        "bytes" => new AvroSchema(AvroKind.Bytes),
        "string" => new AvroSchema(AvroKind.String),
        _ => named.GetValueOrDefault(name.Contains('.', StringComparison.Ordinal) || space.Length == 0 ? name : $"{space}.{name}")
            ?? named.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"its Avro schema has no type '{name}'"),
    };
}
