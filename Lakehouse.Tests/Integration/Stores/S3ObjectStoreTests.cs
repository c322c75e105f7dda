using System.Reflection;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;
using Lakehouse.Storage.Internal.S3;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stores;

/// <summary>The contract of object stores over a real S3 server, and what only S3 has.</summary>
public sealed class S3ObjectStoreTests
{
    /// <summary>All tests of the contract.</summary>
    public static TheoryData<string> ContractCases => [.. Contract.Cases.Select(c => c.Name)];

    [S3Theory]
    [MemberData(nameof(ContractCases))]
    public async Task Keeps_the_contract(string name)
    {
        using var contract = new Contract(await S3Server.CreateBucketAsync());
        var (_, method, arguments) = Contract.Cases.First(c => c.Name == name);

        await (Task)method.Invoke(contract, arguments)!;
    }

    [S3Fact]
    public async Task A_large_object_goes_in_parts_and_comes_back_the_same()
    {
        using var contract = new Contract(await S3Server.CreateBucketAsync());
        var content = new byte[(17 * 1024 * 1024) + 123];
        new Random(1).NextBytes(content);
        var key = ObjectKey.Parse("large");

        var put = await contract.First.PutAsync(key, new MemoryStream(content), content.Length, default);
        put.SizeBytes.Should().Be(content.Length);
        var open = (await contract.Second.OpenAsync(key, default))!;
        await using var stream = open.Stream;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        copy.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue();

        // Any other position is read with a range request.
        var piece = new byte[1_000];
        stream.Position = 6_000_000;
        await stream.ReadExactlyAsync(piece);
        piece.Should().Equal(content[6_000_000..6_001_000]);

        var tooLarge = () => contract.First.PutAsync(key, new MemoryStream(content), content.Length - 1, default);
        (await tooLarge.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("object_too_large");
        (await contract.First.FindAsync(key, default)).Should().Be(put);
        (await contract.UnfinishedUploadsAsync()).Should().Be(0);
    }

    [S3Fact]
    public async Task An_upload_in_parts_that_nobody_goes_on_with_is_cleared_away_when_it_is_old()
    {
        using var contract = new Contract(await S3Server.CreateBucketAsync());
        await contract.BeginUploadAsync("half");
        var now = DateTimeOffset.UtcNow;

        (await contract.First.RemoveUnfinishedAsync(now.AddHours(-1), isDryRun: false, default)).Should().Be(0);
        (await contract.First.RemoveUnfinishedAsync(now.AddHours(1), isDryRun: true, default)).Should().Be(1);
        (await contract.UnfinishedUploadsAsync()).Should().Be(1);
        (await contract.First.RemoveUnfinishedAsync(now.AddHours(1), isDryRun: false, default)).Should().Be(1);
        (await contract.UnfinishedUploadsAsync()).Should().Be(0);
    }

    [S3Fact]
    public async Task A_reader_whose_object_changes_gets_one_version_or_an_error()
    {
        using var contract = new Contract(await S3Server.CreateBucketAsync());
        var key = ObjectKey.Parse("k");
        await contract.First.PutAsync(key, new MemoryStream(new byte[1_000]), 10_000, default);
        var open = (await contract.First.OpenAsync(key, default))!;
        await using var stream = open.Stream;
        await contract.First.PutAsync(key, new MemoryStream([1, 2, 3]), 10_000, default);
        stream.Position = 500;

        var read = async () => await stream.ReadExactlyAsync(new byte[10]);

        (await read.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("object_changed");
    }

    [S3Fact]
    public async Task A_prefix_keeps_lakes_of_one_bucket_apart()
    {
        var bucket = await S3Server.CreateBucketAsync();
        using var one = new Contract(bucket, "one/");
        using var two = new Contract(bucket, "two/");
        await one.First.PutAsync(ObjectKey.Parse("a/k"), new MemoryStream([1]), 10, default);
        await two.First.PutAsync(ObjectKey.Parse("a/l"), new MemoryStream([2]), 10, default);

        (await one.First.ListAsync("a/", string.Empty, 10, default)).Objects.Select(o => o.Key.Value).Should().Equal("a/k");
        (await two.First.ListAsync(string.Empty, "a/k", 10, default)).Objects.Select(o => o.Key.Value).Should().Equal("a/l");
        var long1 = () => one.First.PutAsync(ObjectKey.Parse(new string('x', 1_024)), new MemoryStream([1]), 10, default);
        (await long1.Should().ThrowAsync<LakehouseException>()).Which.Code.Should().Be("invalid_key");
    }

    [S3Theory]
    [InlineData("storage.buckets.primary.secret_key", "wrong-secret", "s3_denied", "access_key")]
    [InlineData("storage.buckets.primary.bucket", "no-such-bucket-here", "s3_no_bucket", "no-such-bucket-here")]
    [InlineData("storage.buckets.primary.endpoint", "http://127.0.0.1:1", "s3_unreachable", "endpoint")]
    public async Task What_is_wrong_with_a_bucket_is_said_at_the_start(string key, string value, string code, string expected)
    {
        var settings = S3Server.SettingsOf(await S3Server.CreateBucketAsync())
            .Where(s => s.Key != key)
            .Append((key, value))
            .Append(("storage.buckets.primary.retries", "1"))
            .ToArray();

        var start = () => LakehouseHost.StartAsync(settings);

        var fault = (await start.Should().ThrowAsync<LakehouseException>()).Which;
        fault.Code.Should().Be(code);
        fault.Message.Should().Contain("[storage.buckets.primary]").And.Contain(expected).And.NotContain("wrong-secret");
    }

    /// <summary>The contract's tests, which find their stores here.</summary>
    private sealed class Contract : ObjectStoreContract, IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly List<S3Client> _clients = [];
        private readonly string _bucket;
        private readonly string _prefix;

        public Contract(string bucket, string prefix = "")
        {
            (_bucket, _prefix) = (bucket, prefix);
            First = Open("first");
            Second = Open("second");
        }

        public static IReadOnlyList<(string Name, MethodInfo Method, object?[] Arguments)> Cases { get; } =
        [
            .. typeof(ObjectStoreContract).GetMethods().SelectMany(m =>
                m.GetCustomAttribute<TheoryAttribute>() is not null ? m.GetCustomAttributes<InlineDataAttribute>()
                    .SelectMany(d => d.GetData(m))
                    .Select(a => ($"{m.Name}: {string.Join(", ", a)}", m, (object?[])a))
                : m.GetCustomAttribute<FactAttribute>() is not null ? [(m.Name, m, [])]
                : Array.Empty<(string, MethodInfo, object?[])>()),
        ];

        public IObjectStore First { get; }

        public IObjectStore Second { get; }

        protected override IObjectStore Store => First;

        protected override IObjectStore Other => Second;

        protected override bool EtagsTellWritesApart => false;

        public async Task BeginUploadAsync(string key)
        {
            using var client = S3Server.Connect();
            var upload = await client.InitiateMultipartUploadAsync(_bucket, key);
            await client.UploadPartAsync(
                new Amazon.S3.Model.UploadPartRequest
                {
                    BucketName = _bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartNumber = 1,
                    InputStream = new MemoryStream(new byte[100])
                });
        }

        public async Task<int> UnfinishedUploadsAsync()
        {
            using var client = S3Server.Connect();
            return (await client.ListMultipartUploadsAsync(_bucket)).MultipartUploads?.Count ?? 0;
        }

        public void Dispose()
        {
            _clients.ForEach(c => c.Dispose());
            _folder.Dispose();
        }

        protected override string ScratchFile(byte[] content)
        {
            var path = _folder.File(Guid.NewGuid().ToString("N"));
            File.WriteAllBytes(path, content);
            return path;
        }

        private S3ObjectStore Open(string cache)
        {
            var options = new S3Options
            {
                Endpoint = new Uri(S3Server.Url!),
                Region = "us-east-1",
                Bucket = _bucket,
                Prefix = _prefix,
                PathStyle = true,
                AccessKey = S3Server.AccessKey,
                SecretKey = S3Server.SecretKey,
                PartBytes = 5 * 1024 * 1024,
                Timeout = TimeSpan.FromSeconds(30),
                Retries = 3,
            };
            var client = new S3Client(options, TimeProvider.System);
            _clients.Add(client);
            return new S3ObjectStore(options, client, new LocalCopies(_folder.File(cache), 1L << 30));
        }
    }
}
