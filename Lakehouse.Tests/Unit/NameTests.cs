using System.Text;
using Lakehouse.Core.Names;
using Lakehouse.Storage.Internal;

namespace Lakehouse.Tests.Unit;

public sealed class NameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c.txt")]
    [InlineData("Grüße/日本語 🎉+%2F")]
    [InlineData("...")]
    [InlineData("a/..b/.c")]
    [InlineData(" ")]
    public void Keys_are_accepted(string key) => ObjectKey.TryParse(key, out _, out _).Should().BeTrue();

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("/a", "starts with '/'")]
    [InlineData("a/", "empty segment")]
    [InlineData("a//b", "empty segment")]
    [InlineData(".", "'.'")]
    [InlineData("a/../b", "'..'")]
    [InlineData("..", "'..'")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\tb", "U+0009")]
    [InlineData("a\u0085b", "U+0085")]
    public void Keys_are_refused_with_the_rule(string? key, string reason)
    {
        ObjectKey.TryParse(key, out _, out var found).Should().BeFalse();
        found.Should().Contain(reason);
    }

    [Fact]
    public void A_key_with_half_a_surrogate_pair_is_refused()
    {
        ObjectKey.TryParse("a\ud800b", out _, out var reason).Should().BeFalse();
        reason.Should().Contain("Unicode");
    }

    [Fact]
    public void A_key_of_1024_bytes_is_accepted_and_of_1025_refused()
    {
        ObjectKey.TryParse(new string('é', 512), out _, out _).Should().BeTrue();
        ObjectKey.TryParse(new string('é', 512) + "x", out _, out var reason).Should().BeFalse();
        reason.Should().Contain("1025 bytes");
    }

    [Theory]
    [InlineData("workers")]
    [InlineData("_x-1.v2")]
    [InlineData("2024")]
    public void Dataset_names_are_accepted(string name) => DatasetName.TryParse(name, out _, out _).Should().BeTrue();

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("-x")]
    [InlineData(".x")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("naïve")]
    [InlineData("duckdb_settings")]
    [InlineData("PG_class")]
    [InlineData("information_schema")]
    [InlineData("a\"b")]
    public void Dataset_names_are_refused(string? name) => DatasetName.TryParse(name, out _, out _).Should().BeFalse();

    [Fact]
    public void A_dataset_name_of_128_characters_is_accepted_and_of_129_refused()
    {
        DatasetName.TryParse(new string('a', 128), out _, out _).Should().BeTrue();
        DatasetName.TryParse(new string('a', 129), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void Ids_are_version_5_uuids()
    {
        // The example of RFC 9562, appendix A.4: the DNS namespace and www.example.com.
        DatasetId.Version5(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com").Should().Be(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"));
        DatasetId.For(DatasetName.Parse("workers")).Should().Be(DatasetId.For(DatasetName.Parse("workers")));
    }

    [Fact]
    public void Fingerprints_are_of_the_stated_bytes()
    {
        var bytes = Encoding.UTF8.GetBytes("id\u001FBIGINT\u001Ename\u001FVARCHAR\u001E");
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        SchemaFingerprint.Compute([("id", "BIGINT"), ("name", "VARCHAR")]).Value.Should().Be(expected);
    }

    [Fact]
    public void The_order_of_texts_is_the_order_of_their_utf8_bytes()
    {
        var random = new Random(7);
        var alphabet = new[] { "a", "b", "/", ".", "é", "\uFFFD", "\uE000", "😀", "\U0010FFFF", "" };
        for (var i = 0; i < 20_000; i++)
        {
            var left = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var right = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var expected = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
            Assert.Equal(Math.Sign(expected), Math.Sign(Utf8Order.Compare(left, right)));
        }
    }

    [Theory]
    [InlineData("datasets/workers/ab12/cd.parquet", "datasets/workers/ab12/cd.parquet")]
    [InlineData("a", "a%o")]
    [InlineData("a/b", "a/b%o")]
    [InlineData("v1.2/x", "v1.2%d/x%o")]
    [InlineData("100%/a*b.txt", "100%25/a%2Ab.txt")]
    public void Keys_become_paths(string key, string path) => KeyPath.Encode(key).Should().Be(path);

    [Theory]
    [InlineData("%2e%2e.csv")]
    [InlineData("%41.csv")]
    [InlineData("a%2a.csv")]
    [InlineData("%zz.csv")]
    public void A_name_that_no_key_is_written_as_is_that_of_no_object(string name) =>
        KeyPath.Decode(name, isFolder: false).Kind.Should().Be(KeyPathKind.None);

    [Fact]
    public void No_two_keys_share_a_path_and_every_path_gives_its_key_back()
    {
        var random = new Random(11);
        var alphabet = new[] { "a", "b", "/", ".", "%", "%o", "%d", "%+", "%t", "é", "*", new string('x', 130), new string('ü', 90) };
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            if (!ObjectKey.TryParse(text, out var key, out _))
            {
                continue;
            }

            var path = KeyPath.Encode(key.Value);
            Assert.True(path.Split('/').All(name => Encoding.UTF8.GetByteCount(name) <= 255), path);
            Assert.Equal(text, Decode(path));
            Assert.True(paths.TryAdd(path, text) || paths[path] == text, $"{text} and {paths[path]} would share {path}");

            // The file of one key must not have the path of another key's folder.
            var folders = path.Split('/')[..^1];
            Assert.All(folders, name => Assert.NotEqual(KeyPathKind.None, KeyPath.Decode(name, isFolder: true).Kind));
        }
    }

    private static string Decode(string path)
    {
        var key = new StringBuilder();
        var names = path.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            var (kind, text) = KeyPath.Decode(names[i], isFolder: i < names.Length - 1);
            key.Append(text);
            if (kind == KeyPathKind.Folder)
            {
                key.Append('/');
            }
        }

        return key.ToString();
    }
}
