using Lakehouse.Core.Configuration;
using Lakehouse.Core.Names;

namespace Lakehouse.Storage.Internal;

/// <summary>A bucket of a process that only reads: whatever would write throws <c>reader_only</c>, so that no module can write by mistake.</summary>
internal sealed class ReadOnlyStore(IObjectStore store, LakeOptions lake) : IObjectStore
{
    public string LocalFolder => store.LocalFolder;

    public bool IsInPlace => store.IsInPlace;

    public Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken) => throw lake.ReaderOnly();

    public Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw lake.ReaderOnly();

    public Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken) => throw lake.ReaderOnly();

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => throw lake.ReaderOnly();

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken) => throw lake.ReaderOnly();

    public Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken) => store.FindAsync(key, cancellationToken);

    public Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => store.OpenAsync(key, cancellationToken);

    public Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, startAfter, countMax, cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<ObjectInfo>> ListPagesAsync(
        string prefix, string startAfter = "", CancellationToken cancellationToken = default) =>
        store.ListPagesAsync(prefix, startAfter, cancellationToken);

    public Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken) =>
        store.LocalizeAsync(key, expected, cancellationToken);

    public string AddressOf(ObjectKey key) => store.AddressOf(key);
}
