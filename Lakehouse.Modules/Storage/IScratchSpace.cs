namespace Lakehouse.Storage;

/// <summary>
/// Temporary folders for files that will be put into the bucket. On the file system of the data folder, so that a finished file can be linked into the bucket.
/// </summary>
public interface IScratchSpace
{
    /// <summary>
    /// Makes an empty folder, which is removed with its content when it is disposed of. The next start removes the folders of a killed process.
    /// </summary>
    IScratchFolder Create();
}
