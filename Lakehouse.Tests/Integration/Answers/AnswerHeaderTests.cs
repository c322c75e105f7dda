using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Answers;

/// <summary>How HTTP and the configuration decide the form of an answer.</summary>
public sealed class AnswerHeaderTests(AnswerHeaderTests.SharedHost shared) : IClassFixture<AnswerHeaderTests.SharedHost>
{
    private readonly LakehouseHost _host = shared.Host;

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/json", "application/json")]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson")]
    [InlineData("text/csv;q=0.5, application/json;q=0.4", "text/csv")]
    [InlineData("text/*", "text/csv")]
    [InlineData("text/*;q=0.9, text/csv;q=0.1", "text/tab-separated-values")]
    [InlineData("*/*, application/json;q=0", "application/x-ndjson")]
    [InlineData("text/html, */*;q=0.1", "application/json")]
    [InlineData("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream")]
    [InlineData("application/vnd.apache.parquet, text/html", "application/vnd.apache.parquet")]
    public async Task The_format_that_the_client_accepts_most_is_chosen(string? accept, string contentType)
    {
        using var answer = await GetAsync("q=SELECT+1", accept);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(contentType);
        answer.Headers.Vary.Should().Contain("Accept");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("X-Lakehouse-Query-Id").Single().Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("text/html", 406)]
    [InlineData("image/*", 406)]
    [InlineData("application/json;q=0", 406)]
    [InlineData("*/*;q=0", 406)]
    public async Task A_client_that_accepts_no_format_is_refused(string accept, int status)
    {
        using var answer = await GetAsync("q=SELECT+1", accept);
        ((int)answer.StatusCode).Should().Be(status);
        (await CodeOf(answer)).Should().Be("not_acceptable");
        using var named = await GetAsync("q=SELECT+1&format=csv", accept);
        named.StatusCode.Should().Be(HttpStatusCode.OK, "the address says what is wanted");
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip;q=0.1, br", "br")]
    [InlineData("identity", null)]
    [InlineData("gzip;q=0", null)]
    public async Task An_answer_is_compressed_as_the_client_accepts(string accept, string? encoding)
    {
        var plain = await _host.AnswerAsync("SELECT i, 'text ' || i FROM range(20000) t(i)", "csv");
        using var answer = await GetAsync("q=SELECT+i,+'text+'+||+i+FROM+range(20000)+t(i)&format=csv", null, accept);
        answer.Content.Headers.ContentEncoding.Should().Equal(encoding is null ? [] : [encoding]);
        answer.Headers.Vary.Should().Contain("Accept-Encoding");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        using var unpacked = new MemoryStream();
        await using var packed = new MemoryStream(bytes);
        await using Stream reader = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        await reader.CopyToAsync(unpacked);
        unpacked.ToArray().Should().Equal(plain.Bytes);
        (bytes.Length < plain.Bytes.Length).Should().Be(encoding is not null);
    }

    [Fact]
    public async Task Parquet_is_not_compressed_again()
    {
        using var answer = await GetAsync("q=FROM+range(20000)&format=parquet", null, "gzip, br");
        answer.Content.Headers.ContentEncoding.Should().BeEmpty();
        AnswerReader.Read("parquet", await answer.Content.ReadAsByteArrayAsync()).Rows.Should().HaveCount(20_000);
    }

    [Theory]
    [InlineData("download=rows.csv", "text/csv", "rows.csv")]
    [InlineData("download=rows.parquet", "application/vnd.apache.parquet", "rows.parquet")]
    [InlineData("download=rows.txt&format=json", "application/json", "rows.txt")]
    [InlineData("download=rows.csv&format=tsv", "text/tab-separated-values", "rows.csv")]
    [InlineData("download=&format=csv", "text/csv", "answer.csv")]
    [InlineData("download=a%22b%0d%0aX:1.csv", "text/csv", null)]
    public async Task An_answer_is_saved_under_a_name_whose_extension_is_the_format(string options, string contentType, string? name)
    {
        using var answer = await GetAsync("q=SELECT+1&" + options, null);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(contentType);
        answer.Headers.Contains("X").Should().BeFalse();
        var disposition = answer.Content.Headers.ContentDisposition!;
        disposition.DispositionType.Should().Be("attachment");
        (name is null || disposition.FileName!.Trim('"') == name).Should().BeTrue("{0}", disposition);
    }

    [Theory]
    [InlineData("formt=csv", "the nearest is 'format'")]
    [InlineData("max_row=1", "the nearest is 'max_rows'")]
    [InlineData("format=cvs", "the nearest is 'csv'")]
    [InlineData("format=xml", "json, ndjson, csv, tsv, arrow, parquet")]
    [InlineData("format=csv&rows=objects", "rows is an option of the format json")]
    [InlineData("format=csv&numbers=text", "numbers is an option of")]
    [InlineData("rows=object", "the nearest is 'objects'")]
    [InlineData("wait_end=yes", "wait_end is 'yes'")]
    [InlineData("max_rows=0", "max_rows is '0'")]
    [InlineData("max_rows=-1", "max_rows is '-1'")]
    [InlineData("p.nam=1", "no parameter $nam")]
    public async Task An_option_that_is_not_known_is_refused_with_what_is_near(string options, string detail)
    {
        using var answer = await GetAsync("q=SELECT+1&" + options, null);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Fact]
    public async Task Parameters_in_the_address_are_json_or_else_texts()
    {
        using var answer = await GetAsync(
            "q=SELECT+typeof($a),+$a,+$b,+$c,+$d&p.a=42&p.b=0042&p.c=it's&p.d=[1,null]&rows=arrays", null);
        var body = await answer.Content.ReadAsStringAsync();
        JsonDocument.Parse(body).RootElement.GetProperty("rows").GetRawText().Should().Be("""[["BIGINT",42,"0042","it's",[1,null]]]""");
    }

    [Fact]
    public async Task Numbers_that_a_double_cannot_hold_are_texts_where_the_client_asks_for_it()
    {
        const string sql = "SELECT 1::INTEGER, 9007199254740993, 1.50::DECIMAL(4,2), 0.5::DOUBLE, [2::BIGINT], 3::HUGEINT";
        using var answer = await GetAsync($"q={Uri.EscapeDataString(sql)}&numbers=text", null);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("rows").GetRawText()
            .Should().Be("""[[1,"9007199254740993","1.50",0.5,["2"],"3"]]""");
    }

    [Fact]
    public async Task An_option_in_the_body_and_in_the_address_is_refused()
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql?format=csv", new { sql = "SELECT 1", format = "json" });
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var both = await _host.Http.PostAsJsonAsync("/v1/sql?p.a=1", new { sql = "SELECT $a", @params = new { a = 1 } });
        both.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task Formats_that_cannot_say_so_are_not_cut_by_the_configuration(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", isolation), ("query.max_rows", "3000"));
        foreach (var format in new[] { "csv", "tsv", "arrow", "parquet" })
        {
            (await host.AnswerAsync("FROM range(3000)", format)).Code.Should().BeNull();
            (await host.AnswerAsync("FROM range(3001)", format, address: "wait_end=1")).Code.Should().Be("answer_cut", format);
            (await host.AnswerAsync("FROM range(3001)", format, address: "max_rows=2999")).Code.Should().BeNull();
            (await CutAsync(host, format)).Should().BeTrue("{0} is an error or a connection that is cut", format);
        }

        foreach (var format in new[] { "json", "objects", "ndjson" })
        {
            var (bytes, _, _) = await host.AnswerAsync("FROM range(3001)", format);
            Encoding.UTF8.GetString(bytes).Should().Contain("\"row_count\":3000,\"truncated\":true");
        }

        (await host.AnswerAsync("SELECT 1", "json", address: "max_rows=3001")).Code.Should().Be("invalid_request");
    }

    /// <summary>Whether an answer of one row too many is an error, or is cut before its end.</summary>
    private static async Task<bool> CutAsync(LakehouseHost host, string format)
    {
        try
        {
            return (await host.AnswerAsync("FROM range(3001)", format)).Code == "answer_cut";
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string query, string? accept, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sql?" + query);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (encoding is not null)
        {
            request.Headers.AcceptEncoding.ParseAdd(encoding);
        }

        return await _host.Http.SendAsync(request);
    }

    private static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    public sealed class SharedHost() : QueryHost("none");
}
