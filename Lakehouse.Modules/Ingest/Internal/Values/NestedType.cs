using System.Text;
using System.Text.Json;
using Lakehouse.Catalog.Schemas;
using Lakehouse.DuckDb;
using Lakehouse.Ingest.Internal.Tables;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>The type of a column of objects or arrays, or of what is in them.</summary>
internal sealed class NestedType
{
    /// <summary>The type of what has no other one: the text as it was sent.</summary>
    public static readonly NestedType Json = new("JSON", null, null);

    private readonly string? _scalar;
    private readonly IReadOnlyList<(string Name, NestedType Type)>? _members;
    private readonly NestedType? _element;

    private NestedType(string? scalar, IReadOnlyList<(string Name, NestedType Type)>? members, NestedType? element) =>
        (_scalar, _members, _element) = (scalar, members, element);

    /// <summary>A type that is not nested.</summary>
    /// <param name="name">DuckDB's name of it.</param>
    public static NestedType Scalar(string name) => name == "JSON" ? Json : new(name, null, null);

    /// <summary>The type of objects.</summary>
    public static NestedType Struct(IReadOnlyList<(string Name, NestedType Type)> members) => new(null, members, null);

    /// <summary>The type of arrays.</summary>
    public static NestedType List(NestedType element) => new(null, null, element);

    /// <summary>Whether a type, as DuckDB writes it, is that of objects or arrays.</summary>
    public static bool IsNested(string type) => type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>Reads a type as DuckDB writes it; null for one that JSON is not read as.</summary>
    public static NestedType? TryParse(string text) => ColumnType.TryParse(text) is { } type ? Of(type) : null;

    /// <summary>The expression that makes it of a JSON text.</summary>
    /// <param name="text">An SQL expression.</param>
    public string Read(string text)
    {
        using var structure = new MemoryStream();
        using (var writer = new Utf8JsonWriter(structure))
        {
            WriteStructure(writer);
        }

        return this == Json ? $"CAST({text} AS JSON)" : $"from_json({text}, {DuckDbSql.Literal(Encoding.UTF8.GetString(structure.ToArray()))})";
    }

    /// <summary>Whether every value of a shape has this type, without losing anything.</summary>
    public bool Covers(NestedShape shape)
    {
        if (this == Json || shape.IsEmpty)
        {
            return true;
        }

        return _scalar is not null ? shape.Scalar is { } scalar && Covers(_scalar, scalar)
            : _element is not null ? shape.Element is { } element && _element.Covers(element)
            : shape.Members is { } members && members.All(m => _members!.FirstOrDefault(own => own.Name == m.Name).Type?.Covers(m.Shape) == true);
    }

    /// <summary>The type in DuckDB's form.</summary>
    public override string ToString() =>
        _scalar ?? (_element is not null ? $"{_element}[]" : $"STRUCT({string.Join(", ", _members!.Select(m => $"{Name(m.Name)} {m.Type}"))})");

    private static bool Covers(string type, ColumnProfile scalar) =>
        TableSchema.TypeName(scalar.Kind) == type
        || (type == "VARCHAR" && scalar.Kind is not ColumnKind.Float) // the engine writes 1.50 as 1.5
        || (type == "DOUBLE" && scalar.Kind is ColumnKind.Integer && scalar.IsExactInDouble)
        || (type == "TIMESTAMP" && scalar.Kind is ColumnKind.Date);

    private static string Name(string name) =>
        (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : DuckDbSql.Identifier(name);

    private void WriteStructure(Utf8JsonWriter writer)
    {
        if (_scalar is not null)
        {
            writer.WriteStringValue(_scalar);
        }
        else if (_element is not null)
        {
            writer.WriteStartArray();
            _element.WriteStructure(writer);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStartObject();
            foreach (var (name, type) in _members!)
            {
                writer.WritePropertyName(name);
                type.WriteStructure(writer);
            }

            writer.WriteEndObject();
        }
    }

    private static NestedType? Of(ColumnType type)
    {
        if (type.Scalar is not null)
        {
            return DeclaredType.TryParse(type.Scalar) is { } scalar ? Scalar(scalar.Name) : null;
        }

        if (type.Element is not null)
        {
            return Of(type.Element) is { } element ? List(element) : null;
        }

        var members = type.Members!.Select(m => (m.Name, Type: Of(m.Type))).ToList();
        return members.Exists(m => m.Type is null) ? null : Struct([.. members.Select(m => (m.Name, m.Type!))]);
    }
}
