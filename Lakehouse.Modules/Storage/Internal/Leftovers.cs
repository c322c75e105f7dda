namespace Lakehouse.Storage.Internal;

/// <summary>Files that a write leaves behind.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Deletes one, if it is there and can be. Why the write failed is what its caller must hear of; what stays is no object, and is cleared away later.
    /// </summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            // Its folder was never made, or the disk fails.
        }
    }
}
