namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>The columns of a manifest. docs/manifest.md says what they hold.</summary>
internal static class ManifestLayout
{
    /// <summary>What a manifest that was written by <see cref="ManifestWriter"/> says of its writer.</summary>
    public const string Writer = "lakehouse manifest 2";

    /// <summary>What one says that was written by an earlier build.</summary>
    public const string FirstWriter = "lakehouse manifest 1";

    /// <summary>Begins and ends a Parquet file.</summary>
    public const int MarkSize = 4;

    /// <summary>The mark at the end, and before it the size of what the file says of itself.</summary>
    public const int TailSize = MarkSize + sizeof(int);

    private static readonly ParquetNode Column = ParquetNode.Struct(string.Empty, Text("name"), Text("type"));

    public static readonly ParquetNode Root = ParquetNode.Struct(
        "manifest",
        Text("dataset_id"),
        Text("name"),
        Number("version"),
        Text("schema_fingerprint"),
        ParquetNode.List("columns", Column),
        ParquetNode.List(
            "objects",
            ParquetNode.Struct(
                string.Empty, Text("key"), Number("size"), Number("row_count"), Text("sha256"), ParquetNode.Value("schema", ParquetType.Int32))),
        Number("row_count"),
        ParquetNode.Value("created_at", ParquetType.Timestamp),
        ParquetNode.Value("updated_at", ParquetType.Timestamp),
        ParquetNode.Value("dropped", ParquetType.Boolean),
        Text("made_by"),
        Text("kind"),
        Text("sql"),
        ParquetNode.List("sources", ParquetNode.Struct(string.Empty, Text("name"), Number("version"))),
        ParquetNode.List("requests", ParquetNode.Struct(string.Empty, Text("key"), Text("digest"), Number("version"))),
        ParquetNode.List("schemas", ParquetNode.List(string.Empty, Column)),
        Number("rows_since"),
        ParquetNode.List("sort_by", Text(string.Empty)),
        Text("table_traits"),
        Text("table_change"));

    /// <summary>The columns of values, in their order in the file.</summary>
    public static readonly IReadOnlyList<ParquetLeaf> Leaves = [.. Root.Children.SelectMany(c => c.Leaves([], 0, 0))];

    /// <summary>How many of the columns those of <see cref="FirstWriter"/> have.</summary>
    public static readonly int FirstLeaves = Leaves.Count - 2;

    private static ParquetNode Text(string name) => ParquetNode.Value(name, ParquetType.Text);

    private static ParquetNode Number(string name) => ParquetNode.Value(name, ParquetType.Int64);
}
