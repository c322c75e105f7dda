using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>
/// A bucket: immutable byte strings by key, as in S3. A reader sees an object whole or not at all. A write that has returned survives a crash of the process
/// and of the machine. Thread-safe. Failures of the store throw <see cref="LakehouseException"/>: of a folder with <see cref="ErrorKind.InsufficientStorage"/>
/// (disk full) or <see cref="ErrorKind.StoreFailed"/>, of an S3 server with <see cref="ErrorKind.Upstream"/> or <see cref="ErrorKind.Timeout"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>Writes an object, and replaces an existing one. When it throws, nothing has changed.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="content">Its bytes, read to the end. The caller owns the stream.</param>
    /// <param name="sizeBytesMax">More bytes than this throw <c>object_too_large</c> (<see cref="ErrorKind.TooLarge"/>).</param>
    /// <param name="cancellationToken">Cancels the write; then nothing has changed.</param>
    Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken);

    /// <summary>Writes an object unless the key exists: of several writers, exactly one succeeds. Null when another writer's object exists.</summary>
    Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Moves a finished file from the scratch space into the bucket, without copying it if possible. For keys that name their content: an object that already
    /// exists under the key is kept.
    /// </summary>
    Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken);

    /// <summary>Null when the object is not there.</summary>
    Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Opens an object. Null when it is not there.</summary>
    Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists the objects whose keys start with <paramref name="prefix"/> and sort after <paramref name="startAfter"/>.</summary>
    /// <param name="prefix">Any text, not only whole segments; empty for all.</param>
    /// <param name="startAfter">Any text; empty from the start.</param>
    /// <param name="countMax">The most objects to return, 1 or more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken);

    /// <summary>
    /// All objects below a prefix, in the order of <see cref="ListAsync"/>, in pages of at most 1,000. Objects that are added or deleted meanwhile may or may
    /// not be included.
    /// </summary>
    /// <param name="prefix">Any text, not only whole segments; empty for all.</param>
    /// <param name="startAfter">Only keys that sort after this one; empty from the start.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    IAsyncEnumerable<IReadOnlyList<ObjectInfo>> ListPagesAsync(string prefix, string startAfter = "", CancellationToken cancellationToken = default) =>
        ObjectListing.ListPagesAsync(this, prefix, startAfter, cancellationToken);

    /// <summary>Deletes an object. Succeeds when the object does not exist.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Removes temporary files and unfinished uploads of writes that began before a time and never finished, because the process was killed or the connection
    /// broke. None of these is visible as an object.
    /// </summary>
    /// <param name="begunBefore">Writes that began later may still be running and are left alone.</param>
    /// <param name="isDryRun">Only counts them, and removes nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The count of unfinished writes.</returns>
    Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken);

    /// <summary>Returns a local file that holds an immutable object, for an engine that reads files. Null when the object does not exist.</summary>
    /// <param name="key">The object.</param>
    /// <param name="expected">The expected size and hash; a copy that differs is fetched again. Null when they are not known.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">
    /// <c>object_damaged</c> (<see cref="ErrorKind.Damaged"/>); <c>cache_full</c> (<see cref="ErrorKind.InsufficientStorage"/>).
    /// </exception>
    Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken);

    /// <summary>Where other programs find an object: <c>s3://bucket/key</c>, or <c>file:///folder/key</c>. The key need not exist.</summary>
    string AddressOf(ObjectKey key);

    /// <summary>The folder below which every path of <see cref="LocalizeAsync"/> lies, absolute.</summary>
    string LocalFolder { get; }

    /// <summary>
    /// True when the files of <see cref="LocalizeAsync"/> are the objects themselves: they exist as long as the objects do, also after <see cref="ILocalFile"/>
    /// is disposed of.
    /// </summary>
    bool IsInPlace { get; }
}
