using System.Net;
using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Lakehouse.Storage.Internal;
using Lakehouse.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lakehouse.Tests.Integration.Stores;

public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StorageOptions _options;

    public FileObjectStoreTests()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("storage:data_dir", (string?)_folder.Path)]).Build();
        _options = StorageOptions.Read(new SettingsReader(configuration));
        Store = new FileObjectStore(_options.Buckets[0].Folder, TimeProvider.System);
        Other = new FileObjectStore(_options.Buckets[0].Folder, TimeProvider.System);
    }

    protected override IObjectStore Store { get; }

    protected override IObjectStore Other { get; }

    public void Dispose() => _folder.Dispose();

    protected override string ScratchFile(byte[] content)
    {
        var path = _folder.File(Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }

    [Fact]
    public async Task A_bucket_on_another_file_system_than_the_data_folder_takes_files()
    {
        using var bucket = new MemoryFolder();
        await using var host = await LakehouseHost.StartAsync(("storage.buckets.primary.folder", bucket.Path));

        (await host.IngestAsync("t", "a\n1\n")).Status.Should().Be(HttpStatusCode.OK);

        (await host.RowsAsync("FROM t")).Should().Be("[[1]]");
        Directory.GetFiles(Path.Combine(bucket.Path, "datasets"), "*", SearchOption.AllDirectories).Should().ContainSingle().Which.Should().EndWith(".parquet");
    }

    [Fact]
    public async Task What_a_killed_write_left_is_cleared_away_when_it_is_old()
    {
        var now = DateTimeOffset.UtcNow;
        await Store.PutAsync(ObjectKey.Parse("a/object"), new MemoryStream([1]), 10, default);
        foreach (var (name, age) in new[] { ("a/%told", 2), ("b/c/%told", 3), ("a/%tyoung", 0) })
        {
            var path = Path.Combine(Store.LocalFolder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "half");
            File.SetLastWriteTimeUtc(path, now.AddHours(-age).UtcDateTime);
        }

        (await Store.RemoveUnfinishedAsync(now.AddHours(-1), isDryRun: true, default)).Should().Be(2);
        (await Store.RemoveUnfinishedAsync(now.AddHours(-1), isDryRun: false, default)).Should().Be(2);
        (await Store.RemoveUnfinishedAsync(now.AddHours(-1), isDryRun: false, default)).Should().Be(0);
        Directory.EnumerateFileSystemEntries(Store.LocalFolder, "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)
            .Should()
            .Equal("%tyoung", "a", "object%o");
    }

    [SmallDiskFact]
    public async Task On_a_read_only_disk_every_write_says_so_and_reads_go_on()
    {
        using var disk = new SmallDisk("1m");
        var store = new FileObjectStore(Path.Combine(disk.Path, "objects"), TimeProvider.System);
        var (key, other, scratch) = (ObjectKey.Parse("a/b"), ObjectKey.Parse("c"), Path.Combine(disk.Path, "scratch"));
        await store.PutAsync(key, new MemoryStream([1, 2]), 10, default);
        await File.WriteAllBytesAsync(scratch, [3]);
        disk.Remount(isReadOnly: true);
        foreach (var call in new[]
        {
            () => store.PutAsync(key, new MemoryStream([9]), 10, default),
            () => store.PutAsync(other, new MemoryStream([9]), 10, default),
            () => store.PutIfAbsentAsync(other, new byte[] { 9 }, default),
            () => store.ImportAsync(other, scratch, default),
            () => store.DeleteAsync(key, default),
        })
        {
            (await call.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("storage_read_only");
        }

        (await store.FindAsync(key, default))!.SizeBytes.Should().Be(2);
        (await store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Should().ContainSingle();
        await using (var content = (await store.OpenAsync(key, default))!.Stream)
        {
            content.ReadByte().Should().Be(1);
        }

        disk.Remount(isReadOnly: false);
        await store.ImportAsync(other, scratch, default);
        await store.DeleteAsync(key, default);
        (await store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Select(o => o.Key).Should().Equal(other);
    }

    [Theory]
    [InlineData("out/secret.txt")]
    [InlineData("out/new.txt")]
    public async Task A_symbolic_link_below_the_root_leads_nowhere(string key)
    {
        using var outside = new TemporaryFolder();
        await File.WriteAllTextAsync(outside.File("secret.txt"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(Store.LocalFolder, "out"), outside.Path);

        var refused = new[]
        {
            () => Store.OpenAsync(ObjectKey.Parse(key), default),
            () => Store.PutAsync(ObjectKey.Parse(key), new MemoryStream([1]), 10, default),
            () => Store.DeleteAsync(ObjectKey.Parse(key), default),
            () => (Task)Store.LocalizeAsync(ObjectKey.Parse(key), null, default),
        };
        foreach (var call in refused)
        {
            (await call.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("key_leaves_bucket");
        }

        (await Store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Should().BeEmpty();
        Directory.GetFiles(outside.Path).Should().ContainSingle();
        (await File.ReadAllTextAsync(outside.File("secret.txt"))).Should().Be("secret");
    }

    [Fact]
    public async Task A_file_that_is_a_symbolic_link_is_not_read()
    {
        using var outside = new TemporaryFolder();
        await File.WriteAllTextAsync(outside.File("secret.txt"), "secret");
        File.CreateSymbolicLink(Path.Combine(Store.LocalFolder, "link.txt"), outside.File("secret.txt"));

        var open = () => Store.OpenAsync(ObjectKey.Parse("link.txt"), default);
        (await open.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("key_leaves_bucket");
    }

    /// <summary>To open a named pipe would wait for somebody to write into it.</summary>
    [Fact]
    public async Task What_is_no_file_is_no_object()
    {
        await LakehouseProcess.RunCommandAsync(_folder.Path, "mkfifo", [Path.Combine(Store.LocalFolder!, "pipe.csv")]);
        await File.WriteAllTextAsync(Path.Combine(Store.LocalFolder!, "%2e%2e.csv"), "a name that no key is written as");
        await File.WriteAllTextAsync(Path.Combine(Store.LocalFolder!, "empty.csv"), string.Empty);
        var key = ObjectKey.Parse("pipe.csv");
        var patience = TimeSpan.FromSeconds(10);
        (await Task.Run(() => Store.OpenAsync(key, default)).WaitAsync(patience)).Should().BeNull();
        (await Task.Run(() => Store.FindAsync(key, default)).WaitAsync(patience)).Should().BeNull();
        (await Task.Run(() => Store.LocalizeAsync(key, null, default)).WaitAsync(patience)).Should().BeNull();
        (await Store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Select(o => o.Key.Value).Should().Equal("empty.csv");
        await Store.DeleteAsync(key, default);
        Directory.GetFiles(Store.LocalFolder!).Should().HaveCount(2);
    }

    [Fact]
    public async Task What_a_killed_process_left_is_no_object_and_goes_at_the_next_start()
    {
        await Store.PutAsync(ObjectKey.Parse("a/b"), new MemoryStream([1]), 10, default);
        await File.WriteAllTextAsync(Path.Combine(Store.LocalFolder, "a", "%t0123456789"), "half");
        (await Store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Should().ContainSingle();

        var abandoned = Directory.CreateDirectory(Path.Combine(_folder.Path, "tmp", "abandoned"));
        await File.WriteAllTextAsync(Path.Combine(abandoned.FullName, "lock"), "");
        await File.WriteAllTextAsync(Path.Combine(abandoned.FullName, "spool.csv"), "half");
        using var living = new ScratchSpace(_options, NullLogger<ScratchSpace>.Instance);
        using var kept = living.Create();
        using var next = new ScratchSpace(_options, NullLogger<ScratchSpace>.Instance);

        abandoned.Refresh();
        abandoned.Exists.Should().BeFalse();
        Directory.Exists(kept.Path).Should().BeTrue("its process is alive");
    }

    [Fact]
    public void A_full_disk_and_denied_access_have_errors_of_their_own()
    {
        FileSystemErrors.Translate(new IOException("x", 28)).Kind.Should().Be(ErrorKind.InsufficientStorage);
        FileSystemErrors.Translate(new UnauthorizedAccessException()).Code.Should().Be("storage_denied");
        FileSystemErrors.Translate(new IOException("/secret/path")).Message.Should().NotContain("/secret");
    }
}
