namespace Lakehouse.Vector.Internal.Http;

/// <summary>What results carry beside id and distance.</summary>
internal static class Include
{
    /// <summary>Reads the names of an <c>include</c>.</summary>
    public static ItemParts Read(IEnumerable<string> names) => names.Aggregate(ItemParts.None, (parts, name) => parts | name switch
    {
        "vector" => ItemParts.Vector,
        "metadata" => ItemParts.Metadata,
        "text" => ItemParts.Text,
        _ => throw VectorErrors.Request($"include has \"{name}\"; there are \"vector\", \"metadata\" and \"text\""),
    });

    /// <summary>Reads a query parameter, names separated by commas; metadata alone where there is none.</summary>
    public static ItemParts Read(string? parameter) =>
        parameter is null ? ItemParts.Metadata : Read(parameter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
