using Lakehouse.Catalog;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>Opens <see cref="RowFileWriter"/>s.</summary>
internal sealed class RowFiles(IObjectStore store, IScratchSpace scratch, ICatalog catalog, IDatasetRows rows) : IRowFiles
{
    public IRowFileWriter Open(IReadOnlyList<RowColumn> columns, long memoryBytes) =>
        new RowFileWriter(store, scratch, catalog, rows, columns, memoryBytes);
}
