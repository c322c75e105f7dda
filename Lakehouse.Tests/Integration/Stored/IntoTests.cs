using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>Rows of queries that are added to datasets.</summary>
public sealed class IntoTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Added_rows_are_matched_by_name_and_read_as_the_types_of_the_dataset()
    {
        await _host.IngestAsync("t", "id,city,share\n1,Oslo,0.5\n");
        (await IntoAsync("SELECT 'Rome' AS CITY, 2::SMALLINT AS Id, 1::INTEGER AS share")).Status.Should().Be(HttpStatusCode.OK);
        (await IntoAsync("SELECT 3 AS id, 'Bern' AS city, 0.25::FLOAT AS share")).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t ORDER BY id")).Should().Be("""[[1,"Oslo",0.5],[2,"Rome",1],[3,"Bern",0.25]]""");
        (await _host.RowsAsync("SELECT name, type FROM lakehouse.columns WHERE dataset = 't'")).Should().Be(
            """[["id","BIGINT"],["city","VARCHAR"],["share","DOUBLE"]]""");

        (await IntoAsync("SELECT 4 AS id, 'x' AS city")).Body.GetProperty("code").GetString().Should().Be("schema_conflict", "a column is missing");
        (await IntoAsync("SELECT 'four' AS id, 'x' AS city, 1.0 AS share")).Body.GetProperty("code").GetString().Should().Be("schema_conflict");
        (await _host.RowsAsync("SELECT count(*) FROM t")).Should().Be("[[3]]");
    }

    [Fact]
    public async Task New_columns_and_wider_types_are_let_in_where_that_is_said()
    {
        await _host.IngestAsync("t", "id,city\n1,Oslo\n");
        (await IntoAsync("SELECT 'b7' AS id, TRUE AS open", evolve: true)).Status.Should().Be(HttpStatusCode.OK);
        (await _host.RowsAsync("FROM t")).Should().Be("""[["1","Oslo",null],["b7",null,true]]""");
        (await _host.RowsAsync("FROM \"t@1\"")).Should().Be("""[[1,"Oslo"]]""");
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> IntoAsync(string sql, bool evolve = false)
    {
        using var response = await _host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "t", mode = "append", evolve } });
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
