namespace Lakehouse.Storage.Internal;

/// <summary>Deletes temporary files of failed writes.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Deletes a file if that is possible. Does not throw, so that the caller reports why its write failed. A file that remains is not an object, and is
    /// removed later.
    /// </summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            // The folder does not exist, or the disk fails.
        }
    }
}
