namespace Lakehouse.Query.Internal.Engine;

/// <summary>What is known of an answer before its first row.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="Datasets">The datasets that it reads, in the versions that it reads.</param>
/// <param name="IsRepeatable">Whether the same statement over the same versions always has the same answer.</param>
/// <param name="Newest">The names of those that are read in the version that is the newest when it runs.</param>
internal sealed record StatementHead(
    IReadOnlyList<QueryColumn> Columns, IReadOnlyList<DatasetRead> Datasets, bool IsRepeatable, IReadOnlyList<string> Newest)
{
    /// <summary>Whether all of them are.</summary>
    public bool ReadsNewest => Newest.Count == Datasets.Count;

    /// <summary>Of a statement that has not begun.</summary>
    public static StatementHead None { get; } = new([], [], IsRepeatable: false, []);
}
