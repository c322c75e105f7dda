using Lakehouse.Catalog;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>What the statements of one change of rows have in common.</summary>
/// <param name="Told">What the lists of queries show of them.</param>
/// <param name="Source">The table of the data files.</param>
/// <param name="Table">The data files.</param>
/// <param name="Parameters">The values of their parameters; null for none.</param>
/// <param name="Others">More tables of data files.</param>
/// <param name="Pins">The versions of datasets that they read.</param>
internal sealed record RowStatement(
    string Told,
    string Source,
    AttachedTable Table,
    string? Parameters,
    IReadOnlyDictionary<string, AttachedTable> Others,
    IReadOnlyDictionary<string, DatasetVersion> Pins)
{
    /// <summary>The version in the names of tables of data files, which no statement of a client can read, because versions begin with 1.</summary>
    public const string Version = "@0";

    /// <summary>Whether a name is that of a table of data files.</summary>
    public static bool IsAttached(string name) => name.EndsWith(Version, StringComparison.Ordinal);

    /// <summary>Of statements that read these data files alone.</summary>
    public static RowStatement Of(string told, string source, AttachedTable table) =>
        new(told, source, table, null, AttachedTable.None, StatementRequest.NoPins);

    /// <summary>The clause by which the rows of new data files are sorted; empty for none.</summary>
    public string Order { get; init; } = string.Empty;

    /// <summary>As of <see cref="StatementRequest"/>.</summary>
    public IReadOnlyDictionary<string, int>? FieldIds { get; init; }

    /// <summary>The clause of the order that a dataset's data files have.</summary>
    public static string OrderOf(Manifest? dataset) =>
        dataset?.SortBy is { } columns ? $" ORDER BY {string.Join(", ", columns.Select(DuckDbSql.Identifier))}" : string.Empty;

    /// <summary>All tables of data files.</summary>
    public IReadOnlyDictionary<string, AttachedTable> Attached => new Dictionary<string, AttachedTable>(Others) { [Source] = Table };
}
