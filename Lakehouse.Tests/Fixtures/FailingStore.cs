using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A store in which one call fails, or all calls from the n-th on, as on a broken disk, until it is repaired.</summary>
public sealed class FailingStore(IObjectStore store) : IObjectStore
{
    private int _left = int.MaxValue;
    private int _failuresMax = int.MaxValue;
    private int _failureCount;

    /// <summary>How many calls have failed.</summary>
    public int FailureCount => Volatile.Read(ref _failureCount);

    public string AddressOf(ObjectKey key) => store.AddressOf(key);

    public string LocalFolder => store.LocalFolder;

    public bool IsInPlace => store.IsInPlace;

    /// <summary>Lets this many calls succeed from now on; later ones fail.</summary>
    public void FailAfter(int callCount) => Fail(callCount, int.MaxValue);

    /// <summary>Lets only the n-th call from now on fail, counted from 1.</summary>
    public void FailOnly(int call) => Fail(call - 1, 1);

    public void Mend() => FailAfter(int.MaxValue);

    public Task<ObjectInfo> PutAsync(ObjectKey key, Stream content, long sizeBytesMax, CancellationToken cancellationToken) =>
        Try(() => store.PutAsync(key, content, sizeBytesMax, cancellationToken));

    public Task<ObjectInfo?> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Try(() => store.PutIfAbsentAsync(key, content, cancellationToken));

    public Task<ObjectInfo> ImportAsync(ObjectKey key, string scratchPath, CancellationToken cancellationToken) =>
        Try(() => store.ImportAsync(key, scratchPath, cancellationToken));

    public Task<ObjectInfo?> FindAsync(ObjectKey key, CancellationToken cancellationToken) => Try(() => store.FindAsync(key, cancellationToken));

    public Task<ObjectContent?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => Try(() => store.OpenAsync(key, cancellationToken));

    public Task<ObjectPage> ListAsync(string prefix, string startAfter, int countMax, CancellationToken cancellationToken) =>
        Try(() => store.ListAsync(prefix, startAfter, countMax, cancellationToken));

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => Try(async () =>
    {
        await store.DeleteAsync(key, cancellationToken);
        return true;
    });

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset begunBefore, bool isDryRun, CancellationToken cancellationToken) =>
        Try(() => store.RemoveUnfinishedAsync(begunBefore, isDryRun, cancellationToken));

    public Task<ILocalFile?> LocalizeAsync(ObjectKey key, ContentHash? expected, CancellationToken cancellationToken) =>
        Try(() => store.LocalizeAsync(key, expected, cancellationToken));

    private void Fail(int callsBefore, int failuresMax)
    {
        Volatile.Write(ref _failuresMax, failuresMax);
        Volatile.Write(ref _left, callsBefore);
    }

    private Task<T> Try<T>(Func<Task<T>> call) => Interlocked.Decrement(ref _left) is var left && (left >= 0 || -left > Volatile.Read(ref _failuresMax))
        ? call()
        : throw Full();

    private LakehouseException Full()
    {
        Interlocked.Increment(ref _failureCount);
        return new LakehouseException(ErrorKind.InsufficientStorage, "disk_full", "The disk of the test is full.");
    }
}
