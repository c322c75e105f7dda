namespace Lakehouse.Query.Rows;

/// <summary>Rows that were written as a file and are to be committed. Disposing of it removes the file.</summary>
public interface IRowFile : IDisposable
{
    /// <summary>Its rows.</summary>
    int RowCount { get; }
}
