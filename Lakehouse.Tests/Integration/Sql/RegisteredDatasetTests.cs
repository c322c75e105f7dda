using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>SQL over datasets that a client has registered. What the client states about them can be wrong.</summary>
public sealed class RegisteredDatasetTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LakehouseHost.StartAsync();
        await _host.IngestAsync("t", "id,filename\n1,mine\n2,yours\n");
        var file = Directory.EnumerateFiles(Path.Combine(_host.DataDirectory, "objects", "datasets", "t"), "*.parquet", SearchOption.AllDirectories).Single();
        using var whole = new ByteArrayContent(await File.ReadAllBytesAsync(file));
        (await _host.Http.PutAsync("/v1/storage/put/raw/whole.parquet", whole)).EnsureSuccessStatusCode();
        using var broken = new ByteArrayContent("PAR1 and nothing more"u8.ToArray());
        (await _host.Http.PutAsync("/v1/storage/put/raw/broken.parquet", broken)).EnsureSuccessStatusCode();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_column_of_a_file_that_is_named_as_one_of_the_engine_is_the_file_s()
    {
        await RegisterAsync("plain", "raw/whole.parquet", columns: null);
        (await _host.RowsAsync("SELECT * FROM plain ORDER BY id")).Should().Be("[[1,\"mine\"],[2,\"yours\"]]");
        (await _host.RowsAsync("SELECT filename FROM t ORDER BY id")).Should().Be("[[\"mine\"],[\"yours\"]]");
    }

    [Theory]
    [InlineData("file_row_number")]
    [InlineData("file_index")]
    [InlineData("rowid")]
    public async Task A_column_that_no_file_has_reaches_none_of_the_engine_s_own(string column)
    {
        await RegisterAsync("liar", "raw/whole.parquet", new { name = column, type = "VARCHAR" });
        var refusal = await _host.RefusalAsync("SELECT * FROM liar");
        (refusal.Status, refusal.Code).Should().Be((400, "sql_error"));
        refusal.Detail.Should().NotContain(_host.DataDirectory).And.NotContain(".parquet");
    }

    [Fact]
    public async Task A_dataset_over_a_broken_object_hides_no_other_and_says_what_it_is_when_it_is_read()
    {
        await RegisterAsync("broken", "raw/broken.parquet", columns: null);
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"broken\"],[\"t\"]]");
        (await _host.RowsAsync("SELECT table_name, column_name FROM information_schema.columns ORDER BY ALL")).Should().Be(
                "[[\"broken\",\"columns unknown\"],[\"t\",\"filename\"],[\"t\",\"id\"]]");
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[2]]");
        (await _host.RefusalAsync("FROM broken")).Status.Should().BeOneOf(400, 500);
        (await _host.RowsAsync("SHOW TABLES")).Should().Be("[[\"broken\"],[\"t\"]]");
    }

    [Fact]
    public async Task The_name_of_a_type_that_is_sql_is_run_by_nobody()
    {
        await RegisterAsync("odd", "raw/whole.parquet", new { name = "id", type = "BIGINT) AS id, (SELECT 'x'" }, new { name = "filename", type = "VARCHAR" });
        (await _host.RowsAsync("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = 'odd' ORDER BY ALL"))
            .Should().Be("[[\"odd\",\"filename\",\"VARCHAR\"],[\"odd\",\"id\",\"BIGINT\"]]");
    }

    private async Task RegisterAsync(string name, string key, params object[]? columns)
    {
        using var answer = await _host.Http.PostAsJsonAsync(
            "/v1/catalog/register", new { name, schema_fingerprint = "f-" + name, objects = new[] { new { key } }, row_count = 2, columns = columns ?? [] });
        answer.IsSuccessStatusCode.Should().BeTrue((await answer.Content.ReadFromJsonAsync<JsonElement>()).ToString());
    }
}
