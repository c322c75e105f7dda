namespace Lakehouse.Vector;

/// <summary>Reads items out of a dataset. Implemented by whoever knows datasets; this module does not.</summary>
public interface IVectorSource
{
    /// <summary>The rows of the newest version of the dataset, in its order, one item a row; null for a row whose vector is NULL.</summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException">As a query of the dataset.</exception>
    IAsyncEnumerable<VectorItem?> ReadAsync(VectorImport import, CancellationToken cancellationToken);
}
