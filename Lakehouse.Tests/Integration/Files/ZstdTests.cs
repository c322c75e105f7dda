using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Files that are packed with zstd.</summary>
public sealed class ZstdTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(("ingest.max_unpacked_bytes", "8MiB"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [ZstdFact]
    public async Task Packed_files_are_read_as_what_is_in_them()
    {
        var csv = Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i},x{i * 7919 % 1000}\n")));
        foreach (var (content, what) in new[] { (Pack(csv), "one frame"), ([.. Pack(csv.AsSpan(0, 1_000)), .. Pack(csv.AsSpan(1_000))], "two frames") })
        {
            var (status, body) = await _host.IngestAsync("t", content);
            (status, body.GetProperty("row_count").GetInt64(), body.GetProperty("compression").GetString())
                .Should().Be((HttpStatusCode.OK, 60_000, "zstd"), what);
            (await _host.RowsAsync("SELECT sum(a), count(DISTINCT b) FROM t")).Should().Be("[[1799970000,1000]]");
        }

        var json = await PostAsync(Pack("{\"a\": 1}\n{\"a\": 2}\n"u8), "json", "zstd");
        (json.Status, json.Body.GetProperty("format").GetString(), json.Body.GetProperty("row_count").GetInt64()).Should().Be((HttpStatusCode.OK, "ndjson", 2));
    }

    [ZstdFact]
    public async Task A_file_that_is_cut_off_or_damaged_is_refused()
    {
        var packed = Pack(Encoding.UTF8.GetBytes("a\n" + Convert.ToHexString(RandomNumberGenerator.GetBytes(300_000))));
        for (var length = 5; length < packed.Length; length += 1 + (packed.Length / 40))
        {
            await RequireRefusedAsync(packed[..length], null, "invalid_zstd");
        }

        await RequireRefusedAsync([.. packed, 1, 2, 3, 4, 5], null, "invalid_zstd");
        await RequireRefusedAsync("a\n1\n"u8.ToArray(), "zstd", "invalid_zstd");
        await RequireRefusedAsync(Pack(packed), null, "unsupported_format");
        (await _host.SqlAsync("FROM t")).Body.GetProperty("code").GetString().Should().Be("unknown_dataset");
    }

    [ZstdFact]
    public async Task A_small_file_that_unpacks_to_a_huge_one_ends_at_the_bound()
    {
        var bomb = Pack(Encoding.UTF8.GetBytes("a\n" + new string('\n', 64 << 20) + "1\n"));
        bomb.Length.Should().BeLessThan(100_000);
        await RequireRefusedAsync(bomb, null, "file_too_large");
    }

    /// <summary>The bound is that of a request, however many files it has.</summary>
    [ZstdFact]
    public async Task Several_files_have_the_bound_together()
    {
        var packed = Pack(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("1234567\n", 5 << 17))));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(packed), "file", "a.csv" }, { new ByteArrayContent(packed), "file", "b.csv" } };
        using var refused = await _host.Http.PostAsync("/v1/ingest?name=t", form);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("file_too_large");
        (await _host.IngestAsync("t", packed)).Status.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>Each holds megabytes that the runtime does not know of, also where the file is refused.</summary>
    [ZstdFact]
    public async Task What_unpacks_a_file_is_freed_with_it()
    {
        var fine = Pack(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("1234567\n", 1 << 18))));
        var refused = Pack(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("1234567\n", 1 << 18)) + "1,2\n"));
        await _host.IngestAsync("t", fine);

        // A context of a file of 2 MiB takes more than as much: what one kind of file left behind would be 80 MiB in every
        // round. The other tests of the process are in the working set too, but they do not grow it in each of four rounds.
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            GC.Collect();
            var before = Environment.WorkingSet;
            for (var i = 0; i < 40; i++)
            {
                await _host.IngestAsync("t", fine);
                await _host.IngestAsync("t", refused);
            }

            GC.Collect();
            least = Math.Min(least, Environment.WorkingSet - before);
        }

        least.Should().BeLessThan(60 << 20);
    }

    [Fact]
    public void Without_the_library_the_error_says_what_helps() =>
        FluentActions.Invoking(() => new ZstdContent(Stream.Null, null)).Should().Throw<LakehouseException>()
            .Where(e => e.Code == "unsupported_format" && e.Kind == ErrorKind.UnsupportedMedia && e.Message.Contains("libzstd1"));

    private async Task RequireRefusedAsync(byte[] content, string? encoding, string code)
    {
        var (status, body) = await PostAsync(content, "t", encoding);
        body.GetProperty("code").GetString().Should().Be(code, "{0}", body);
        ((int)status).Should().BeInRange(413, 422);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(byte[] content, string name, string? encoding)
    {
        using var body = new ByteArrayContent(content);
        if (encoding is not null)
        {
            body.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await _host.Http.PostAsync($"/v1/ingest?name={name}", body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static byte[] Pack(ReadOnlySpan<byte> content)
    {
        var packed = new byte[content.Length + (content.Length / 128) + 1_024];
        var size = Compress(packed, (nuint)packed.Length, content.ToArray(), (nuint)content.Length, 3);
        return packed[..(int)size];
    }

    [DllImport("libzstd.so.1", EntryPoint = "ZSTD_compress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint Compress(byte[] target, nuint targetSize, byte[] source, nuint sourceSize, int level);
}
