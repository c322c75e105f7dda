using System.Globalization;
using System.Net.Http.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Sql;

/// <summary>Small datasets are in the engine's memory after they were named, and answer as their files would.</summary>
public sealed class ResidentTests
{
    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task A_dataset_that_comes_again_in_other_letters_is_read(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", isolation));
        await host.IngestAsync("foo", "x\n1\n");
        (await host.RowsAsync("FROM foo")).Should().Be("[[1]]");
        (await host.Http.DeleteAsync("/v1/catalog/dataset/foo")).EnsureSuccessStatusCode();
        await host.IngestAsync("FOO", "x\n5\n");
        (await host.RowsAsync("FROM foo")).Should().Be("[[5]]");
        (await host.RowsAsync("SELECT column_name FROM (DESCRIBE foo)")).Should().Be("""[["x"]]""");
    }

    [Theory]
    [InlineData("process")]
    [InlineData("none")]
    public async Task A_small_dataset_needs_its_files_once(string isolation)
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", isolation));
        await host.IngestAsync("small", "id,w\n1,x\n3,y\n");
        (await host.RowsAsync("SELECT count(*) FROM small")).Should().Be("[[2]]");
        foreach (var file in DataFiles(host))
        {
            File.Move(file, file + ".away");
        }

        (await host.RowsAsync("SELECT w FROM small WHERE id > 1")).Should().Be("[[\"y\"]]");
        await host.IngestAsync("small", "id,w\n1,x\n3,y\n4,z\n");
        (await host.RowsAsync("SELECT max(w) FROM small")).Should().Be("[[\"z\"]]");
    }

    [Theory]
    [InlineData("query.resident_bytes", "0")]
    [InlineData("query.max_resident_dataset", "0")]
    [InlineData("query.resident_bytes", "100")]
    public async Task What_is_beyond_a_bound_is_read_from_its_files(string setting, string value)
    {
        await using var host = await LakehouseHost.StartAsync((setting, value));
        await host.IngestAsync("small", "id,w\n1,x\n3,y\n");
        (await host.RowsAsync("SELECT count(*) FROM small")).Should().Be("[[2]]");
        foreach (var file in DataFiles(host))
        {
            File.Move(file, file + ".away");
        }

        (await host.RefusalAsync("SELECT w FROM small")).Status.Should().Be(500);
    }

    [Fact]
    public async Task Every_type_is_the_same_from_memory_as_from_the_file()
    {
        const string sql = """
            SELECT * FROM (VALUES
                (1::UTINYINT, 1.5::DECIMAL(9,3), 'a', [1, NULL], {'x': 1, 'y z': ['q']}, MAP {'k': 2}, '2024-02-29'::DATE, '2024-02-29 12:00:00.5'::TIMESTAMP,
                 '2024-02-29 12:00:00+02'::TIMESTAMPTZ, 'NaN'::DOUBLE, '\x00\xFF'::BLOB, '{"a": [1]}'::JSON, '00000000-0000-0000-0000-000000000007'::UUID, true),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) t(a, b, c, d, e, f, g, h, i, j, k, l, m, n)
            """;
        var answers = new List<string>();
        foreach (var bytes in (string[])["0", "32MiB"])
        {
            await using var host = await LakehouseHost.StartAsync(("query.resident_bytes", bytes));
            (await host.Http.PostAsJsonAsync("/v1/sql", new { sql, into = new { dataset = "all_types" } })).EnsureSuccessStatusCode();
            answers.Add(await host.Http.GetStringAsync("/v1/sql?q=FROM+all_types"));
        }

        answers[1].Should().Be(answers[0]);
    }

    [Fact]
    public async Task New_versions_while_others_read_are_whole()
    {
        await using var host = await LakehouseHost.StartAsync(("query.isolation", "process"));
        string Csv(int version) => "v\n" + string.Concat(Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"{version}\n"), 500));
        await host.IngestAsync("d", Csv(0));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var version = 1; version <= 60; version++)
            {
                await host.IngestAsync("d", Csv(version));
            }

            await stop.CancelAsync();
        });
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var sql = reader == 0 ? "SELECT min(v) = max(v), count(*) FROM d" : $"SELECT min(v) = max(v), count(*) FROM d WHERE v >= {-reader}";
                (await host.RowsAsync(sql)).Should().Be("[[true,500]]");
            }
        }));
        await Task.WhenAll(readers.Append(writer));
        (await host.RowsAsync("SELECT DISTINCT v FROM d")).Should().Be("[[60]]");
    }

    private static List<string> DataFiles(LakehouseHost host) =>
        [.. Directory.EnumerateFiles(Path.Combine(host.DataDirectory, "objects", "datasets"), "*.parquet", SearchOption.AllDirectories)];
}
