using Lakehouse.Storage;

namespace Lakehouse.Host.Cli;

/// <summary>
/// Says that a process has opened a data folder. The system takes it back when the process ends, however it does. Only processes of this machine see it.
/// </summary>
internal static class LakeLock
{
    /// <summary>
    /// Takes the lock; null where another process has it. A folder that cannot be written gives one that locks nothing: what is wrong is told later.
    /// </summary>
    public static IDisposable? TryTake(string dataDirectory)
    {
        try
        {
            Directory.CreateDirectory(dataDirectory);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            return Stream.Null;
        }

        try
        {
            return new FileStream(Path.Combine(dataDirectory, "lake.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            return Stream.Null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
