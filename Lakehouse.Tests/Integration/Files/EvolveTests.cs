using System.Net;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Datasets whose columns change: old data files stay as they are and are read as the new columns.</summary>
public sealed class EvolveTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task New_columns_and_wider_types_are_let_in_and_old_files_stay_as_they_are()
    {
        var first = await IngestAsync(_host, "t", "id,amount,day\n1,10,2024-01-01\n");
        await IngestAsync(_host, "t", "id,amount,day\n2,10.5,2024-01-02\n", "&mode=append&evolve=true");
        var third = await IngestAsync(_host, "t", "note,id,day\nhi,3,2024-01-03 10:00:00\n", "&mode=append&evolve=true");

        Columns(third).Should().Be("id BIGINT, amount DOUBLE, day TIMESTAMP, note VARCHAR");
        third.GetProperty("dataset_id").GetString().Should().Be(first.GetProperty("dataset_id").GetString());
        var objects = third.GetProperty("manifest").GetProperty("objects");
        objects[0].GetProperty("key").GetString().Should().Be(first.GetProperty("manifest").GetProperty("objects")[0].GetProperty("key").GetString());
        const string rows =
            """[[1,10,"2024-01-01 00:00:00",null],[2,10.5,"2024-01-02 00:00:00",null],[3,null,"2024-01-03 10:00:00","hi"]]""";
        (await _host.RowsAsync("FROM t")).Should().Be(rows);
        (await _host.RowsAsync("SELECT id FROM t WHERE amount > 10 AND day < '2024-02-01'")).Should().Be("[[2]]");
        (await _host.RowsAsync("FROM \"t@1\"")).Should().Be("""[[1,10,"2024-01-01"]]""", "an older version has its own columns");

        // What fits is taken without a word, and the rest is still refused.
        var fourth = await IngestAsync(_host, "t", "id,amount,day,note\n4,4,2024-01-04,\n", "&mode=append");
        Columns(fourth).Should().Be("id BIGINT, amount DOUBLE, day TIMESTAMP, note VARCHAR");
        var (status, refused) = await _host.IngestAsync("t", "id,amount,day,other\n4,4,2024-01-04,x\n", "&mode=append");
        (status, refused.GetProperty("code").GetString()).Should().Be((HttpStatusCode.Conflict, "schema_conflict"));
        refused.GetProperty("detail").GetString().Should().Contain("evolve=true").And.Contain("types=").And.Contain("another name").And.Contain("drop it");

        // Another process reads the manifest with its older files' columns.
        await using var other = await LakehouseHost.StartInAsync(_host.DataDirectory);
        (await other.RowsAsync("FROM t WHERE id < 4")).Should().Be(rows);
    }

    [Theory]
    [InlineData("1", "x", "VARCHAR", "[[\"1\"],[\"x\"]]")]
    [InlineData("true", "1", "VARCHAR", "[[\"true\"],[\"1\"]]")]
    [InlineData("2024-01-01", "10:00:00", "VARCHAR", "[[\"2024-01-01\"],[\"10:00:00\"]]")]
    [InlineData("1.5", "2024-01-01", "VARCHAR", "[[\"1.5\"],[\"2024-01-01\"]]")]
    [InlineData("2024-01-01 10:00:00", "2024-01-01 10:00:00Z", "VARCHAR", "[[\"2024-01-01 10:00:00\"],[\"2024-01-01 10:00:00+00\"]]")]
    [InlineData("1", "9007199254740993.5", "VARCHAR", "[[\"1\"],[\"9007199254740993.5\"]]")]
    public async Task Types_that_have_nothing_in_common_become_text(string before, string after, string type, string rows)
    {
        await IngestAsync(_host, "t", $"v\n{before}\n");
        var evolved = await IngestAsync(_host, "t", $"v\n{after}\n", "&mode=append&evolve=true");
        Columns(evolved).Should().Be($"v {type}");
        (await _host.RowsAsync("FROM t")).Should().Be(rows);
    }

    [Fact]
    public async Task What_has_changed_besides_the_rows_is_said()
    {
        await IngestAsync(_host, "t", "id,amount\n1,2.5\n");
        const string next = "id,amount,note\n2,3,\n3,n/a,x\n";
        var (status, refused) = await _host.IngestAsync("t", next, "&mode=append");
        status.Should().Be(HttpStatusCode.Conflict);
        refused.GetProperty("detail").GetString().Should().Contain("In line 3, 'amount' is 'n/a': say null=n/a");

        var evolved = await IngestAsync(_host, "t", next, "&mode=append&evolve=true");
        Notes(evolved).Should().Equal("New in the dataset: 'note'.", "'amount' was DOUBLE and is VARCHAR now, because of 'n/a' in line 3.");

        // Once a column is text, no option makes it a number again, and that is said rather than told to have worked.
        var told = await IngestAsync(_host, "t", "id,amount,note\n4,5.5,\n", "&mode=append&evolve=true&types=amount:DOUBLE");
        Notes(told).Should().ContainSingle().Which.Should().StartWith("'amount' is VARCHAR").And.Contain("and not DOUBLE, as was told");
        told.GetProperty("columns")[1].GetProperty("type").GetString().Should().Be("VARCHAR");
        told.GetProperty("columns")[1].GetProperty("reason").GetString().Should().Be("DOUBLE in this file");
        var comma = await IngestAsync(_host, "t", "id;amount;note\n4;5,5;\n", "&mode=append&decimal=,");
        Notes(comma).Should().ContainSingle().Which.Should().Contain("'amount' as VARCHAR, so what was told");
        comma.GetProperty("columns")[1].GetProperty("reason").GetString().Should().Be("the dataset's type; DOUBLE in this file");
        (await _host.RowsAsync("SELECT amount FROM t ORDER BY id, amount")).Should().Be("[[\"2.5\"],[\"3\"],[\"n/a\"],[\"5,5\"],[\"5.5\"]]");

        var emptied = await IngestAsync(_host, "t", "id,amount,note\n");
        Notes(emptied).Should().Equal("The file has no rows, so the dataset has none now. Version 4 has the 5 that it had.");
        Notes(await IngestAsync(_host, "t", "id,amount,note\n1,a,b\n")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_conflict_lists_what_is_in_the_way_and_not_what_the_dataset_would_hold()
    {
        await IngestAsync(_host, "t", "a,b,c,d\n1.5,x,2024-01-01 10:00:00,1\n");
        var (_, refused) = await _host.IngestAsync("t", "a,b,c,e\n1,2,2024-01-01,3\n", "&mode=append");
        refused.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()).Should().Equal("d", "e");
    }

    [Fact]
    public async Task Types_that_were_told_are_widened_by_what_is_told()
    {
        await IngestAsync(_host, "t", "v\n1\n");
        await IngestAsync(_host, "t", "v\n2.25\n", "&mode=append&evolve=true&types=v:DECIMAL(6,2)");
        var evolved = await IngestAsync(_host, "t", "v\n3.125\n", "&mode=append&evolve=true&types=v:DECIMAL(4,3)");
        Columns(evolved).Should().Be("v DECIMAL(22,3)");
        (await _host.RowsAsync("SELECT sum(v)::VARCHAR FROM t")).Should().Be("[[\"6.375\"]]");
    }

    [Fact]
    public async Task Objects_get_new_members_and_what_is_not_one_type_becomes_JSON()
    {
        await IngestAsync(_host, "t", """{"a":{"x":1},"b":[1],"c":{"k":1}}""");
        var evolved = await IngestAsync(
            _host, "t", """{"a":{"y":"s","x":1.5},"b":[2.5],"c":[1]}""" + "\n" + """{"d":true,"a":null}""", "&mode=append&evolve=true");
        Columns(evolved).Should().Be("a STRUCT(x DOUBLE, y VARCHAR), b DOUBLE[], c JSON, d BOOLEAN");
        (await _host.RowsAsync("FROM t")).Should().Be(
            """[[{"x":1,"y":null},[1],{"k":1},null],[{"x":1.5,"y":"s"},[2.5],[1],null],[null,null,null,true]]""");
        await IngestAsync(_host, "t", """{"a":"text"}""", "&mode=append&evolve=true");
        (await _host.RowsAsync("SELECT a FROM t")).Should().Be("""[["{\"x\":1}"],["{\"y\":\"s\",\"x\":1.5}"],[null],["text"]]""");
    }

    [Fact]
    public async Task A_replacement_keeps_the_columns_and_a_restore_brings_the_older_ones_back()
    {
        await IngestAsync(_host, "t", "id,v\n1,a\n");
        var replaced = await IngestAsync(_host, "t", "w,id\n2.5,2\n", "&evolve=true");
        Columns(replaced).Should().Be("id BIGINT, v VARCHAR, w DOUBLE");
        (await _host.RowsAsync("FROM t")).Should().Be("[[2,null,2.5]]");

        using var restored = await _host.Http.PostAsync("/v1/catalog/restore/t?version=1", null);
        restored.EnsureSuccessStatusCode();
        (await _host.RowsAsync("FROM t")).Should().Be("""[[1,"a"]]""");
        (await _host.RowsAsync("FROM \"t@2\"")).Should().Be("[[2,null,2.5]]");
        using var again = await _host.Http.PostAsync("/v1/catalog/restore/t?version=2", null);
        again.EnsureSuccessStatusCode();
        (await _host.RowsAsync("FROM t")).Should().Be("[[2,null,2.5]]");
    }

    [Fact]
    public async Task Writers_that_add_different_columns_at_once_lose_nothing()
    {
        await using var other = await LakehouseHost.StartInAsync(_host.DataDirectory);
        await IngestAsync(_host, "t", "id\n0\n");
        await Task.WhenAll(Enumerable.Range(1, 24).Select(
            i => IngestAsync(i % 2 == 0 ? _host : other, "t", $"id,c{i % 6}\n{i},{i}\n", "&mode=append&evolve=true")));

        await IngestAsync(_host, "t", "id\n25\n", "&mode=append&evolve=true");
        (await _host.RowsAsync("SELECT count(*), sum(id), sum(c0), sum(c1), sum(c2), sum(c3), sum(c4), sum(c5) FROM t"))
            .Should().Be("[[26,325,60,40,44,48,52,56]]");
    }

    [Fact]
    public async Task Many_changes_of_columns_can_be_read_together()
    {
        for (var i = 0; i < 40; i++)
        {
            await IngestAsync(_host, "t", $"id,c{i}\n{i},{i}\n", "&mode=append&evolve=true");
        }

        (await _host.RowsAsync("SELECT count(*), sum(id), sum(c0), sum(c20), sum(c39), count(c39) FROM t")).Should().Be("[[40,780,0,20,39,1]]");
    }

    [Theory]
    [InlineData("maybe", "invalid_option")]
    public async Task Only_true_and_false_can_be_said(string value, string code)
    {
        var (status, problem) = await _host.IngestAsync("t", "id\n1\n", "&evolve=" + value);
        (status, problem.GetProperty("code").GetString()).Should().Be((HttpStatusCode.BadRequest, code));
    }

    private static string?[] Notes(JsonElement ingested) => [.. ingested.GetProperty("notes").EnumerateArray().Select(n => n.GetString())];

    private static string Columns(JsonElement ingested) => string.Join(
        ", ", ingested.GetProperty("manifest").GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name")} {c.GetProperty("type")}"));

    private static async Task<JsonElement> IngestAsync(LakehouseHost host, string name, string content, string query = "")
    {
        var (status, body) = await host.IngestAsync(name, content, query);
        status.Should().Be(HttpStatusCode.OK, body.GetRawText());
        return body;
    }
}
