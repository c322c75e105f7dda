using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Catalog;

/// <summary>
/// The datasets and views of the lake. A view is a dataset that has a query instead of rows: it has versions, a history and a name that no dataset has. Reads
/// are from memory and never wait. Thread-safe.
/// </summary>
public interface ICatalog
{
    /// <summary>Raised after the newest version of a dataset or view has changed, also by another process. Handlers must return at once.</summary>
    event EventHandler? Changed;

    /// <summary>The newest version known to this process, or null.</summary>
    Manifest? Find(DatasetName name);

    /// <summary>The newest version of the dataset whose name equals <paramref name="name"/> when case is ignored, or null. Names in SQL ignore case.</summary>
    Manifest? FindIgnoringCase(string name);

    /// <summary>The newest version of every dataset, ordered by name, but for those that the program fills itself.</summary>
    IReadOnlyList<Manifest> List();

    /// <summary>
    /// The newest version of every dataset that the program fills itself (<see cref="DatasetName.OfProgram"/>). Clients know them as tables of the schema
    /// <c>lakehouse</c> alone.
    /// </summary>
    IReadOnlyList<Manifest> ListOfProgram();

    /// <summary>The newest version of the view whose name equals <paramref name="name"/> when case is ignored, or null.</summary>
    Manifest? FindView(string name);

    /// <summary>The newest version of every view, ordered by name.</summary>
    IReadOnlyList<Manifest> ListViews();

    /// <summary>The newest version of every dataset that is made of others by a statement, ordered by name. Costs nothing where there is none.</summary>
    IReadOnlyList<Manifest> ListDerived();

    /// <summary>The names of datasets and views that were dropped and have versions left, in order.</summary>
    IReadOnlyList<DatasetName> ListDropped();

    /// <summary>
    /// Commits a new version, unless the newest one has the same content. Commits of one dataset are linear, also across processes that share the bucket: each
    /// sees the one before it. When the call has returned, the version survives a crash.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>schema_conflict</c> (<see cref="ErrorKind.Conflict"/>): the dataset has another schema; the message lists the columns that differ.
    /// <c>name_conflict</c> (Conflict): another dataset's name differs only in case, or there is a view of that name.
    /// <c>dataset_derived</c> (Conflict): the dataset is derived, and the commit has no definition; or it has one, and the dataset is not derived.
    /// <c>version_conflict</c> (Conflict): the newest version is not the expected one.
    /// <c>idempotency_key_used</c> (Conflict): the dataset has answered another request of this key.
    /// <c>object_not_found</c> (<see cref="ErrorKind.InvalidInput"/>): a data file is not in the bucket.
    /// </exception>
    Task<CommitResult> CommitAsync(DatasetCommit commit, CancellationToken cancellationToken);

    /// <summary>Commits a new version of a view, unless the newest one has the same query and columns.</summary>
    /// <param name="name">The view, new or existing.</param>
    /// <param name="definition">Its query.</param>
    /// <param name="columns">The columns of its query.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>name_conflict</c> (<see cref="ErrorKind.Conflict"/>): there is a dataset of that name.</exception>
    Task<CommitResult> CommitViewAsync(
        DatasetName name, DatasetDefinition definition, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken);

    /// <summary>Drops a view, as <see cref="DropAsync"/> drops a dataset.</summary>
    /// <exception cref="LakehouseException"><c>view_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Task<Manifest> DropViewAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>
    /// Drops a dataset by committing a version that marks it as dropped. Running queries can finish: manifests and data files are removed later, by
    /// <see cref="IGarbageCollector"/>.
    /// </summary>
    /// <returns>The version that marks the dataset as dropped.</returns>
    /// <exception cref="LakehouseException"><c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Task<Manifest> DropAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>Plans a commit, before its data files are stored.</summary>
    /// <param name="name">The dataset, new or existing.</param>
    /// <param name="columns">In order, one or more.</param>
    /// <param name="schema">What becomes of the dataset's columns where these are others.</param>
    /// <param name="hashes">The SHA-256 of each data file to come, lower-case hex, in the order of the rows.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException"><c>schema_conflict</c>, <c>name_conflict</c>, as of <see cref="CommitAsync"/>.</exception>
    Task<CommitPlan> PlanAsync(
        DatasetName name, IReadOnlyList<DatasetColumn> columns, SchemaRule schema, IReadOnlyList<string> hashes, CancellationToken cancellationToken);

    /// <summary>Reads what other processes have committed. A manifest that cannot be read is logged and skipped.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Reads what other processes have committed of one dataset.</summary>
    Task RefreshAsync(DatasetName name, CancellationToken cancellationToken);
}
