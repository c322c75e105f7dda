using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;

namespace Lakehouse.Storage.Internal.S3;

/// <summary>
/// Copies of immutable objects in a folder, for an engine that reads files. An object is fetched once, however many callers ask for it at the same time. When
/// the folder reaches its bound, the least recently used copies are removed, but never one in use. Copies survive a restart. The length of a copy is compared
/// with the manifest at each use, and its SHA-256 at the first use by a process that found it; a copy that differs is fetched again.
/// </summary>
internal sealed class LocalCopies
{
    private const int CopyBytes = 256 * 1024;
    private const string TemporaryPrefix = "tmp-";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Copy> _copies = new(StringComparer.Ordinal);
    private readonly long _sizeBytesMax;
    private readonly IJournal? _journal;
    private long _sizeBytes;
    private long _clock;

    public LocalCopies(string folder, long sizeBytesMax, IJournal? journal = null)
    {
        _journal = journal;
        _sizeBytesMax = sizeBytesMax;
        Folder = folder;
        try
        {
            Directory.CreateDirectory(folder);
            Load();
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    /// <summary>The folder of the copies.</summary>
    public string Folder { get; }

    /// <summary>The bytes of all copies.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate)
            {
                return _sizeBytes;
            }
        }
    }

    /// <summary>Returns a copy of an object, and fetches it if there is none. Null when the object does not exist.</summary>
    /// <exception cref="LakehouseException">
    /// <c>object_damaged</c> (<see cref="ErrorKind.Damaged"/>): the object is not what the manifest says; <c>cache_full</c>
    /// (<see cref="ErrorKind.InsufficientStorage"/>).
    /// </exception>
    public async Task<ILocalFile?> GetAsync(
        ObjectKey key, ContentHash? expected, Func<ObjectKey, CancellationToken, Task<ObjectContent?>> open, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        while (true)
        {
            Copy copy;
            TaskCompletionSource<bool>? fetching = null;
            lock (_gate)
            {
                if (!_copies.TryGetValue(name, out copy!))
                {
                    fetching = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                    copy = _copies[name] = new Copy { Ready = fetching.Task };
                }

                copy.UseCount++;
                copy.LastUse = ++_clock;
            }

            try
            {
                if (fetching is not null)
                {
                    // The fetch goes on when this caller is cancelled: others may wait for it.
                    _ = FetchAsync(key, name, copy, expected, open, fetching);
                }

                if (!await copy.Ready.WaitAsync(cancellationToken))
                {
                    Release(copy);
                    return null;
                }

                if (await IsGoodAsync(name, copy, expected, cancellationToken))
                {
                    return new Lease(this, copy, PathOf(name));
                }
            }
            catch
            {
                Release(copy);
                throw;
            }

            Forget(name, copy);
            Release(copy);
        }
    }

    /// <summary>Keeps a copy of a local file that was just stored as an object. Does nothing when there is no room or the file cannot be copied.</summary>
    public void Take(ObjectKey key, string path, long sizeBytes)
    {
        var name = NameOf(key);
        var taking = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var copy = new Copy { Ready = taking.Task, SizeBytes = sizeBytes, IsVerified = true };
        lock (_gate)
        {
            if (_copies.ContainsKey(name) || !TryMakeRoom(sizeBytes))
            {
                return;
            }

            copy.LastUse = ++_clock;
            _copies[name] = copy;
            _sizeBytes += sizeBytes;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            File.Copy(path, Temporary(name), overwrite: true);
            File.Move(Temporary(name), PathOf(name), overwrite: true);
            taking.SetResult(true);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            // The object itself is stored, so a query can fetch it. A query that waits for this copy finds no file and fetches the object.
            Forget(name, copy);
            Leftovers.Delete(Temporary(name));
            taking.SetResult(true);
        }
    }

    /// <summary>Removes the copy of a deleted object. A copy in use stays, and is removed later as the least recently used.</summary>
    public void Drop(ObjectKey key)
    {
        var name = NameOf(key);
        lock (_gate)
        {
            if (_copies.TryGetValue(name, out var copy) && copy.UseCount == 0 && copy.Ready.IsCompletedSuccessfully)
            {
                Remove(name, copy);
            }
        }
    }

    private static string NameOf(ObjectKey key)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Value)));
        return $"{hash[..2]}/{hash}";
    }

    private string PathOf(string name) => Path.Combine(Folder, name);

    private string Temporary(string name) => Path.Combine(Folder, TemporaryPrefix + Path.GetFileName(name));

    /// <summary>Loads the copies of an earlier process in the order of their file times, and deletes its unfinished ones.</summary>
    private void Load()
    {
        foreach (var half in Directory.EnumerateFiles(Folder, TemporaryPrefix + "*"))
        {
            File.Delete(half);
        }

        var files =
            Directory.EnumerateDirectories(Folder).SelectMany(Directory.EnumerateFiles).Select(path => new FileInfo(path))
                .OrderBy(file => file.LastWriteTimeUtc);
        foreach (var file in files)
        {
            _copies[$"{file.Directory!.Name}/{file.Name}"] = new Copy { Ready = Task.FromResult(true), SizeBytes = file.Length, LastUse = ++_clock };
            _sizeBytes += file.Length;
        }

        TryMakeRoom(0);
    }

    /// <summary>Whether a copy matches what is expected. Its bytes are hashed at most once by a process.</summary>
    private async Task<bool> IsGoodAsync(string name, Copy copy, ContentHash? expected, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(name));
        if (!file.Exists || file.Length != (expected?.SizeBytes ?? copy.SizeBytes))
        {
            return false;
        }

        if (copy.IsVerified || expected?.Sha256 is null)
        {
            return true;
        }

        await using var content = new FileStream(
            file.FullName,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.SequentialScan);
        copy.IsVerified = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) == expected.Sha256;
        return copy.IsVerified;
    }

    /// <summary>Fetches an object, and completes the task that callers wait for. Never throws.</summary>
    private async Task FetchAsync(
        ObjectKey key,
        string name,
        Copy copy,
        ContentHash? expected,
        Func<ObjectKey, CancellationToken, Task<ObjectContent?>> open,
        TaskCompletionSource<bool> fetching)
    {
        try
        {
            if (await open(key, CancellationToken.None) is not { } content)
            {
                lock (_gate)
                {
                    _copies.Remove(name);
                }

                fetching.SetResult(false);
                return;
            }

            await using var stream = content.Stream;
            Reserve(copy, content.Info.SizeBytes);
            await StoreAsync(key, name, stream, content.Info.SizeBytes, expected);
            copy.IsVerified = true;
            fetching.SetResult(true);
        }
        catch (Exception error)
        {
            Forget(name, copy);
            Leftovers.Delete(Temporary(name));
            fetching.SetException(FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error);
            _ = fetching.Task.Exception;
        }
    }

    private async Task StoreAsync(ObjectKey key, string name, Stream stream, long sizeBytes, ContentHash? expected)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size = 0;
        await using (var file = new FileStream(Temporary(name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
        {
            var buffer = new byte[CopyBytes];
            while (await stream.ReadAsync(buffer) is var count and > 0)
            {
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count));
                size += count;
            }
        }

        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (size != sizeBytes || (expected is not null && (size != expected.SizeBytes || (expected.Sha256 is { } wanted && wanted != found))))
        {
            var damaged = new LakehouseException(
                ErrorKind.Damaged,
                "object_damaged",
                $"The object '{key}' is not what its manifest says: it has {size} bytes and the SHA-256 {found}. Restore it from a copy.");
            _journal?.Record(damaged.Code, key.Value, damaged.Message);
            throw damaged;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.Move(Temporary(name), PathOf(name), overwrite: true);
    }

    private void Reserve(Copy copy, long sizeBytes)
    {
        lock (_gate)
        {
            if (!TryMakeRoom(sizeBytes))
            {
                throw new LakehouseException(
                    ErrorKind.InsufficientStorage,
                    "cache_full",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The local copies in use leave no room for {sizeBytes} bytes more; {ByteSize.Format(_sizeBytesMax)} are allowed "
                        + $"(storage.cache_bytes). Raise it, or query less at once."));
            }

            copy.SizeBytes = sizeBytes;
            _sizeBytes += sizeBytes;
        }
    }

    /// <summary>
    /// Removes the least recently used copies until <paramref name="sizeBytes"/> more fit. False when they do not fit. The caller holds the lock.
    /// </summary>
    private bool TryMakeRoom(long sizeBytes)
    {
        if (_sizeBytes + sizeBytes <= _sizeBytesMax)
        {
            return true;
        }

        foreach (var (name, copy) in _copies.Where(c => c.Value is { UseCount: 0, Ready.IsCompletedSuccessfully: true }).OrderBy(c => c.Value.LastUse).ToList())
        {
            Remove(name, copy);
            if (_sizeBytes + sizeBytes <= _sizeBytesMax)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes a copy that is not valid. Readers that have opened its file can go on reading it.</summary>
    private void Forget(string name, Copy copy)
    {
        lock (_gate)
        {
            if (_copies.TryGetValue(name, out var current) && ReferenceEquals(current, copy))
            {
                Remove(name, copy);
            }
        }
    }

    /// <summary>Removes a copy and its file. A file that cannot be deleted now is found and counted by the next start. The caller holds the lock.</summary>
    private void Remove(string name, Copy copy)
    {
        _copies.Remove(name);
        _sizeBytes -= copy.SizeBytes;
        Leftovers.Delete(PathOf(name));
    }

    private void Release(Copy copy)
    {
        lock (_gate)
        {
            copy.UseCount--;
        }
    }

    /// <summary>A copy that exists or is being fetched. Its members are protected by the lock, except <see cref="Ready"/>.</summary>
    private sealed class Copy
    {
        /// <summary>Completes when the fetch has ended: with true when the copy exists, with false when its object does not.</summary>
        public required Task<bool> Ready { get; init; }

        public long SizeBytes { get; set; }

        public long LastUse { get; set; }

        public int UseCount { get; set; }

        public bool IsVerified { get; set; }
    }

    private sealed class Lease(LocalCopies owner, Copy copy, string path) : ILocalFile
    {
        private Copy? _copy = copy;

        public string Path => path;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _copy, null) is { } held)
            {
                owner.Release(held);
            }
        }
    }
}
