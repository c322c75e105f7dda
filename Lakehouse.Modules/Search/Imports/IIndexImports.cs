using Lakehouse.Core.Errors;
using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>Imports the rows of datasets into vector indexes. Thread-safe.</summary>
public interface IIndexImports
{
    /// <summary>
    /// Starts an import, which runs in the background and across restarts until the index holds exactly the rows of the dataset's newest version. The index is
    /// created if it does not exist. Rows whose text has not changed are not embedded again.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_import</c> (<see cref="ErrorKind.InvalidInput"/>), <c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>); <c>import_running</c>,
    /// <c>index_not_empty</c>, <c>model_differs</c> (<see cref="ErrorKind.Conflict"/>); and the errors of the embedder.
    /// </exception>
    Task<ImportStatus> StartAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken);

    /// <summary>Adds the rows of a dataset that have vectors to the items of the index, and returns when all are added.</summary>
    /// <exception cref="LakehouseException">The errors of a query of the dataset and of an add.</exception>
    Task<DirectImportResult> AddVectorsAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken);

    /// <summary>The status of the import of an index.</summary>
    /// <exception cref="LakehouseException"><c>import_not_found</c> (<see cref="ErrorKind.NotFound"/>): nothing was imported.</exception>
    ValueTask<ImportStatus> ShowAsync(IndexName index, CancellationToken cancellationToken);

    /// <summary>Ends the import of an index and detaches the index from the dataset: clients may change its items from then on.</summary>
    /// <exception cref="LakehouseException">As <see cref="ShowAsync"/>.</exception>
    Task StopAsync(IndexName index, CancellationToken cancellationToken);
}
