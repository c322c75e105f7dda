using System.Runtime.CompilerServices;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Microsoft.Win32.SafeHandles;

namespace Lakehouse.Storage.Internal;

/// <summary>
/// A bucket in a folder. A write goes to a temporary file in the target's folder; the file is flushed and renamed, and then the folder is flushed. When folders
/// are created, their parents are flushed. Several processes may share the bucket: renames and links are atomic.
/// </summary>
internal sealed class FileObjectStore : IObjectStore
{
    private static readonly EnumerationOptions AllFolders = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly IJournal? _journal;
    private readonly ObjectClock _clock = new();

    /// <summary>Opens the bucket in a folder, and creates the folder if it does not exist.</summary>
    public FileObjectStore(string folder, TimeProvider time, IJournal? journal = null)
    {
        _journal = journal;
        _time = time;
        _root = folder;
        try
        {
            Directory.CreateDirectory(_root);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    public string LocalFolder => _root;

    public bool IsInPlace => true;

    public string AddressOf(ObjectKey key) => $"file://{PathOf(key)}";

    public Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var target = PathOf(key);
        var temporary = Temporary(target);
        try
        {
            using (var file = Create(temporary))
            {
                await new UploadCopy(content, file, sizeBytesMax).RunAsync(cancellationToken);
                await SealAsync(file, cancellationToken);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Leftovers.Delete(temporary);
            throw;
        }

        Posix.FlushFolder(Path.GetDirectoryName(target)!);
        return Describe(key, new FileInfo(target));
    });

    public Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var target = PathOf(key);
        var temporary = Temporary(target);
        try
        {
            using (var file = Create(temporary))
            {
                RandomAccess.Write(file, content.Span, 0);
                await SealAsync(file, cancellationToken);
            }

            return Link(key, temporary, target);
        }
        finally
        {
            Leftovers.Delete(temporary);
        }
    });

    public Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var target = PathOf(key);
        using (var file = File.OpenHandle(scratchPath, FileMode.Open, FileAccess.ReadWrite))
        {
            await SealAsync(file, cancellationToken);
        }

        ObjectInfo? created;
        try
        {
            created = WithFolder(target, () => Link(key, scratchPath, target));
        }
        catch (IOException error) when (Posix.IsOtherFileSystem(error))
        {
            created = await CopyAsync(key, scratchPath, target, cancellationToken);
        }

        File.Delete(scratchPath);
        return created ?? Describe(key, new FileInfo(target));
    });

    public Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var file = new FileInfo(PathOf(key));
        return Task.FromResult(IsObject(file) ? Describe(key, file) : null);
    });

    public Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var path = PathOf(key);
        if (!IsObject(new FileInfo(path)))
        {
            return Task.FromResult<ObjectContent?>(null);
        }

        FileStream stream;
        try
        {
            // Without the buffer of FileStream, which would only add a copy: objects are read in large pieces.
            stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<ObjectContent?>(null);
        }

        // The time of the open file, not of the path: another write of the key may already have replaced the file there.
        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        return Task.FromResult<ObjectContent?>(new ObjectContent(Describe(key, stream.Length, modified), stream));
    });

    public Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        using var walk = Walk(prefix, startAfter, cancellationToken).GetEnumerator();
        return Task.FromResult(new ObjectPage(Take(walk, countMax), IsTruncated: walk.MoveNext()));
    });

    /// <summary>Walks the folders once for all pages.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ObjectInfo>> ListPagesAsync(
        string prefix, string startAfter = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var walk = Walk(prefix, startAfter, cancellationToken).GetEnumerator();
        while (await GuardAsync(() => Task.FromResult(Take(walk, ObjectListing.PageSize))) is { Count: > 0 } page)
        {
            yield return page;
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var path = PathOf(key);
        var folder = Path.GetDirectoryName(path)!;
        if (!File.Exists(path))
        {
            return Task.FromResult(true);
        }

        try
        {
            File.Delete(path);
            Posix.FlushFolder(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return Task.FromResult(true); // another process has deleted it too, and its folder, which was empty then
        }

        RemoveEmptyFolders(folder);
        return Task.FromResult(true);
    });

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var count = 0;
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles(KeyPath.TemporaryPrefix + "*", AllFolders))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc >= begunBefore.UtcDateTime)
            {
                continue;
            }

            count++;
            if (!isDryRun)
            {
                Leftovers.Delete(file.FullName);
                RemoveEmptyFolders(file.DirectoryName!);
            }
        }

        return Task.FromResult(count);
    });

    public Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var path = PathOf(key);
        return Task.FromResult<ILocalFile?>(IsObject(new FileInfo(path)) ? new PlaceFile(path) : null);
    });

    private IEnumerable<ObjectInfo> Walk(string prefix, string startAfter, CancellationToken cancellationToken)
    {
        foreach (var (key, file) in new FileLister(_root, prefix, startAfter).Enumerate())
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Refresh(); // of a large folder, minutes may have passed since it was read
            if (IsObject(file) && ObjectKey.TryParse(key, out var objectKey, out _))
            {
                yield return Describe(objectKey, file); // others were deleted since the folder was read, or put there by other means
            }
        }
    }

    /// <summary>Whether it is a file. What else may be in the folder, such as a named pipe, has no bytes.</summary>
    private static bool IsObject(FileInfo file) => file.Exists && (file.Length > 0 || !Posix.IsSpecial(file.FullName));

    private static List<ObjectInfo> Take(IEnumerator<ObjectInfo> walk, int countMax)
    {
        var page = new List<ObjectInfo>();
        while (page.Count < countMax && walk.MoveNext())
        {
            page.Add(walk.Current);
        }

        return page;
    }

    /// <summary>
    /// The path of a key. The rules of <see cref="ObjectKey"/> keep the path inside the root, but a symbolic link below the root could lead out of it. So no
    /// step of the path may be a symbolic link; the root itself may be one.
    /// </summary>
    private string PathOf(ObjectKey key)
    {
        var path = _root;
        foreach (var name in KeyPath.Encode(key.Value).Split('/'))
        {
            path = Path.Combine(path, name);
            var step = new FileInfo(path);
            if (step.LinkTarget is not null)
            {
                throw new LakehouseException(ErrorKind.Forbidden, "key_leaves_bucket", "The object key is refused: a symbolic link is on its path.");
            }
        }

        return path;
    }

    private static string Temporary(string target) =>
        Path.Combine(Path.GetDirectoryName(target)!, KeyPath.TemporaryPrefix + Guid.NewGuid().ToString("N"));

    /// <summary>Creates the file and the folders above it. Retries when a concurrent delete has removed one of the folders because it was empty.</summary>
    private SafeFileHandle Create(string path) => WithFolder(path, () => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write));

    /// <summary>Does something with a path in a folder that is there, and again where a concurrent delete has removed the folder meanwhile.</summary>
    private T WithFolder<T>(string path, Func<T> action)
    {
        const int attempts = 100;
        var folder = Path.GetDirectoryName(path)!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                MakeFolder(folder);
                return action();
            }
            catch (IOException raced) when (attempt < attempts && (raced is DirectoryNotFoundException or FileNotFoundException || !Directory.Exists(folder)))
            {
                // The next attempt makes the folder again.
            }
        }
    }

    private void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        if (folder.Length > _root.Length)
        {
            MakeFolder(parent);
        }

        Directory.CreateDirectory(folder);
        Posix.FlushFolder(parent);
    }

    private void RemoveEmptyFolders(string folder)
    {
        try
        {
            while (folder.Length > _root.Length && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (Exception raced) when (FileSystemErrors.Is(raced))
        {
            // A put has just used the folder, or another delete has removed it: nothing is left to do in both cases.
        }
    }

    /// <summary>Puts a file of another file system into the bucket, if the key is free.</summary>
    private async Task<ObjectInfo?> CopyAsync(ObjectKey key, string source, string target, CancellationToken cancellationToken)
    {
        var temporary = Temporary(target);
        try
        {
            await using (var content = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan))
            using (var file = Create(temporary))
            {
                await new UploadCopy(content, file, content.Length).RunAsync(cancellationToken);
                await SealAsync(file, cancellationToken);
            }

            return Link(key, temporary, target);
        }
        finally
        {
            Leftovers.Delete(temporary);
        }
    }

    /// <summary>Sets a unique time on the file, which becomes part of the ETag, and flushes the file to the disk.</summary>
    private Task SealAsync(SafeFileHandle file, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            File.SetLastWriteTimeUtc(file, _clock.Next(_time.GetUtcNow()));
            RandomAccess.FlushToDisk(file);
        },
        cancellationToken);

    private static ObjectInfo? Link(ObjectKey key, string source, string target)
    {
        // Before, because another process may delete the object as soon as it is there.
        var info = Describe(key, new FileInfo(source));
        if (!Posix.TryLink(source, target))
        {
            return null;
        }

        Posix.FlushFolder(Path.GetDirectoryName(target)!);
        return info;
    }

    private static ObjectInfo Describe(ObjectKey key, FileInfo file) => Describe(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));

    private static ObjectInfo Describe(ObjectKey key, long sizeBytes, DateTimeOffset modified) =>
        new(key, sizeBytes, modified, $"{modified.UtcTicks:x}-{sizeBytes:x}");

    private async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            var told = FileSystemErrors.Translate(error);
            _journal?.Record(told.Code, "data_dir", told.Message);
            throw told;
        }
    }
}
