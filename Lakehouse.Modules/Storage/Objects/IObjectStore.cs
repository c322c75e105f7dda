using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;

namespace Lakehouse.Storage;

/// <summary>
/// A bucket of immutable byte strings by key, as S3 has it. A reader sees an object whole or not at all; a write that has
/// returned survives a crash of the process and of the machine. Thread-safe. Failures of the store itself throw
/// <see cref="LakehouseException"/> with <see cref="ErrorKind.InsufficientStorage"/> (disk full) or <see cref="ErrorKind.StoreFailed"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>Writes an object, replacing what was there. When it throws, nothing has changed.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="content">Its bytes, read to the end. The caller owns the stream.</param>
    /// <param name="sizeBytesMax">More bytes than this throw <c>object_too_large</c> (<see cref="ErrorKind.TooLarge"/>).</param>
    /// <param name="cancellationToken">Gives up; nothing has changed then.</param>
    Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken);

    /// <summary>Writes an object unless the key is taken: of several writers exactly one succeeds. Null: someone else has it.</summary>
    Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a finished file out of the scratch space as an object, without copying it where that can be. For content-addressed keys: a key that is there
    /// already keeps its content.
    /// </summary>
    Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken);

    /// <summary>Null when the object is not there.</summary>
    Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Opens an object. Null when it is not there.</summary>
    Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists the objects whose keys start with <paramref name="prefix"/> and sort after <paramref name="startAfter"/>.</summary>
    /// <param name="prefix">Any text, not only whole segments; empty for all.</param>
    /// <param name="startAfter">Any text; empty from the start.</param>
    /// <param name="countMax">At most so many, 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken);

    /// <summary>Deletes an object. One that is not there is no error.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Clears away what writes that began before a time, and were never finished, have left: a process was killed, or a connection broke for good. None of it
    /// can be seen as an object.
    /// </summary>
    /// <param name="begunBefore">Writes that may be running began later.</param>
    /// <param name="isDryRun">Only counts them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many there were.</returns>
    Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken);

    /// <summary>A file of this machine that holds an object which never changes, for an engine that reads files. Null when the object is not there.</summary>
    /// <param name="key">The object.</param>
    /// <param name="expected">What is known of it; a copy that differs is fetched again. Null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LakehouseException">
    /// <c>object_damaged</c> (<see cref="ErrorKind.Damaged"/>); <c>cache_full</c> (<see cref="ErrorKind.InsufficientStorage"/>).
    /// </exception>
    Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken);

    /// <summary>The folder below which every path of <see cref="LocalizeAsync"/> lies, absolute.</summary>
    string LocalFolder { get; }

    /// <summary>
    /// True when the files of <see cref="LocalizeAsync"/> are the objects themselves, which stay as long as the objects do, whether held or not.
    /// </summary>
    bool IsInPlace { get; }
}
