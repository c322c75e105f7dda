using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lakehouse.Host.Sample;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Acceptance;

/// <summary>Tests the built program on an empty folder, from a file to a search in SQL.</summary>
public sealed class SearchTests
{
    private const int Rows = 10_000;
    private const string Sql = """
        SELECT w.* FROM vector_search('workers', 'forklift driver in Illinois', k := 10) v JOIN workers w ON w.worker_id = v.id ORDER BY v.distance, v.id
        """;

    [Fact]
    public async Task A_file_becomes_a_dataset_an_index_and_the_answer_of_a_query_and_so_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        string before;
        await using (var process = await LakehouseProcess.StartAsync(folder.Path))
        {
            await IngestAsync(process, Rows);
            await process.Http.PostAsync(
                "/v1/vectors/index/workers/import",
                new { dataset = "workers", id = "worker_id", text = "resume_text", metadata = new[] { "role", "state" }, follow = true });
            await process.Http.WaitForVersionAsync("workers", 1);
            before = await RowsAsync(process, Sql);
            var rows = JsonDocument.Parse(before).RootElement.EnumerateArray().ToList();
            rows.Should().HaveCount(10);
            rows.Select(r => r[9].GetString()).Should().NotContain(role => role != "Forklift Operator" && role != "Truck Driver");
            rows.Count(r => r[9].GetString() == "Forklift Operator").Should().BeGreaterThanOrEqualTo(8);
        }

        await using (var process = await LakehouseProcess.StartAsync(folder.Path))
        {
            (await RowsAsync(process, Sql)).Should().Be(before);
            var hybrid = await process.Http.SearchAsync(
                new
                {
                    index = "workers",
                    text = "forklift driver",
                    where = "state = 'IL' AND years_experience > 5",
                    columns = new[] { "state", "years_experience" }
                });
            hybrid.Ids().Should().HaveCount(10);
            hybrid.GetProperty("results").EnumerateArray().Should().OnlyContain(r =>
                r.GetProperty("columns").GetProperty("state").GetString() == "IL" && r.GetProperty("columns").GetProperty("years_experience").GetInt32() > 5);
        }
    }

    /// <summary>
    /// The program is killed at random moments of an import and of the versions that follow; in the end the index holds the rows of the last version, each with
    /// its own text.
    /// </summary>
    [Fact]
    public async Task An_import_survives_every_kill()
    {
        using var folder = new TemporaryFolder();
        await using var ollama = await StandInOllama.StartAsync();
        ollama.Model = text => StandInOllama.Hashed(text, 16);
        string[] settings =
        [
            "--embed.provider", "ollama", "--embed.url", ollama.Url, "--embed.default_model", "nomic-embed-text", "--search.import_batch_rows", "50",
            "--search.follow_every", "10ms",
            "--vector.maintain_every", "10ms", "--vector.compact_log_batches", "3", "--vector.compact_idle", "0s",
        ];
        var random = new Random(23);
        const int rounds = 8;
        for (var round = 1; round <= rounds; round++)
        {
            await using var process = await LakehouseProcess.StartAsync(folder.Path, settings);
            await IngestTextsAsync(process, round);
            if (round == 1)
            {
                (await process.Http.PostAsync(
                        "/v1/vectors/index/docs/import",
                        new { dataset = "docs", id = "id", text = "body", follow = true })).Status.Should().Be(HttpStatusCode.Accepted);
            }

            var wanted = random.Next(1, 2_000);
            await process.Http.WaitForImportAsync("docs", s => s.GetProperty("done").GetInt64() >= wanted || s.GetProperty("version").GetInt64() == round);
            await process.KillAsync();
        }

        await using var last = await LakehouseProcess.StartAsync(folder.Path, settings);
        await last.Http.WaitForVersionAsync("docs", rounds);
        var items = (await last.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs/items?include=text,vector&limit=1000"))
            .GetProperty("items")
            .EnumerateArray()
            .ToList();
        items.Should().HaveCount(1_000);
        foreach (var item in items)
        {
            var text = item.GetProperty("text").GetString()!;
            var raw = StandInOllama.Hashed("search_document: " + text, 16);
            var length = Math.Sqrt(raw.Sum(v => (double)v * v));
            text.Should().Be(TextOf(rounds, int.Parse(item.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture)));
            item.GetProperty("vector").Deserialize<float[]>()!.Zip(raw).Should().NotContain(p => Math.Abs(p.First - (p.Second / length)) > 1e-5);
        }

        var total = await last.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs");
        total.GetProperty("count").GetInt64().Should().Be(2_000 + rounds);
        total.GetProperty("text_count").GetInt64().Should().Be(2_000 + rounds);
    }

    // Each version up to the ninth changes a tenth of the rows and adds one row.
    private static string TextOf(int version, int id) => $"row {id} of version {(id % 10 <= version ? id % 10 : 0)}";

    private static async Task IngestTextsAsync(LakehouseProcess process, int version)
    {
        var csv = "id,body\n" + string.Concat(Enumerable.Range(0, 2_000 + version).Select(i => $"{i},{TextOf(version, i)}\n"));
        using var content = new StringContent(csv);
        using var response = await process.Http.PostAsync("/v1/ingest?name=docs", content);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task IngestAsync(LakehouseProcess process, int rows)
    {
        using var csv = new MemoryStream();
        WorkersCsv.Write(csv, rows);
        using var content = new ByteArrayContent(csv.ToArray());
        using var response = await process.Http.PostAsync("/v1/ingest?name=workers", content);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<string> RowsAsync(LakehouseProcess process, string sql)
    {
        var (status, body) = await process.Http.PostAsync("/v1/sql", new { sql });
        status.Should().Be(HttpStatusCode.OK, "{0}", body);
        return body.GetProperty("rows").GetRawText();
    }
}
