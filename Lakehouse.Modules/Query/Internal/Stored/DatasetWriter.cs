using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>
/// Writes the rows of a query as a version of a dataset: into a scratch file, which is linked into the bucket when it is complete, then the commit. Until the
/// commit nothing is to be seen of it, and what a killed process leaves is removed at the next start, or by a collection. Thread-safe.
/// </summary>
internal sealed class DatasetWriter(QueryEngine engine, ICatalog catalog, IObjectStore store, IScratchSpace scratch, QueryOptions options)
{
    /// <summary>Runs a query and commits its rows.</summary>
    /// <param name="request">The query. Its format and its bound of rows are not used.</param>
    /// <param name="target">The dataset.</param>
    /// <param name="cancellationToken">Stops the query; not the commit.</param>
    /// <returns>What was committed, and what the query has read.</returns>
    /// <exception cref="LakehouseException">As <see cref="IQueryEngine.AnswerAsync"/> and <see cref="ICatalog.CommitAsync"/>.</exception>
    public async Task<(CommitResult Result, StatementHead Head)> WriteAsync(QueryRequest request, DatasetTarget target, CancellationToken cancellationToken)
    {
        Caller.Current.Require(AccessAction.Write);
        Caller.Current.RequireWhole(target.Name.Value);
        if (target.Definition is null && catalog.Find(target.Name) is { IsDerived: true })
        {
            throw EngineErrors.IsDerived(target.Name.Value);
        }

        try
        {
            using var folder = scratch.Create();
            var path = Path.Combine(folder.Path, "rows.parquet");

            // Before the query runs, which may take long: a dataset of other columns refuses it in any case.
            var rows = await engine.StoreAsync(request, path, options.MaxStoredBytes, head => CheckAsync(target, head, cancellationToken), cancellationToken);
            var (own, columns) = (ColumnsOf(rows.Head), ColumnsOf(rows.Head, target));
            var plan = await catalog.PlanAsync(target.Name, columns, RuleOf(target), [rows.Sha256], cancellationToken);
            List<OfferedFile> files = [];
            if (rows.RowCount > 0 || target.Mode == CommitMode.Replace || catalog.Find(target.Name) is null)
            {
                await store.ImportAsync(plan.Keys[0], path, cancellationToken);
                files.Add(new OfferedFile(plan.Keys[0], rows.RowCount, rows.Sha256, own));
            }

            var commit = new DatasetCommit(
                target.Name, plan.Fingerprint, columns, files, rows.RowCount, target.Definition is null ? "query" : "derived", target.Mode)
            {
                Definition = target.Definition is null ? null : new DatasetDefinition(DefinitionKind.Derived, target.Definition, SourcesOf(rows.Head)),
                ExpectedVersion = target.ExpectedVersion ?? VersionRead(rows.Head, target),
                Schema = RuleOf(target),
            };
            return (await catalog.CommitAsync(commit, CancellationToken.None), rows.Head);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    private Task CheckAsync(DatasetTarget target, StatementHead head, CancellationToken cancellationToken)
    {
        if (target.Definition is not null)
        {
            catalog.RequireNoCycle(target.Name.Value, head.Datasets.Select(d => d.Name));
            if (!head.ReadsNewest)
            {
                throw EngineErrors.DerivedOfVersion(target.Name.Value);
            }
        }

        return catalog.PlanAsync(target.Name, ColumnsOf(head, target), RuleOf(target), [], cancellationToken);
    }

    private static SchemaRule RuleOf(DatasetTarget target) => target.IsEvolving ? SchemaRule.Evolve : SchemaRule.Same;

    /// <summary>
    /// The columns of the rows as the dataset has them: those that are added are matched by name, and read as its types where these hold them.
    /// </summary>
    private IReadOnlyList<DatasetColumn> ColumnsOf(StatementHead head, DatasetTarget target) =>
        target.Mode == CommitMode.Append && catalog.Find(target.Name) is { Columns.Count: > 0 } dataset
            ? SchemaFit.Of(ColumnsOf(head), dataset.Columns)
            : ColumnsOf(head);

    /// <summary>The versions that a statement has read.</summary>
    public static IReadOnlyList<SourceVersion> SourcesOf(StatementHead head) => [.. head.Datasets.Select(d => new SourceVersion(d.Name, d.Version))];

    /// <summary>The columns of a statement.</summary>
    public static IReadOnlyList<DatasetColumn> ColumnsOf(StatementHead head) => [.. head.Columns.Select(c => new DatasetColumn(c.Name, c.Type))];

    /// <summary>
    /// The version of the target that the query itself has read: what it computes from that must not replace what another writer has committed since.
    /// </summary>
    private static long? VersionRead(StatementHead head, DatasetTarget target)
    {
        var isRead = target.Mode == CommitMode.Replace && head.Newest.Contains(target.Name.Value);
        return isRead ? head.Datasets.Where(d => d.Name == target.Name.Value).Max(d => d.Version) : null;
    }
}
