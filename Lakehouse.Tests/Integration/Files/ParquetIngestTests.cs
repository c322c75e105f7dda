using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Parquet files that are ingested: they become data files as they are.</summary>
public sealed class ParquetIngestTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_file_is_stored_byte_for_byte_and_every_type_comes_back()
    {
        const string select = """
            SELECT * EXCLUDE (bignum, "bit", "union", fixed_nested_int_array, fixed_nested_varchar_array, fixed_struct_array, struct_of_fixed_array,
                fixed_array_of_int_list, list_of_fixed_int_array, fixed_int_array, fixed_varchar_array, array_of_structs, time_tz, time_ns, uhugeint, hugeint,
                small_enum, medium_enum, large_enum, map, "interval", timestamp_s, timestamp_ms)
            FROM test_all_types()
            """;
        var file = await ParquetAsync(select);
        var stored = await IngestAsync("all", file);
        stored.GetProperty("format").GetString().Should().Be("parquet");
        var key = stored.GetProperty("manifest").GetProperty("objects")[0].GetProperty("key").GetString();
        (await _host.Http.GetByteArrayAsync($"/v1/storage/get/{key}")).Should().Equal(file);
        (await _host.RowsAsync("FROM \"all\"")).Should().Be(await _host.RowsAsync(select));
        (await _host.RowsAsync("SELECT count(*) FROM (FROM \"all\" EXCEPT SELECT * FROM (" + select + "))")).Should().Be("[[0]]");
    }

    [Fact]
    public async Task Files_are_added_and_read_as_the_types_of_the_dataset_where_nothing_is_lost()
    {
        await IngestAsync("t", await ParquetAsync("SELECT 1::BIGINT AS id, 1.5::DOUBLE AS v, TIMESTAMP '2024-01-01' AS at"));
        await IngestAsync("t", await ParquetAsync("SELECT TIMESTAMP '2024-01-02' AS at, 2.5::FLOAT AS V, 2::SMALLINT AS Id"), "&mode=append");
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,1.5,"2024-01-01 00:00:00"],[2,2.5,"2024-01-02 00:00:00"]]""");
        (await _host.RowsAsync("SELECT DISTINCT typeof(id), typeof(v), typeof(\"at\") FROM t")).Should().Be("""[["BIGINT","DOUBLE","TIMESTAMP"]]""");

        foreach (var (select, difference) in new[]
                 {
                     ("SELECT 3::BIGINT AS id, 3::BIGINT AS v, TIMESTAMP '2024-01-01' AS at", "'v' is DOUBLE, not BIGINT"),
                     ("SELECT 3::BIGINT AS id, 3.5::DOUBLE AS v", "'at' (TIMESTAMP) is missing"),
                     ("SELECT 3::BIGINT AS id, 3.5::DOUBLE AS v, TIMESTAMP '2024-01-01' AS at, 1 AS more", "'more' (INTEGER) is new"),
                     ("SELECT 3::BIGINT AS id, 3.5::DOUBLE AS v, TIMESTAMP_NS '2024-01-01' AS at", "'at' is TIMESTAMP, not TIMESTAMP_NS"),
                     ("SELECT 'x' AS id, 3.5::DOUBLE AS v, TIMESTAMP '2024-01-01' AS at", "'id' is BIGINT, not VARCHAR"),
                 })
        {
            var (status, problem) = await _host.IngestAsync("t", await ParquetAsync(select), "&mode=append");
            (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
            problem.GetProperty("detail").GetString().Should().Contain(difference);
        }

        var evolved = await IngestAsync("t", await ParquetAsync("SELECT 4::HUGEINT::BIGINT AS id, 4::BIGINT AS v, 'n' AS note"), "&mode=append&evolve=true");
        evolved.GetProperty("manifest").GetProperty("columns").GetArrayLength().Should().Be(4);
        (await _host.RowsAsync("SELECT id, v, note FROM t ORDER BY id")).Should().Be("""[[1,1.5,null],[2,2.5,null],[4,4,"n"]]""");
        await IngestAsync("t", await ParquetAsync("SELECT 2::BIGINT AS id, 9.5::DOUBLE AS v, NULL::TIMESTAMP AS at, 'u' AS note"), "&mode=upsert&key=id");
        (await _host.RowsAsync("SELECT id, v, note FROM t ORDER BY id")).Should().Be("""[[1,1.5,null],[2,9.5,"u"],[4,4,"n"]]""");
        (await _host.IngestAsync("t", "id,v,at,note\n5,5,2024-01-01,c\n", "&mode=append")).Status.Should().Be(HttpStatusCode.OK, "CSV follows it");
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[4]]");
    }

    [Fact]
    public async Task Several_files_packed_or_not_become_one_dataset_in_order()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(await ParquetAsync("SELECT range AS id, 'a' AS v FROM range(3)")), "file", "a.parquet" },
            { new ByteArrayContent(Pack(await ParquetAsync("SELECT 'b' AS v, 7 AS id"))), "file", "b.parquet.gz" },
        };
        using var answer = await _host.Http.PostAsync("/v1/ingest?name=t", form);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await _host.RowsAsync("FROM t")).Should().Be("""[[0,"a"],[1,"a"],[2,"a"],[7,"b"]]""");

        using var mixed = new MultipartFormDataContent
        {
            { new ByteArrayContent(await ParquetAsync("SELECT 1 AS id")), "file", "a.parquet" },
            { new StringContent("id\n2\n"), "file", "b.csv" },
        };
        using var refused = await _host.Http.PostAsync("/v1/ingest?name=u", mixed);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("formats_differ");
    }

    [Fact]
    public async Task A_preview_shows_its_columns_and_rows_and_stores_nothing()
    {
        var file = await ParquetAsync("SELECT range AS id, 'r' || range AS v FROM range(100)");
        using var answer = await _host.Http.PostAsync("/v1/ingest/preview", new ByteArrayContent(file));
        var preview = await answer.Content.ReadFromJsonAsync<JsonElement>();
        preview.GetProperty("columns").GetRawText().Should().Be("""[{"name":"id","type":"BIGINT"},{"name":"v","type":"VARCHAR"}]""");
        preview.GetProperty("rows").GetArrayLength().Should().Be(20);
        preview.GetProperty("rows")[19].GetRawText().Should().Be("""["19","r19"]""");
        (await ObjectCountAsync()).Should().Be(0);
    }

    [Fact]
    public async Task What_is_no_whole_Parquet_file_is_refused_and_leaves_nothing()
    {
        var file = await ParquetAsync("SELECT range AS id, repeat('x', 100) AS v FROM range(10000)");
        var random = new Random(3);
        var noise = (byte[])[.. "PAR1"u8, 0x15, .. Enumerable.Range(0, 200).Select(_ => (byte)random.Next(256)), 0, 100, 0, 0, 0, .. "PAR1"u8];
        foreach (var bad in new[] { file[..^1], file[..100], [.. file, 0], noise, "PAR1\0\0\0\0"u8.ToArray() })
        {
            var (status, problem) = await _host.IngestAsync("t", bad);
            ((int)status, problem.GetProperty("code").GetString()).Should().Be((422, "parquet_invalid"));
        }

        foreach (var query in new[] { "&types=id:VARCHAR", "&delimiter=;", "&null=x", "&on_error=skip", "&encoding=utf-8" })
        {
            (await _host.IngestAsync("t", file, query)).Body.GetProperty("code").GetString().Should().Be("invalid_option");
        }

        (await _host.IngestAsync("t", "a,b\n1,2\n", "&format=parquet")).Body.GetProperty("code").GetString().Should().Be("unsupported_format");
        (await ObjectCountAsync()).Should().Be(0);

        // Text that only begins with the same letters is CSV.
        (await _host.IngestAsync("t", "PAR1,PAR2\na,b\n")).Status.Should().Be(HttpStatusCode.OK);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private async Task<int> ObjectCountAsync() =>
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/storage/list?prefix=datasets/")).GetProperty("objects").GetArrayLength();

    private async Task<byte[]> ParquetAsync(string sql)
    {
        using var answer = await _host.Http.PostAsJsonAsync("/v1/sql?format=parquet", new { sql });
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private async Task<JsonElement> IngestAsync(string name, byte[] content, string query = "")
    {
        var (status, body) = await _host.IngestAsync(name, content, query);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }
}
