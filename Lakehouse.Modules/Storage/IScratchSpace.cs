namespace Lakehouse.Storage;

/// <summary>Folders for files on their way into the bucket, on its own file system so that a finished one can be renamed into place.</summary>
public interface IScratchSpace
{
    /// <summary>Makes an empty folder that goes, with all it holds, when it is disposed of. What a killed process left behind goes at the next start.</summary>
    IScratchFolder Create();
}
