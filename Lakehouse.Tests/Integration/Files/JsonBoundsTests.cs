using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Files of JSON that are made to cost much: each is refused, or taken, with little memory. The program runs as a process of its own.</summary>
[Collection(nameof(Alone))]
public sealed class JsonBoundsTests(JsonBoundsTests.SharedServer shared) : IClassFixture<JsonBoundsTests.SharedServer>
{
    private const long MemoryBytesMax = 640L << 20;

    [Fact]
    public async Task A_line_without_an_end_is_refused_at_the_bound() =>
        await ShouldBeRefusedAsync(Repeated("{\"a\":\"", "x", 100 << 20, string.Empty), "json_record_too_large");

    [Fact]
    public async Task An_object_without_an_end_is_refused_at_the_bound() =>
        await ShouldBeRefusedAsync(Repeated("[\n{\"a\":[", "1,\n", 100 << 20, string.Empty), "json_record_too_large");

    [Fact]
    public async Task A_million_brackets_are_refused_at_the_bound_of_depth()
    {
        await ShouldBeRefusedAsync(Repeated("{\"a\":", "[", 1_000_000, string.Empty), "json_invalid");
        await ShouldBeRefusedAsync(Repeated(string.Empty, "[", 1_000_000, string.Empty), "json_invalid");
        await ShouldBeRefusedAsync(Repeated(string.Empty, "{\"a\":", 5_000_000, string.Empty), "json_invalid");
    }

    [Fact]
    public async Task A_million_members_of_a_row_are_too_many_columns() =>
        await ShouldBeRefusedAsync(Numbered("{", "\"m{0}\":1,", 400_000, "\"last\":1}"), "json_too_many_columns");

    [Fact]
    public async Task A_million_names_over_many_rows_are_too_many_columns() =>
        await ShouldBeRefusedAsync(Numbered(string.Empty, "{{\"m{0}\":1}}\n", 1_000_000, string.Empty), "json_too_many_columns");

    [Fact]
    public async Task Members_of_an_inner_object_that_are_data_are_JSON()
    {
        var name = await ShouldBeTakenAsync("keys", Numbered("{\"s\":{", "\"m{0}\":1,", 400_000, "\"last\":1}}"));
        (await TypeAsync(name)).Should().Be("JSON");
    }

    [Fact]
    public async Task A_tree_with_ever_new_names_is_JSON()
    {
        // Each row has another path of names, so a type of all of them would have a million members.
        var name = await ShouldBeTakenAsync("tree", Numbered(string.Empty, "{{\"s\":{{\"a{1}\":{{\"b{2}\":{{\"c{0}\":1}}}}}}}}\n", 300_000, string.Empty));
        (await TypeAsync(name)).Should().Be("JSON");
    }

    [Fact]
    public async Task Many_columns_with_many_members_each_are_JSON_from_some_column_on()
    {
        var members = string.Join(',', Enumerable.Range(0, 190).Select(i => $"\"member{i}\":1"));
        var row = $"{{{string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"c{i}\":{{{members}}}"))}}}\n";
        await ShouldBeTakenAsync("wide", Encoding.UTF8.GetBytes(row + row));
        var manifest = await shared.Server.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/manifest/wide");
        var types = manifest.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("type").GetString()!).ToList();
        types[0].Should().StartWith("STRUCT(");
        types[^1].Should().Be("JSON");
        types.Count(t => t != "JSON").Should().BeInRange(20, 30);
    }

    [Fact]
    public async Task A_bomb_of_gzip_is_refused_at_the_bound_of_unpacked_bytes()
    {
        await ShouldBeRefusedAsync(Pack("{\"a\":1}\n", 1L << 30), "file_too_large");
        await ShouldBeRefusedAsync(Pack("[", 1L << 30), "file_too_large");
    }

    [Fact]
    public async Task Packed_lines_that_are_cut_off_are_refused()
    {
        var whole = Pack("{\"a\":1}\n", 64 << 20);
        await ShouldBeRefusedAsync(whole[..^9], "invalid_gzip");
        await ShouldBeRefusedAsync(whole[..(whole.Length / 2)], "invalid_gzip");
    }

    private async Task ShouldBeRefusedAsync(byte[] content, string code)
    {
        var (status, body, memory) = await SendAsync("refused", content);
        (body.TryGetProperty("code", out var actual) ? actual.GetString() : null).Should().Be(code, "{0}", body);
        ((int)status).Should().BeInRange(400, 499);
        memory.Should().BeLessThan(MemoryBytesMax);
        using var manifest = await shared.Server.Http.GetAsync("/v1/catalog/manifest/refused");
        manifest.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<string> ShouldBeTakenAsync(string name, byte[] content)
    {
        var (status, body, memory) = await SendAsync(name, content);
        status.Should().Be(HttpStatusCode.OK, "{0}", body);
        memory.Should().BeLessThan(MemoryBytesMax);
        return name;
    }

    private async Task<string?> TypeAsync(string name)
    {
        var manifest = await shared.Server.Http.GetFromJsonAsync<JsonElement>($"/v1/catalog/manifest/{name}");
        return manifest.GetProperty("columns")[0].GetProperty("type").GetString();
    }

    /// <summary>Sends a file, and returns the most memory that the server has had until then.</summary>
    private async Task<(HttpStatusCode Status, JsonElement Body, long MemoryBytes)> SendAsync(string name, byte[] content)
    {
        using var answer = await shared.Server.Http.PostAsync($"/v1/ingest?name={name}", new ByteArrayContent(content)).WaitAsync(TimeSpan.FromMinutes(1));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var most = EngineProcesses.Status(shared.Server.Id, "VmHWM").Split(' ')[0];
        return (answer.StatusCode, body, long.Parse(most, System.Globalization.CultureInfo.InvariantCulture) << 10);
    }

    private static byte[] Repeated(string start, string piece, int size, string end)
    {
        var (first, middle, last) = (Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(piece), Encoding.UTF8.GetBytes(end));
        var content = new byte[first.Length + (size / middle.Length * middle.Length) + last.Length];
        first.CopyTo(content, 0);
        for (var at = first.Length; at < content.Length - last.Length; at += middle.Length)
        {
            middle.CopyTo(content, at);
        }

        last.CopyTo(content, content.Length - last.Length);
        return content;
    }

    /// <summary>A text with numbered pieces: {0} is the number, {1} and {2} are its hundreds and its remainder.</summary>
    private static byte[] Numbered(string start, string piece, int count, string end)
    {
        var text = new StringBuilder(start);
        var format = CompositeFormat.Parse(piece);
        for (var i = 0; i < count; i++)
        {
            text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, format, i, i % 150, i / 150 % 150);
        }

        return Encoding.UTF8.GetBytes(text.Append(end).ToString());
    }

    private static byte[] Pack(string piece, long size)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            var block = Repeated(string.Empty, piece, 1 << 20, string.Empty);
            for (var written = 0L; written < size; written += block.Length)
            {
                gzip.Write(block);
            }
        }

        return packed.ToArray();
    }

    public sealed class SharedServer : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public LakehouseProcess Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await LakehouseProcess.StartAsync(_folder.Path, "--ingest.max_unpacked_bytes", "256MiB");

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            _folder.Dispose();
        }
    }
}
