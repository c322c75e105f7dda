namespace Lakehouse.Storage;

/// <summary>
/// Temporary folders for files that will be put into the bucket. They are in the data folder: a finished file is linked into a bucket of the same file system
/// without a copy.
/// </summary>
public interface IScratchSpace
{
    /// <summary>
    /// Makes an empty folder, which is removed with its content when it is disposed of. The next start removes the folders of a killed process.
    /// </summary>
    IScratchFolder Create();
}
