using System.Text.Json;
using System.Text.Json.Nodes;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query;
using Lakehouse.Search;
using Lakehouse.Vector;

namespace Lakehouse.Mcp.Internal.Tools;

/// <summary>Describes datasets and views to a model.</summary>
internal sealed class DatasetDescription(ICatalog catalog, IDatasetHistory history, SqlAnswer sql, IVectorIndexes indexes)
{
    private const int VersionsMax = 5;

    /// <summary><c>dataset</c>, <c>derived</c> or <c>view</c>.</summary>
    public static string KindOf(Manifest m) => m.Definition is { } definition ? definition.Kind.ToString().ToLowerInvariant() : "dataset";

    /// <summary>Finds a dataset or view by its name in any letter case.</summary>
    /// <exception cref="LakehouseException"><c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>), with the nearest name.</exception>
    public Manifest Require(string name)
    {
        var caller = Caller.Current;
        var found = catalog.FindIgnoringCase(name) ?? catalog.FindView(name);
        return found is null || !caller.Exists(found) ? throw NotFound(name) : caller.See(found);
    }

    /// <summary>Describes one.</summary>
    /// <param name="m">The dataset or view.</param>
    /// <param name="sampleRows">How many of its rows to show.</param>
    /// <param name="hasStatistics">Whether to show the least and largest values of columns, and how many are NULL.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<JsonObject> DescribeAsync(Manifest m, int sampleRows, bool hasStatistics, CancellationToken cancellationToken)
    {
        var described = new JsonObject
        {
            ["name"] = m.Name.Value,
            ["kind"] = KindOf(m),
            ["version"] = m.Version,
            ["rows"] = m.IsView || !Caller.Current.CountsRows(m) ? null : m.RowCount,
            ["bytes"] = m.Objects.Sum(o => o.SizeBytes),
            ["updated_at"] = m.UpdatedAt.UtcDateTime,
            ["sql"] = m.Definition?.Sql,
            ["columns"] = await ColumnsAsync(m, hasStatistics, cancellationToken),
            ["sample"] = null,
            ["history"] = Caller.Current.GuardOf(m.Name.Value) is null ? await HistoryAsync(m, cancellationToken) : new JsonArray(),
            ["indexes"] = new JsonArray([.. IndexesOf(m).Select(i => (JsonNode)i)]),
        };
        if (sampleRows > 0 && (m.IsView || m.Objects.Count > 0 || Caller.Current.GuardOf(m.Name.Value) is not null))
        {
            var sample = await sql.RunAsync(new QueryRequest($"FROM {DuckDbSql.Identifier(m.Name.Value)}") { MaxRows = sampleRows }, cancellationToken);
            described["sample"] = new JsonObject { ["columns"] = sample["columns"]!.DeepClone(), ["rows"] = sample["rows"]!.DeepClone() };
        }

        if (NoteOf(m) is { } note)
        {
            described["note"] = note;
        }

        return described;
    }

    /// <summary>The names of all datasets and views.</summary>
    public IEnumerable<string> Names() => Caller.Current.SeeAll(catalog).Select(m => m.Name.Value);

    /// <summary>The indexes that were made of a dataset, which search can name.</summary>
    private IEnumerable<string> IndexesOf(Manifest m) => indexes.List()
        .Where(i => Caller.Current.Sees(ResourceKind.Index, i.Spec.Name.Value))
        .Where(i => i.Owner is VectorOrigin { Dataset: { } origin } && origin.Dataset.Equals(m.Name.Value, StringComparison.OrdinalIgnoreCase))
        .Select(i => i.Spec.Name.Value);

    /// <summary>What the caller sees otherwise than it is; null for nothing. Of hidden columns nothing is said.</summary>
    private static string? NoteOf(Manifest m)
    {
        if (Caller.Current.GuardOf(m.Name.Value) is not { } guard)
        {
            return null;
        }

        var masked = m.Columns.Where(c => guard.MaskOf(c.Name).Kind is not (MaskKind.Clear or MaskKind.Hidden)).Select(c => c.Name).ToList();
        var parts = new[]
        {
            masked.Count == 0 ? null : $"the values of {string.Join(", ", masked)} are masked, and are not the true ones",
            guard.Rows is null ? null : "only some of its rows are shown",
        };
        return parts.Any(p => p is not null) ? $"For this caller {string.Join("; ", parts.OfType<string>())}." : null;
    }

    private LakehouseException NotFound(string name) => new(
        ErrorKind.NotFound, "dataset_not_found", $"There is no dataset or view '{name}'{NearestName.Hint(name, Names())}. list_datasets shows what there is.");

    private async Task<JsonArray> ColumnsAsync(Manifest m, bool hasStatistics, CancellationToken cancellationToken)
    {
        if (!hasStatistics || m.IsView)
        {
            return new JsonArray([.. m.Columns.Select(c => new JsonObject { ["name"] = c.Name, ["type"] = c.Type })]);
        }

        var request = new QueryRequest("SELECT name, type, min, max, null_count FROM lakehouse.columns WHERE dataset = ? ORDER BY position")
        {
            Parameters = JsonSerializer.Serialize(new[] { m.Name.Value }),
        };
        var answer = await sql.RunAsync(request, cancellationToken);
        return new JsonArray(
        [
            .. answer["rows"]!.AsArray().Select(r => new JsonObject
            {
                ["name"] = r![0]!.DeepClone(), ["type"] = r[1]?.DeepClone(), ["min"] = r[2]?.DeepClone(), ["max"] = r[3]?.DeepClone(),
                ["null_count"] = r[4]?.DeepClone(),
            }),
        ]);
    }

    private async Task<JsonArray> HistoryAsync(Manifest m, CancellationToken cancellationToken)
    {
        var (versions, _) = await history.ListAsync(m.Name, null, VersionsMax, cancellationToken);
        return new JsonArray(
        [
            .. versions.Select(v => new JsonObject
            {
                ["version"] = v.Version, ["committed_at"] = v.UpdatedAt.UtcDateTime, ["made_by"] = v.MadeBy, ["rows"] = v.IsView ? null : v.RowCount,
            }),
        ]);
    }
}
