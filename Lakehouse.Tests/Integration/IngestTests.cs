using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;
using Lakehouse.Tests.Integration.Stores;

namespace Lakehouse.Tests.Integration;

public sealed class IngestTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    // Small segments and records, so that a few lines reach every bound.
    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync(
        ("ingest.segment_bytes", "4KiB"), ("ingest.max_record_bytes", "1MiB"), ("ingest.max_ingest_bytes", "16MiB"), ("ingest.max_waiting", "0"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("Ann,Oslo,2023\nBob,Rome,2024\nCy,Bern,2025\n", false)]
    [InlineData("Ann,2023-01\nBob,2023-02\n", false)]
    [InlineData("country,2023,2024\nNorway,5.5,5.6\nItaly,58.9,2001\n", true)]
    [InlineData("country,2023,2024\nNorway,5328,5368\n", true)]
    [InlineData("name,2024-01,2024-02\na,1,2\n", true)]
    public async Task Years_are_a_header_unless_there_are_years_below(string csv, bool isTaken)
    {
        var (status, body) = await _host.IngestAsync("years", csv);
        ((int)status).Should().Be(isTaken ? 200 : 422);
        (isTaken || body.GetProperty("code").GetString() == "csv_no_header").Should().BeTrue();
    }

    [Theory]
    [InlineData("moed", "append", "mode")]
    [InlineData("nul", "NA", "null")]
    public async Task A_field_of_a_form_that_is_not_known_is_refused(string field, string value, string nearest)
    {
        using var form = new MultipartFormDataContent { { new StringContent("form"), "name" }, { new StringContent(value), field } };
        form.Add(new ByteArrayContent("a\n1\n"u8.ToArray()), "file", "a.csv");
        using var response = await _host.Http.PostAsync("/v1/ingest", form);
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain(field).And.Contain(nearest);
    }

    [Fact]
    public async Task A_file_without_rows_is_taken_where_its_types_are_known()
    {
        await _host.IngestAsync("empty", "id,v\n1,a\n");
        var (status, body) = await _host.IngestAsync("empty", "id,v\n", "&mode=append");
        (status, body.GetProperty("version").GetInt64(), body.GetProperty("unchanged").GetBoolean()).Should().Be((HttpStatusCode.OK, 1, true));
        (await _host.IngestAsync("empty", "[]", "&mode=append&format=json")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.IngestAsync("empty", "v,id\n", "&mode=upsert&key=id")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM empty")).Should().Be("""[[1,"a"]]""");
        (await _host.IngestAsync("empty", "id,v\n")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT count(*), count(v) FROM empty")).Should().Be("[[0,0]]");
        (await _host.IngestAsync("told", "id,v\n", "&types=id:BIGINT,v:DATE")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT typeof(max(v)), count(*) FROM told")).Should().Be("""[["DATE",0]]""");
        (await _host.IngestAsync("unknown", "id,v\n", "&types=id:BIGINT")).Body.GetProperty("code").GetString().Should().Be("csv_no_rows");
    }

    /// <summary>An answer of <c>/v1/sql</c> as NDJSON ends with a line that is no row.</summary>
    [Fact]
    public async Task An_answer_comes_back_without_its_last_line()
    {
        await _host.IngestAsync("t", "id,v\n1,a\n2,b\n");
        var answer = await _host.Http.GetByteArrayAsync("/v1/sql?q=FROM+t&format=ndjson");
        var (_, body) = await _host.IngestAsync("back", answer);
        (body.GetProperty("row_count").GetInt64(), body.GetProperty("notes").GetArrayLength()).Should().Be((2, 1));
        (await _host.RowsAsync("FROM back")).Should().Be("""[[1,"a"],[2,"b"]]""");

        // A count that is not that of the rows before it is a row like others.
        (await _host.IngestAsync("rows", "{\"a\":1}\n{\"end\":{\"row_count\":7}}\n")).Body.GetProperty("row_count").GetInt64().Should().Be(2);
        (await _host.IngestAsync("rows", "{\"end\":{\"row_count\":0}}\n{\"a\":1}\n")).Body.GetProperty("row_count").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task A_value_that_is_not_of_its_type_says_which_option_would_help()
    {
        foreach (var (value, hint) in new[] { (" 2", "trim=true"), ("\"1,5\"", "decimal=,"), ("1.200.000", "thousands=.") })
        {
            var (_, problem) = await _host.IngestAsync("t", $"a,b\n{value},x\n", "&types=a:DOUBLE");
            problem.GetProperty("detail").GetString().Should().Contain(hint);
        }
    }

    [Fact]
    public async Task Types_are_found_and_text_stays_text()
    {
        const string csv = """
            id,zip,plus,big,rate,flag,day,at,zoned,clock,mixed,dmy,empty,quoted
            1,00501,+1,9223372036854775808,1.5,true,2024-02-29,2024-02-29 10:00:00,2024-02-29T10:00:00Z,10:00:00,1,01/02/2024,,"7"
            2,10001,+2,1,2,FALSE,2024-03-01,2024-03-01 10:00:00.5,2024-02-29T10:00:00+02:00,11:30:00.25,x,02/01/2024,,"8"

            """;
        (await _host.IngestAsync("t", csv)).Status.Should().Be(HttpStatusCode.OK);

        (await _host.RowsAsync("SELECT column_name, column_type FROM (DESCRIBE t)")).Should().Be(
            """[["id","BIGINT"],["zip","VARCHAR"],["plus","VARCHAR"],["big","VARCHAR"],["rate","DOUBLE"],["flag","BOOLEAN"],["day","DATE"],["at","TIMESTAMP"],["zoned","TIMESTAMP WITH TIME ZONE"],["clock","TIME"],["mixed","VARCHAR"],["dmy","VARCHAR"],["empty","VARCHAR"],["quoted","BIGINT"]]""");
        (await _host.RowsAsync("FROM t")).Should().Be(
            """[[1,"00501","+1","9223372036854775808",1.5,true,"2024-02-29","2024-02-29 10:00:00","2024-02-29 10:00:00+00","10:00:00","1","01/02/2024",null,7],[2,"10001","+2","1",2,false,"2024-03-01","2024-03-01 10:00:00.5","2024-02-29 08:00:00+00","11:30:00.25","x","02/01/2024",null,8]]""");
    }

    [Theory]
    [InlineData("a,b\r\n1,\"x\r\ny\"\r\n", """[[1,"x\r\ny"]]""")]
    [InlineData("\uFEFFa,b\n1,2\n", "[[1,2]]")]
    [InlineData("a;b\n1,5;x\n", """[["1,5","x"]]""")]
    [InlineData("a\tb\n1\t2\n", "[[1,2]]")]
    [InlineData("a|b\n1|2", "[[1,2]]")]
    [InlineData("a,b\n\"say \"\"hi\"\"\",\"1,2\"\n", """[["say \"hi\"","1,2"]]""")]
    [InlineData("a,b\n,\"\"\nx,y\n", """[[null,""],["x","y"]]""")]
    [InlineData("a,b\n1,\"\"\n2,3\n", "[[1,null],[2,3]]")]
    [InlineData("a\n1\n\n3\n", "[[1],[null],[3]]")]
    [InlineData(" a , b \n1,2\n", "[[1,2]]")]
    [InlineData("a,b\n5\" pipe,x\n", """[["5\" pipe","x"]]""")]
    [InlineData("a,b\n \"x\",\\n\n", """[[" \"x\"","\\n"]]""")]
    [InlineData("country,2023,2024\nx,1,2\n", """[["x",1,2]]""")]
    [InlineData("naïve,日本\né,😀\n", """[["é","😀"]]""")]
    public async Task Every_common_form_of_csv_gives_its_rows(string csv, string rows)
    {
        var (status, body) = await _host.IngestAsync("t", csv);
        status.Should().Be(HttpStatusCode.OK, body.ToString());
        using var actual = JsonDocument.Parse(await _host.RowsAsync("FROM t"));
        using var expected = JsonDocument.Parse(rows);
        JsonSerializer.Serialize(actual.RootElement).Should().Be(JsonSerializer.Serialize(expected.RootElement));
    }

    [Theory]
    [InlineData("", "csv_empty", null)]
    [InlineData("\uFEFF", "csv_empty", null)]
    [InlineData("a,b\n", "csv_no_rows", null)]
    [InlineData("1,2\n3,4\n", "csv_no_header", "holds the value '1'")]
    [InlineData("id,2024-01-01\n1,2\n", "csv_no_header", "2024-01-01")]
    [InlineData("a,A\n1,2\n", "csv_duplicate_column", "columns 1 and 2")]
    [InlineData("a,,c\n1,2,3\n", "csv_empty_column_name", "column 2")]
    [InlineData("a,b\n1\n", "csv_ragged_row", "Line 2, column 1: 1 field, expected 2")]
    [InlineData("a,b\n1,2\n3,\"x\n", "csv_unclosed_quote", "Line 3, column 3")]
    [InlineData("a,b\n1,\0\n", "csv_nul_byte", "Line 2, column 3")]
    [InlineData("a,\"b\n1,2\n", "csv_unclosed_quote", "Line 1, column 3")]
    public async Task A_file_that_is_no_csv_is_refused_and_nothing_is_registered(string csv, string code, string? detail)
    {
        var (status, body) = await _host.IngestAsync("t", csv);
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("code").GetString().Should().Be(code);
        body.GetProperty("line").GetInt64().Should().BePositive();
        if (detail is not null)
        {
            body.GetProperty("detail").GetString().Should().Contain(detail);
        }

        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused_by_line_and_column()
    {
        var (status, body) = await _host.IngestAsync("t", [.. "a,b\n1,2\nx"u8, 0xC3, 0x28, .. ",y\n"u8]);
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (body.GetProperty("code").GetString(), body.GetProperty("line").GetInt32(), body.GetProperty("column").GetInt32()).Should().Be(("csv_not_utf8", 3, 2));
        await ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task Columns_and_records_at_the_bound_are_taken_and_one_past_it_refused()
    {
        string Csv(int columns) => string.Join(
            ',', Enumerable.Range(0, columns).Select(i => $"c{i}")) + "\n" + string.Join(',', Enumerable.Range(0, columns)) + "\n";
        (await _host.IngestAsync("wide", Csv(4_096))).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT c0, c4095 FROM wide")).Should().Be("[[0,4095]]");
        (await _host.IngestAsync("wider", Csv(4_097))).Body.GetProperty("code").GetString().Should().Be("csv_too_many_columns");

        var fits = new string('x', (1 << 20) - 100);
        (await _host.IngestAsync("long", $"a,b\n1,{fits}\n")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT length(b) FROM long")).Should().Be($"[[{fits.Length}]]");
        var (status, body) = await _host.IngestAsync("longer", $"a,b\n1,2\n1,{new string('x', 3 << 20)}\n");
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (body.GetProperty("code").GetString(), body.GetProperty("line").GetInt32()).Should().Be(("csv_record_too_large", 3));
    }

    [Fact]
    public async Task A_record_is_held_to_a_small_bound_too()
    {
        await using var host = await LakehouseHost.StartAsync(("ingest.max_record_bytes", "4KiB"));
        (await host.IngestAsync("t", $"a,b\n1,{new string('x', 4_094)}\n2,x{new string('"', 4_000)}\n")).Status.Should().Be(HttpStatusCode.OK);
        (await host.RowsAsync("SELECT length(b) FROM t")).Should().Be("[[4094],[4001]]");
        foreach (var end in new[] { "\n3,4\n", "\n", "" })
        {
            var (status, body) = await host.IngestAsync("u", $"a,b\n1,2\n1,{new string('x', 4_095)}{end}");
            status.Should().Be(HttpStatusCode.UnprocessableEntity);
            (body.GetProperty("code").GetString(), body.GetProperty("line").GetInt32()).Should().Be(("csv_record_too_large", 3));
        }
    }

    [Fact]
    public async Task A_file_over_the_bound_is_refused_declared_or_not()
    {
        var csv = Encoding.ASCII.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 17 << 18)));
        (await _host.IngestAsync("t", csv)).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);

        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest?name=t") { Content = new StreamContent(new MemoryStream(csv)) };
        chunked.Headers.TransferEncodingChunked = true;
        using var answer = await _host.Http.SendAsync(chunked);
        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("file_too_large");
        await ShouldHoldNothingAsync();
    }

    [Theory]
    [InlineData("x", "VARCHAR")]
    [InlineData("007", "VARCHAR")]
    [InlineData("1.5", "DOUBLE")]
    [InlineData("\"\"", "BIGINT")]
    [InlineData("99999999999999999999", "VARCHAR")]
    public async Task A_late_value_that_breaks_a_type_changes_the_column_and_not_the_rows(string late, string type)
    {
        // After tens of thousands of rows and many segments.
        var csv = new StringBuilder("id,v\n");
        for (var i = 0; i < 60_000; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},{i * 3}\n");
        }

        csv.Append(CultureInfo.InvariantCulture, $"60000,{late}\n");
        (await _host.IngestAsync("t", csv.ToString())).Status.Should().Be(HttpStatusCode.OK);

        (await _host.RowsAsync("SELECT column_type FROM (DESCRIBE t) WHERE column_name = 'v'")).Should().Be($"[[\"{type}\"]]");
        (await _host.RowsAsync(
                "SELECT count(*), count(*) FILTER (WHERE CAST(v AS VARCHAR) IN ((id * 3)::VARCHAR, (id * 3)::VARCHAR || '.0')) FROM "
                + "t")).Should().Be("[[60001,60000]]");
        var quoted = late == "\"\"" ? "null" : type == "DOUBLE" ? late : $"\"{late}\"";
        (await _host.RowsAsync("SELECT v FROM t WHERE id = 60000")).Should().Be($"[[{quoted}]]");
    }

    [Fact]
    public async Task Rows_keep_their_order_over_many_segments()
    {
        var csv = new StringBuilder("id,text\n");
        for (var i = 0; i < 50_000; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},\"row {i}\nof many\"\n");
        }

        var (_, body) = await _host.IngestAsync("t", csv.ToString());
        body.GetProperty("manifest").GetProperty("objects").GetArrayLength().Should().BeGreaterThan(100);
        using var rows = JsonDocument.Parse(await _host.RowsAsync("SELECT id FROM t"));
        var expected = 0;
        foreach (var row in rows.RootElement.EnumerateArray())
        {
            Assert.Equal(expected++, row[0].GetInt32());
        }

        expected.Should().Be(50_000);
    }

    [Fact]
    public async Task The_same_bytes_again_change_nothing_and_new_ones_make_a_version()
    {
        var first = (await _host.IngestAsync("t", "a,b\n1,x\n")).Body;
        var again = (await _host.IngestAsync("t", "a,b\n1,x\n")).Body;
        again.GetProperty("unchanged").GetBoolean().Should().BeTrue();
        again.GetProperty("manifest").GetRawText().Should().Be(first.GetProperty("manifest").GetRawText());
        first.GetProperty("unchanged").GetBoolean().Should().BeFalse();

        var second = (await _host.IngestAsync("t", "a,b\n2,y\n3,z\n")).Body;
        (second.GetProperty("version").GetInt64(),
            second.GetProperty("row_count").GetInt64(),
            second.GetProperty("unchanged").GetBoolean()).Should().Be((2, 2, false));
        second.GetProperty("dataset_id").GetString().Should().Be(first.GetProperty("dataset_id").GetString());
        (await _host.RowsAsync("FROM t")).Should().Be("""[[2,"y"],[3,"z"]]""");

        var back = (await _host.IngestAsync("t", "a,b\n1,x\n")).Body;
        back.GetProperty("version").GetInt64().Should().Be(3);
        var (old, stored) = (first.GetProperty("manifest").GetProperty("objects")[0], back.GetProperty("manifest").GetProperty("objects")[0]);
        stored.GetProperty("sha256").GetString().Should().Be(old.GetProperty("sha256").GetString());
        stored.GetProperty("key").GetString().Should().NotBe(old.GetProperty("key").GetString(), "the old one may be collected at any moment");
    }

    [Fact]
    public async Task Another_schema_is_refused_with_its_differences_and_live_data_is_untouched()
    {
        await _host.IngestAsync("t", "a,b,c\n1,x,2024-01-01\n");
        var before = Files();
        var (status, body) = await _host.IngestAsync("t", "a,b,d\ntext,x,1\n");

        status.Should().Be(HttpStatusCode.Conflict);
        body.GetProperty("code").GetString().Should().Be("schema_conflict");
        body.GetProperty("detail").GetString()
            .Should().Contain("'a' is BIGINT, not VARCHAR").And.Contain("'c' (DATE) is missing").And.Contain("'d' (BIGINT) is new");
        body.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()).Should().Equal("a", "c", "d");
        Files().Should().BeEquivalentTo(before);
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"x","2024-01-01"]]""");

        (await _host.IngestAsync("T", "a\n1\n")).Body.GetProperty("code").GetString().Should().Be("name_conflict");
    }

    [Fact]
    public async Task A_form_field_and_a_body_give_the_same_dataset()
    {
        const string csv = "a,b\n1,\"x\ny\"\n";
        await _host.IngestAsync("t", csv);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", "x.csv" },
        };
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t", form);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("unchanged").GetBoolean().Should().BeTrue();

        using var without = new MultipartFormDataContent { { new StringContent("append"), "mode" } };
        using var refused = await _host.Http.PostAsync("/v1/ingest?name=t", without);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("no_file");
    }

    /// <summary>What curl makes of <c>-F file=@a.csv,b.csv</c>: its headers would be rows.</summary>
    [Fact]
    public async Task Files_that_are_packed_in_one_field_are_refused()
    {
        using var several = new MultipartContent("mixed") { new StringContent("a\n1\n"), new StringContent("a\n2\n") };
        using var form = new MultipartFormDataContent { { several, "file" } };
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t", form);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("invalid_multipart").And.Contain("in a field of its own");
        await ShouldHoldNothingAsync();
    }

    [Theory]
    [InlineData("Content-Transfer-Encoding", "base64")]
    [InlineData("Content-Transfer-Encoding", "Quoted-Printable")]
    [InlineData("Content-Encoding", "gzip")]
    public async Task An_encoded_part_of_a_form_is_refused(string header, string encoding)
    {
        using var file = new ByteArrayContent("YSxiCjEsMgo="u8.ToArray()) { Headers = { { header, encoding } } };
        using var form = new MultipartFormDataContent { { file, "file", "x.csv" } };
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t", form);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be("invalid_multipart");
        problem.GetProperty("detail").GetString().Should().Contain($"{header} '{encoding}'");
        await ShouldHoldNothingAsync();
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("8BIT")]
    [InlineData("7bit")]
    public async Task A_part_of_a_form_may_say_that_it_is_not_encoded(string encoding)
    {
        using var file = new ByteArrayContent("a,b\n1,2\n"u8.ToArray()) { Headers = { { "Content-Transfer-Encoding", encoding } } };
        using var form = new MultipartFormDataContent { { file, "file", "x.csv" } };
        (await _host.Http.PostAsync("/v1/ingest?name=t", form)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t")).Should().Be("[[1,2]]");
    }

    [Theory]
    [InlineData("If-None-Match", "*", "unsupported_header")]
    [InlineData("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", "unsupported_header")]
    [InlineData("Content-Encoding", "br", "unsupported_encoding")]
    public async Task A_header_that_an_ingest_does_not_obey_is_refused(string header, string value, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest?name=t") { Content = new ByteArrayContent("a,b\n1,2\n"u8.ToArray()) };
        (request.Headers.TryAddWithoutValidation(header, value) || request.Content.Headers.TryAddWithoutValidation(header, value)).Should().BeTrue();
        using var answer = await _host.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
        await ShouldHoldNothingAsync();
    }

    [Theory]
    [InlineData("elsewhere", "upload", "y.csv", "in the field 'upload'")]
    [InlineData("parameter", "delimiter", null, "'delimiter' after a file")]
    public async Task What_a_form_has_beside_its_file_is_not_ignored(string name, string field, string? fileName, string detail)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("a\n1\n"u8.ToArray()), "file", "x.csv" } };
        using var other = new ByteArrayContent("a\n2\n"u8.ToArray());
        if (fileName is null)
        {
            form.Add(other, field);
        }
        else
        {
            form.Add(other, field, fileName);
        }

        using var answer = await _host.Http.PostAsync($"/v1/ingest?name={name}", form);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be("invalid_multipart");
        problem.GetProperty("detail").GetString().Should().Contain(detail);
        (await _host.Http.GetAsync($"/v1/catalog/manifest/{name}")).StatusCode.Should().Be(HttpStatusCode.NotFound, "nothing was registered");
    }

    [Theory]
    [InlineData("name=", "invalid_name")]
    [InlineData("", "invalid_name")]
    [InlineData("name=a%2Fb", "invalid_name")]
    [InlineData("name=t&delimiter=x", "invalid_delimiter")]
    [InlineData("name=t&header=no", "invalid_header")]
    public async Task Bad_parameters_are_refused(string query, string code)
    {
        using var answer = await _host.Http.PostAsync("/v1/ingest?" + query, new StringContent("a\n1\n"));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
    }

    [Fact]
    public async Task A_delimiter_and_a_header_can_be_forced()
    {
        (await _host.IngestAsync("t", "a|b,c\n1|2,3\n", "&delimiter=pipe")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"2,3"]]""");
        (await _host.IngestAsync("u", "1,2\n3,4\n", "&header=true")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("SELECT \"1\" FROM u")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task An_upload_that_breaks_off_registers_nothing_and_frees_its_place()
    {
        for (var i = 0; i < 4; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, _host.Port);
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes(
                    "POST /v1/ingest?name=t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\na,b\n" + string.Concat(
                        Enumerable.Repeat("1,2\n", 5_000))));
        }

        await StorageEndpointTests.WaitForAsync(() => _host.IngestAsync("after", "a\n1\n").Result.Status == HttpStatusCode.OK);
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(1);
        await StorageEndpointTests.WaitForAsync(() => ScratchFolders().Length == 0);
    }

    [Fact]
    public async Task One_ingest_too_many_is_refused_at_once()
    {
        using var first = new TcpClient();
        using var second = new TcpClient();
        foreach (var socket in new[] { first, second })
        {
            await socket.ConnectAsync(IPAddress.Loopback, _host.Port);
            await socket.GetStream().WriteAsync("POST /v1/ingest?name=t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\na,b\n1,2\n"u8.ToArray());
        }

        await StorageEndpointTests.WaitForAsync(() => AllScratchFolders().Length == 2);
        using var third = await _host.Http.PostAsync("/v1/ingest?name=t", new StringContent("a\n1\n"));
        third.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        third.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Concurrent_ingests_of_one_dataset_are_versions_one_after_the_other()
    {
        var versions = new List<long>();
        async Task IngestAsync(int worker)
        {
            for (var i = 0; i < 10; i++)
            {
                var (status, body) = await _host.IngestAsync("t", $"a,b\n{worker},{i}\n");
                status.Should().Be(HttpStatusCode.OK, body.ToString());
                lock (versions)
                {
                    versions.Add(body.GetProperty("version").GetInt64());
                }
            }
        }

        await Task.WhenAll(IngestAsync(1), IngestAsync(2));
        versions.Order().Should().Equal(Enumerable.Range(1, 20).Select(i => (long)i));
    }

    [Fact]
    public async Task Data_files_have_the_configured_codec()
    {
        await using var zstd = await LakehouseHost.StartAsync(("ingest.compression", "zstd"));
        await zstd.IngestAsync("t", "a\n1\n");
        await _host.IngestAsync("t", "a\n1\n");
        foreach (var (host, codec) in new[] { (zstd, "ZSTD"), (_host, "SNAPPY") })
        {
            var file = Directory.EnumerateFiles(Path.Combine(host.DataDirectory, "objects", "datasets"), "*.parquet", SearchOption.AllDirectories).Single();
            using var database = Lakehouse.DuckDb.DuckDbDatabase.OpenInMemory();
            using var connection = database.Connect();
            using var statement = connection.Prepare($"SELECT DISTINCT compression FROM parquet_metadata('{file}')");
            using var result = statement.Execute();
            using var chunk = result.FetchChunk()!;
            Encoding.UTF8.GetString(chunk.GetVector(0).GetBytes(0)).Should().Be(codec);
        }
    }

    /// <summary>Ingests random tables over HTTP, reads them with SQL, and compares them with what was written.</summary>
    [Fact]
    public async Task Any_table_comes_out_as_it_went_in()
    {
        const int seed = 42;
        var random = new Random(seed);
        string[] pieces = ["a", "1", "0", ".", "-", "\"", ",", ";", "\n", "\r\n", " ", "é", "😀", "'", "\\", "\t", "|", "true", "2024-01-01", "e5", "00"];
        for (var round = 0; round < 60; round++)
        {
            var width = 1 + random.Next(4);
            var rows = Enumerable.Range(0, random.Next(1, 400))
                .Select(
                    _ => Enumerable.Range(0, width)
                        .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => pieces[random.Next(pieces.Length)])))
                        .ToArray())
                .ToList();
            var csv = new StringBuilder().AppendJoin(',', Enumerable.Range(0, width).Select(i => $"c{i}")).Append('\n');
            foreach (var row in rows)
            {
                csv.AppendJoin(
                    ',',
                    row.Select(
                        v => v.AsSpan().IndexOfAny(",\"\r\n;|\t") >= 0 || random.Next(2) == 0
                            ? $"\"{v.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                            : v)).Append('\n');
            }

            var name = $"round{round}";
            var (status, body) = await _host.IngestAsync(name, csv.ToString(), "&delimiter=comma");
            status.Should().Be(HttpStatusCode.OK, "round {0} of seed {1}: {2}", round, seed, body);
            var types = body.GetProperty("manifest").GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("type").GetString()).ToList();
            using var actual = JsonDocument.Parse(await _host.RowsAsync($"FROM {name}"));
            actual.RootElement.GetArrayLength().Should().Be(rows.Count, "round {0} of seed {1}", round, seed);
            for (var i = 0; i < rows.Count; i++)
            {
                for (var column = 0; column < width; column++)
                {
                    var value = actual.RootElement[i][column];
                    var matches = types[column] switch
                    {
                        "VARCHAR" => value.GetString() == rows[i][column],
                        "DOUBLE" => value.GetDouble().Equals(double.Parse(rows[i][column], CultureInfo.InvariantCulture)),
                        _ => string.Equals(value.ToString(), rows[i][column], StringComparison.OrdinalIgnoreCase),
                    };
                    Assert.True(matches, $"round {round} of seed {seed}, row {i}, column {column}: {types[column]} {value} was '{rows[i][column]}'");
                }
            }
        }
    }

    /// <summary>The scratch folders with something in them: an instance that is kept for the next ingest has an empty one.</summary>
    private string[] ScratchFolders() => Array.FindAll(AllScratchFolders(), f => Directory.EnumerateFileSystemEntries(f).Any());

    private string[] AllScratchFolders() => Directory.GetDirectories(Directory.GetDirectories(Path.Combine(_host.DataDirectory, "tmp"))[0]);

    private List<string> Files() => [.. Directory.EnumerateFiles(Path.Combine(_host.DataDirectory, "objects"), "*", SearchOption.AllDirectories)];

    private async Task ShouldHoldNothingAsync()
    {
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/list")).GetProperty("count").GetInt32().Should().Be(0);
        Files().Should().BeEmpty();
        ScratchFolders().Should().BeEmpty();
    }
}
