using Microsoft.Extensions.Logging;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// <c>data_dir/tmp</c>. Each process has a folder there with a locked file in it. The lock is released when the process ends, however it ends, so a start can
/// tell the folders of killed processes from folders in use.
/// </summary>
internal sealed partial class ScratchSpace : IScratchSpace, IDisposable
{
    private const string LockName = "lock";
    private const int StartsAtOnceMax = 20;

    private readonly string _own;
    private readonly FileStream _lock;
    private readonly ILogger<ScratchSpace> _logger;

    public ScratchSpace(StorageOptions options, ILogger<ScratchSpace> logger)
    {
        _logger = logger;
        var root = Path.Combine(options.DataDirectory, "tmp");
        try
        {
            Directory.CreateDirectory(root);
            (_own, _lock) = MakeOwn(root);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }

        foreach (var other in Directory.EnumerateDirectories(root))
        {
            RemoveIfAbandoned(other);
        }
    }

    public IScratchFolder Create()
    {
        var path = Path.Combine(_own, Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }

        return new Folder(path, _logger);
    }

    public void Dispose()
    {
        _lock.Dispose();
        Remove(_own, _logger);
    }

    /// <summary>
    /// Makes the folder of this process. Until its lock is held, another process that starts can take it for abandoned; then another folder is made.
    /// </summary>
    private static (string Folder, FileStream Lock) MakeOwn(string root)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Path.Combine(root, Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, LockName);
            try
            {
                var held = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (File.Exists(path))
                {
                    return (folder, held);
                }

                held.Dispose(); // the other process had the lock first, and has removed the folder
            }
            catch (IOException) when (attempt < StartsAtOnceMax)
            {
                // The other process holds the lock, and removes the folder.
            }
        }
    }

    private void RemoveIfAbandoned(string folder)
    {
        if (folder == _own)
        {
            return;
        }

        try
        {
            using (new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                // While the lock is held, so that a process which is just starting there cannot take the lock and lose its folder.
                if (!OperatingSystem.IsWindows())
                {
                    LogAbandoned(folder);
                    Remove(folder, _logger);
                    return;
                }
            }
        }
        catch (FileNotFoundException)
        {
            // No lock file: the folder is half removed, or, when it is younger than a minute, its process may just be starting.
            if (File.GetLastWriteTimeUtc(_lock.Name) - Directory.GetLastWriteTimeUtc(folder) < TimeSpan.FromMinutes(1))
            {
                return;
            }
        }
        catch (Exception inUse) when (FileSystemErrors.Is(inUse))
        {
            return;
        }

        LogAbandoned(folder);
        Remove(folder, _logger);
    }

    private static void Remove(string path, ILogger logger)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Already removed by another process.
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            LogRemaining(logger, error, path);
        }
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Removing the temporary files that an ended process left in {Folder}")]
    private partial void LogAbandoned(string folder);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "The temporary folder {Folder} could not be removed; the next start tries again")]
    private static partial void LogRemaining(ILogger logger, Exception error, string folder);

    private sealed class Folder(string path, ILogger logger) : IScratchFolder
    {
        public string Path => path;

        public void Dispose() => Remove(path, logger);
    }
}
