using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>The tests that every object store must pass.</summary>
public abstract class ObjectStoreContract
{
    protected abstract IObjectStore Store { get; }

    /// <summary>A second store over the same bucket, as another process would have.</summary>
    protected abstract IObjectStore Other { get; }

    /// <summary>True when each write has a different ETag; false when the same content has the same ETag.</summary>
    protected virtual bool EtagsTellWritesApart => true;

    /// <summary>A file with this content that the store may take.</summary>
    protected abstract string ScratchFile(byte[] content);

    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c")]
    [InlineData("Grüße/日本語 🎉")]
    [InlineData("with space+plus%2Fpercent")]
    [InlineData("v1.2/file")]
    [InlineData("%o/%d/%+/%t")]
    [InlineData("con/aux*?|<>:\"\\")]
    public async Task What_is_put_is_got_back(string name)
    {
        var key = ObjectKey.Parse(name);
        var content = Encoding.UTF8.GetBytes("content of " + name);

        var put = await Store.PutAsync(key, new MemoryStream(content), long.MaxValue, default);

        put.SizeBytes.Should().Be(content.Length);
        (await ReadAsync(key)).Should().Equal(content);
        (await Store.FindAsync(key, default)).Should().Be(put);
        (await Other.FindAsync(key, default)).Should().Be(put);
        (await Store.ListAsync(string.Empty, string.Empty, 10, default)).Objects.Should().Equal(put);
        using var local = await Store.LocalizeAsync(key, null, default);
        File.ReadAllBytes(local!.Path).Should().Equal(content);
    }

    [Fact]
    public async Task A_key_of_1024_bytes_in_one_segment_is_stored_and_listed()
    {
        var key = ObjectKey.Parse(new string('é', 512));
        await PutAsync(key.Value, "x");
        (await ListAsync()).Should().Equal(key.Value);
        await Store.DeleteAsync(key, default);
        (await ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_can_be_a_prefix_of_others()
    {
        string[] keys = ["a", "a/b", "a/b/c", "a.x", "a.x/b", "ab"];
        foreach (var key in keys)
        {
            await PutAsync(key, key);
        }

        foreach (var key in keys)
        {
            (await ReadAsync(ObjectKey.Parse(key))).Should().Equal(Encoding.UTF8.GetBytes(key));
        }

        await Store.DeleteAsync(ObjectKey.Parse("a/b"), default);
        (await ListAsync()).Should().BeEquivalentTo("a", "a/b/c", "a.x", "a.x/b", "ab");
    }

    [Fact]
    public async Task A_second_put_replaces_the_first_and_has_another_etag()
    {
        var first = await PutAsync("k", "one");
        var etags = new HashSet<string>(StringComparer.Ordinal) { first.ETag };
        for (var i = 0; i < 50; i++)
        {
            etags.Add((await PutAsync("k", EtagsTellWritesApart ? "two" : $"two {i}")).ETag).Should().BeTrue("each write has an ETag of its own");
        }

        (await ReadAsync(ObjectKey.Parse("k"))).Should().StartWith("two"u8.ToArray());
    }

    [Fact]
    public async Task A_reader_keeps_the_content_it_opened()
    {
        await PutAsync("k", "first");
        var open = (await Store.OpenAsync(ObjectKey.Parse("k"), default))!;
        await PutAsync("k", "second!");
        await Store.DeleteAsync(ObjectKey.Parse("k"), default);

        using var reader = new StreamReader(open.Stream);
        (await reader.ReadToEndAsync()).Should().Be("first");
        open.Info.SizeBytes.Should().Be(5);
    }

    [Fact]
    public async Task What_is_absent_is_null_and_deleting_it_succeeds()
    {
        var key = ObjectKey.Parse("no/such/thing");
        (await Store.FindAsync(key, default)).Should().BeNull();
        (await Store.OpenAsync(key, default)).Should().BeNull();
        (await Store.LocalizeAsync(key, null, default)).Should().BeNull();
        await Store.DeleteAsync(key, default);
    }

    [Fact]
    public async Task A_put_one_byte_too_large_changes_nothing()
    {
        await PutAsync("k", "old");
        (await Store.PutAsync(ObjectKey.Parse("k"), new MemoryStream(new byte[100]), 100, default)).SizeBytes.Should().Be(100);

        var put = () => Store.PutAsync(ObjectKey.Parse("k"), new MemoryStream(new byte[101]), 100, default);

        (await put.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("object_too_large");
        (await ReadAsync(ObjectKey.Parse("k"))).Should().Equal(new byte[100]);
        (await ListAsync()).Should().Equal("k");
    }

    [Fact]
    public async Task A_put_whose_source_fails_changes_nothing()
    {
        await PutAsync("k", "old");
        var put = () => Store.PutAsync(ObjectKey.Parse("k"), new FailingStream(), long.MaxValue, default);

        (await put.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("upload_incomplete");
        (await ReadAsync(ObjectKey.Parse("k"))).Should().Equal("old"u8.ToArray());
        (await ListAsync()).Should().Equal("k");
    }

    [Fact]
    public async Task Of_racing_creators_exactly_one_wins_and_its_content_stays()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = ObjectKey.Parse($"race/{round}");
            var racers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
                (i, Won: await (i % 2 == 0 ? Store : Other).PutIfAbsentAsync(key, new[] { (byte)i }, default) is not null))).ToList();
            var winners = (await Task.WhenAll(racers)).Where(r => r.Won).ToList();

            winners.Should().ContainSingle();
            (await ReadAsync(key)).Should().Equal((byte)winners[0].i);
        }
    }

    [Fact]
    public async Task Importing_moves_a_file_and_keeps_what_is_there_already()
    {
        var key = ObjectKey.Parse("datasets/x/1.parquet");
        var first = await Store.ImportAsync(key, ScratchFile("content"u8.ToArray()), default);
        var again = ScratchFile("content"u8.ToArray());
        (await Store.ImportAsync(key, again, default)).Should().Be(first);

        File.Exists(again).Should().BeFalse();
        (await ReadAsync(key)).Should().Equal("content"u8.ToArray());
    }

    [Fact]
    public async Task Listing_is_in_the_order_of_utf8_bytes_by_prefix_and_in_pages()
    {
        var random = new Random(3);
        string[] parts = ["a", "b", "-", ".", "é", "\uFFFD", "😀", "0", "x.y", "%"];
        var keys = Enumerable.Range(0, 400)
            .Select(
                _ => string.Join(
                    '/',
                    Enumerable.Range(0, 1 + random.Next(3)).Select(
                        _ => string.Concat(Enumerable.Range(0, 1 + random.Next(2)).Select(_ => parts[random.Next(parts.Length)])))))
            .Where(k => ObjectKey.TryParse(k, out _, out _))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        foreach (var key in keys)
        {
            await PutAsync(key, string.Empty);
        }

        keys.Sort((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
        foreach (var prefix in new[] { "", "a", "a/", "b.", "é", "x.y/", "none" })
        {
            var expected = keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            var paged = new List<string>();
            var page = await Store.ListAsync(prefix, string.Empty, 7, default);
            while (true)
            {
                paged.AddRange(page.Objects.Select(o => o.Key.Value));
                page.IsTruncated.Should().Be(paged.Count < expected.Count);
                if (!page.IsTruncated)
                {
                    break;
                }

                page = await Store.ListAsync(prefix, paged[^1], 7, default);
            }

            paged.Should().Equal(expected, "of prefix '{0}'", prefix);
        }
    }

    [Fact]
    public async Task Puts_and_deletes_of_one_folder_at_once_do_not_disturb_each_other()
    {
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var key = ObjectKey.Parse($"shared/folder/{i % 3}/{worker}");
                await Store.PutAsync(key, new MemoryStream([1]), 10, default);
                await Store.DeleteAsync(key, default);
            }
        }));
        await Task.WhenAll(work);
        (await ListAsync()).Should().BeEmpty();
    }

    private async Task<byte[]> ReadAsync(ObjectKey key)
    {
        var content = (await Store.OpenAsync(key, default))!;
        await using var stream = content.Stream;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private Task<ObjectInfo> PutAsync(string key, string content) =>
        Store.PutAsync(ObjectKey.Parse(key), new MemoryStream(Encoding.UTF8.GetBytes(content)), long.MaxValue, default);

    private async Task<List<string>> ListAsync() =>
        [.. (await Store.ListAsync(string.Empty, string.Empty, 10_000, default)).Objects.Select(o => o.Key.Value)];

    private sealed class FailingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ < 2 ? ValueTask.FromResult(10) : throw new IOException("the connection was reset");
    }
}
