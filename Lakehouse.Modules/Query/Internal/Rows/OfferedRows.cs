using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>Rows that were written to a file and are to be committed.</summary>
/// <param name="folder">The folder of the file, which is removed with it.</param>
/// <param name="path">The file.</param>
/// <param name="sha256">Its hash, lower-case hex.</param>
/// <param name="rowCount">Its rows.</param>
internal sealed class OfferedRows(IScratchFolder folder, string path, string sha256, int rowCount) : IRowFile
{
    public string Path => path;

    public string Sha256 => sha256;

    public int RowCount => rowCount;

    /// <summary>Tells it from all others, so that it is committed once.</summary>
    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public void Dispose() => folder.Dispose();
}
