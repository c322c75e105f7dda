namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>A part of a Parquet schema, as in the format's own specification (apache/parquet-format): a value, a list, or a structure.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of a value; null for a group.</param>
/// <param name="IsRepeated">Whether it comes any number of times; otherwise once or not at all.</param>
/// <param name="IsList">Whether a group is a list.</param>
/// <param name="Children">What a group holds.</param>
internal sealed record ParquetNode(string Name, ParquetType? Type, bool IsRepeated, bool IsList, IReadOnlyList<ParquetNode> Children)
{
    public static ParquetNode Value(string name, ParquetType type) => new(name, type, false, false, []);

    public static ParquetNode Struct(string name, params ParquetNode[] members) => new(name, null, false, false, members);

    /// <summary>A list in the three levels that the specification wants.</summary>
    public static ParquetNode List(string name, ParquetNode element) =>
        new(name, null, false, true, [new ParquetNode("list", null, true, false, [element with { Name = "element" }])]);

    /// <summary>This node and all below it, each before what it holds.</summary>
    public IEnumerable<ParquetNode> All() => Children.SelectMany(c => c.All()).Prepend(this);

    /// <summary>The values below this node, with their paths and levels.</summary>
    public IEnumerable<ParquetLeaf> Leaves(IReadOnlyList<string> path, int definition, int repetition) => Type is { } type
        ? [new ParquetLeaf([.. path, Name], type, definition + 1, repetition)]
        : Children.SelectMany(c => c.Leaves([.. path, Name], definition + 1, repetition + (IsRepeated ? 1 : 0)));
}
