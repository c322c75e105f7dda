using System.Globalization;
using Lakehouse.Catalog;

namespace Lakehouse.Iceberg.Internal.Parquet;

/// <summary>Whether other engines read a data file as a schema says, in place.</summary>
internal static class FileFit
{
    // ConvertedType of parquet.thrift
    private const int Unsigned32 = 13;
    private const int Unsigned64 = 14;

    /// <summary>Why they do not; null where they do. Columns that the file does not have are NULL.</summary>
    public static string? FindFault(FieldSchema schema, ParquetFooter footer)
    {
        if (HasTwins(footer.Columns))
        {
            return "two of its columns have names that differ in letter case at most";
        }

        var matched = new HashSet<FooterNode>(ReferenceEqualityComparer.Instance);
        foreach (var field in schema.Fields)
        {
            if (Find(footer.Columns, field.Name) is { } node && FindFault(field, node, footer.HasIds, matched) is { } fault)
            {
                return $"the column '{field.Name}' {fault}";
            }
        }

        // A reader that goes by the ids would take another column for one of these.
        var ids = schema.Fields.SelectMany(f => f.All).Select(f => f.Id).ToHashSet();
        return footer.Columns.SelectMany(AllOf).Any(n => n.FieldId is { } id && ids.Contains(id) && !matched.Contains(n))
            ? "it has field ids of other columns"
            : null;
    }

    /// <summary>The node of a field among others.</summary>
    public static FooterNode? Find(IReadOnlyList<FooterNode> nodes, string name) =>
        nodes.FirstOrDefault(n => n.Name == name) ?? nodes.FirstOrDefault(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The nodes of a field's parts, below its own; null for a part that the file does not have.</summary>
    public static IReadOnlyList<FooterNode?> PartsOf(TableField field, FooterNode node) => (field.Type, node.Children) switch
    {
        (FieldType.OfList, [{ Children: [var element] }]) => [element],
        (FieldType.OfMap, [{ Children: [var key, var value] }]) => [key, value],
        (FieldType.OfStruct { Fields: var fields }, { Count: > 0 } children) => [.. fields.Select(f => Find(children, f.Name))],
        _ => [],
    };

    private static string? FindFault(TableField field, FooterNode node, bool hasIds, HashSet<FooterNode> matched)
    {
        matched.Add(node);
        if (hasIds && node.FieldId != field.Id)
        {
            return "has another field id";
        }

        if (!hasIds && node.Name != field.Name && field.Name is not ("element" or "key" or "value"))
        {
            return "has a name in other letters, by which it is not found";
        }

        if (field.Type is FieldType.Primitive { Name: var type })
        {
            return node.Type is { } stored && Fits(type, stored, node) ? null : $"is not stored as {type}";
        }

        var parts = PartsOf(field, node);
        return node.Type is not null || parts.Count == 0
            ? "is stored in another form"
            : field.Parts.Zip(parts).Select(p => p.Second is null ? null : FindFault(p.First, p.Second, hasIds, matched)).FirstOrDefault(f => f is not null);
    }

    private static bool Fits(string type, PhysicalType stored, FooterNode node) => type switch
    {
        "boolean" => stored is PhysicalType.Boolean,
        "int" => stored is PhysicalType.Int32 && node.Meaning != Unsigned32,
        "long" => stored is PhysicalType.Int32 or PhysicalType.Int64 && node.Meaning is not (Unsigned32 or Unsigned64),
        "float" => stored is PhysicalType.Float,
        "double" => stored is PhysicalType.Float or PhysicalType.Double,
        "date" => stored is PhysicalType.Int32 && node.Meaning == FooterNode.Date,
        "time" => stored is PhysicalType.Int64 && node.Meaning == FooterNode.TimeMicros,
        "timestamp" or "timestamptz" => stored is PhysicalType.Int64 && node.Meaning == FooterNode.TimestampMicros,
        "string" or "binary" => stored is PhysicalType.ByteArray,
        "uuid" => stored is PhysicalType.FixedLengthByteArray,
        _ => node.Meaning == FooterNode.Decimal && type.EndsWith(string.Create(CultureInfo.InvariantCulture, $", {node.Scale})"), StringComparison.Ordinal),
    };

    private static bool HasTwins(IReadOnlyList<FooterNode> nodes) =>
        nodes.DistinctBy(n => n.Name, StringComparer.OrdinalIgnoreCase).Count() < nodes.Count || nodes.Any(n => HasTwins(n.Children));

    private static IEnumerable<FooterNode> AllOf(FooterNode node) => node.Children.SelectMany(AllOf).Prepend(node);
}
