using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Stored;

/// <summary>What may not run as a query may not be that of a view, of a derived dataset or of stored rows, nor run over a version or by GET.</summary>
public sealed class HostileDefinitionTests
{
    [Fact]
    public async Task No_door_is_wider_than_the_first()
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", "process"), ("query.timeout", "5s"));
        await host.IngestAsync("t", "id,k,v\n1,a,10\n2,b,20\n3,a,30\n");
        var faults = new List<string>();
        var count = 0;
        foreach (var (number, kind, sql, _) in HostileStatements.Read().Where(s => s.Class == "escape"))
        {
            var refusal = await host.RefusalAsync(sql);
            if (refusal.Detail?.StartsWith("The query is refused", StringComparison.Ordinal) != true)
            {
                continue; // the gate lets it run; what it does then is tried by HostileSqlTests
            }

            count++;
            var doors = new (string Name, Func<Task<HttpResponseMessage>> Open)[]
            {
                ("view", () => host.Http.PutAsJsonAsync("/v1/catalog/view/door", new { sql })),
                ("derived", () => host.Http.PutAsJsonAsync("/v1/catalog/derived/door", new { sql })),
                ("into", () => host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "door" } })),
                ("parquet", () => host.Http.PostAsJsonAsync("/v1/sql?format=parquet", new { sql })),
                ("pinned", () => host.Http.PostAsJsonAsync("/v1/sql", new { sql, at = new { t = 1 } })),
                ("GET", () => host.Http.GetAsync("/v1/sql?q=" + Uri.EscapeDataString(sql.Length > 4_000 ? "SELECT getenv('X')" : sql))),
            };
            foreach (var (name, open) in doors)
            {
                using var answer = await open();
                if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.InternalServerError)
                {
                    faults.Add($"{number} {kind} by {name}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()} for {sql}");
                }
            }
        }

        faults.Should().BeEmpty();
        count.Should().BeGreaterThan(100);
        (await host.RowsAsync("SHOW TABLES")).Should().Be("[[\"t\"]]");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/catalog/views")).GetProperty("views").GetArrayLength().Should().Be(0);
    }
}
