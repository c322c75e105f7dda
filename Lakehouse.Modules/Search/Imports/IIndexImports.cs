using Lakehouse.Core.Errors;
using Lakehouse.Vector;

namespace Lakehouse.Search;

/// <summary>Brings the rows of datasets into vector indexes. Thread-safe.</summary>
public interface IIndexImports
{
    /// <summary>
    /// Starts an import, which goes on by itself, across restarts, until the index holds the rows of the dataset's newest version and no others. The index is
    /// created where there is none. Rows whose text and metadata have not changed are not embedded again.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_import</c> (<see cref="ErrorKind.InvalidInput"/>), <c>dataset_not_found</c> (<see cref="ErrorKind.NotFound"/>); <c>import_running</c>,
    /// <c>index_not_empty</c>,
    /// <c>model_differs</c> (<see cref="ErrorKind.Conflict"/>); and the errors of the embedder.
    /// </exception>
    Task<ImportStatus> StartAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken);

    /// <summary>Adds the rows of a dataset that hold vectors, at once, to whatever the index holds.</summary>
    /// <exception cref="LakehouseException">As a query of the dataset, and as an add.</exception>
    Task<DirectImportResult> AddVectorsAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken);

    /// <summary>How the import of an index stands.</summary>
    /// <exception cref="LakehouseException"><c>import_not_found</c> (<see cref="ErrorKind.NotFound"/>): nothing was imported.</exception>
    ImportStatus Show(IndexName index);

    /// <summary>Ends the import of an index and its following of the dataset: from then on its items are its own.</summary>
    /// <exception cref="LakehouseException">As <see cref="Show"/>.</exception>
    Task StopAsync(IndexName index, CancellationToken cancellationToken);
}
