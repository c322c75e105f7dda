using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Vectors;

public sealed class VectorEndpointTests : IAsyncLifetime
{
    private LakehouseHost _host = null!;

    public async Task InitializeAsync() => _host = await LakehouseHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_index_lives_from_its_creation_to_its_deletion()
    {
        var (created, body) = await PostAsync("index", """{"name":"docs","dimension":3,"distance":"l2","m":8,"ef_construction":50,"ef_search":20,"quantization":"int8"}""");
        created.Should().Be(201, "{0}", body);
        (body.GetProperty("name").GetString(),
            body.GetProperty("distance").GetString(),
            body.GetProperty("quantization").GetString(),
            body.GetProperty("m").GetInt32()).Should().Be(("docs", "l2", "int8", 8));

        (await RefusalAsync("index", """{"name":"docs","dimension":3}""")).Should().Be((409, "index_exists"));
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index");
        list.GetProperty("count").GetInt32().Should().Be(1);
        list.GetProperty("indexes")[0].GetProperty("name").GetString().Should().Be("docs");
        (await _host.Http.GetFromJsonAsync<JsonElement>("/v1/vectors/index/docs")).GetProperty("status").GetString().Should().Be("ready");

        (await _host.Http.DeleteAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await _host.Http.DeleteAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Http.GetAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        Directory.EnumerateFiles(Path.Combine(_host.DataDirectory, "objects"), "*", SearchOption.AllDirectories).Should().BeEmpty();
        (await PostAsync("index", """{"name":"docs","dimension":2}""")).Status.Should().Be(201);
        (await AddAsync("docs", """{"id":"a","vector":[1,0]}""")).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("""{"dimension":3}""", "invalid_name", "it is empty")]
    [InlineData("""{"name":"_x","dimension":3}""", "invalid_name", "starts with '_'")]
    [InlineData("""{"name":"a/b","dimension":3}""", "invalid_name", "U+002F")]
    [InlineData("""{"name":"a"}""", "invalid_index", "no \"dimension\"")]
    [InlineData("""{"name":"a","dimension":0}""", "invalid_index", "dimension is 0; it is a whole number from 1 to 16384")]
    [InlineData("""{"name":"a","dimension":16385}""", "invalid_index", "from 1 to 16384")]
    [InlineData("""{"name":"a","dimension":3,"distance":"manhattan"}""", "invalid_index", "distance is \"manhattan\"; there are \"cosine\"")]
    [InlineData("""{"name":"a","dimension":3,"quantization":"int4"}""", "invalid_index", "\"none\", \"int8\" and \"binary\"")]
    [InlineData("""{"name":"a","dimension":3,"m":1}""", "invalid_index", "m is 1; it is a whole number from 2 to 128")]
    [InlineData("""{"name":"a","dimension":3,"m":129}""", "invalid_index", "m is 129")]
    [InlineData("""{"name":"a","dimension":3,"ef_construction":0}""", "invalid_index", "ef_construction is 0")]
    [InlineData("""{"name":"a","dimension":3,"ef_search":10001}""", "invalid_index", "from 1 to 10000 (vector.max_ef)")]
    [InlineData("""{"name":"a","dimension":"3"}""", "invalid_request", "\"dimension\" is not a whole number")]
    [InlineData("""{"name":"a","dimension":3,"metric":"l2"}""", "invalid_request", "no member \"metric\"; there are name, dimension, distance")]
    [InlineData("""{"name":"a","dimension":3""", "invalid_request", "not JSON of the form")]
    public async Task A_wrong_index_is_refused_with_the_reason(string json, string code, string detail)
    {
        var (status, body) = await PostAsync("index", json);
        (status, body.GetProperty("code").GetString()).Should().Be((400, code));
        body.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Theory]
    [InlineData("""{"id":"x","vector":[1,2]}""", "the vector has 2 dimensions, the index 'docs' has 3")]
    [InlineData("""{"id":"x","vector":[1,2,3,4]}""", "the vector has 4 dimensions")]
    [InlineData("""{"id":"x","vector":[]}""", "the vector has 0 dimensions")]
    [InlineData("""{"id":"x","vector":[0,0,0]}""", "the vector is zero, and a zero vector has no direction")]
    [InlineData("""{"id":"x","vector":[1,1e39,0]}""", "at dimension 1")]
    [InlineData("""{"id":"x","vector":[1e19,0,0]}""", "the vector has the length")]
    [InlineData("""{"id":"","vector":[1,2,3]}""", "the id is empty")]
    [InlineData("""{"id":"first","vector":[1,2,3]}""", "the id \"first\" stands at items[0] already")]
    [InlineData("""{"vector":[1,2,3]}""", "it has no id")]
    [InlineData("""{"id":"x"}""", "it has no vector")]
    [InlineData("""{"id":"x","vector":[1,2,3],"metadata":[1]}""", "the metadata is refused: it is not a JSON object")]
    [InlineData("""{"id":"x","vector":[1,2,3],"metadata":{"a":1,"a":1}}""", "twice")]
    [InlineData("""{"id":"x","vector":[1,2,3],"meta":{}}""", "it has no member \"meta\"; there are id, vector, metadata, text")]
    [InlineData("""7""", "it is not an object")]
    public async Task A_wrong_item_is_named_by_its_position_and_nothing_changes(string item, string detail)
    {
        await CreateAsync("docs", 3);
        var (status, body) = await AddAsync("docs", """{"id":"first","vector":[1,0,0]}""", item);
        (status, body.GetProperty("code").GetString(), body.GetProperty("position").GetInt32()).Should().Be((400, "invalid_item", 1));
        body.GetProperty("detail").GetString().Should().StartWith("items[1]: ").And.Contain(detail).And.EndWith("Nothing was changed.");
        (await CountAsync("docs")).Should().Be(0);
    }

    [Theory]
    [InlineData("""{"items":[{"id":5,"vector":[1,2,3]}]}""", "items[0].id is not a text")]
    [InlineData("""{"items":[{"id":"a","vector":[1,"2",3]}]}""", "items[0].vector[1] is not a number")]
    [InlineData("""{"items":[{"id":"a","vector":[1,null,3]}]}""", "items[0].vector[1] is not a number")]
    [InlineData("""{"items":[{"id":"a","vector":[1,NaN,3]}]}""", "not JSON of the form")]
    [InlineData("""{"items":[{"id":"a","vector":"x"}]}""", "items[0].vector is not a list")]
    [InlineData("""{"items":{}}""", "items is not a list")]
    [InlineData("""{"vectors":[]}""", "the body has no member \"vectors\"; there are items")]
    [InlineData("""{}""", "the body has no \"items\"")]
    [InlineData("""[]""", "the body is not an object")]
    [InlineData("""{"items":[]} x""", "not JSON of the form")]
    [InlineData("", "not JSON of the form")]
    public async Task An_add_that_is_no_add_is_refused(string json, string detail)
    {
        await CreateAsync("docs", 3);
        var (status, body) = await PostAsync("index/docs/add", json);
        (status, body.GetProperty("code").GetString()).Should().Be((400, "invalid_request"), "{0}", body);
        body.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Fact]
    public async Task Searches_give_ids_distances_and_metadata_nearest_first()
    {
        await FillAsync();
        (await SearchAsync("""{"vector":[1,0],"k":2}""")).Should().Be("""{"results":[{"id":"east","distance":0,"metadata":{"state":"IL","years":7}},{"id":"northeast","distance":0.29289323,"metadata":{}}]}""");
        (await SearchAsync("""{"vector":[2,0],"k":1,"include":["vector"]}""")).Should().Be("""{"results":[{"id":"east","distance":0,"vector":[1,0]}]}""");
        (await SearchAsync("""{"vector":[1,0],"k":1,"include":[]}""")).Should().Be("""{"results":[{"id":"east","distance":0}]}""");
        (await SearchAsync("""{ "vector" : [ 1e0 , 0.0 ] , "k" : 1 , "include" : [ ] }""")).Should().Be("""{"results":[{"id":"east","distance":0}]}""");
        (await SearchAsync("""{"id":"east","k":1,"include":[]}""")).Should().Contain("northeast").And.NotContain("\"east\"");
        (await SearchAsync("""{"vector":[1,0],"include":[],"filter":{"state":"TX"}}""")).Should().Be("""{"results":[{"id":"north","distance":1}]}""");
        (await SearchAsync("""{"vector":[1,0],"include":[],"max_distance":0.5}""")).Should().Contain("northeast").And.Contain("\"east\"").And.NotContain("\"north\"");
        (await SearchAsync("""{"vector":[1,0],"include":[],"max_distance":0.5,"k":1}""")).Should().Be("""{"results":[{"id":"east","distance":0}]}""");
        (await SearchAsync("""{"queries":[{"vector":[1,0],"k":1,"include":[]},{"id":"north","k":1,"include":[],"exact":true}]}""")).Should()
            .Be("""{"answers":[{"results":[{"id":"east","distance":0}]},{"results":[{"id":"northeast","distance":0.29289323}]}]}""");
    }

    [Theory]
    [InlineData("""{}""", "invalid_query", "either a vector or the id")]
    [InlineData("""{"vector":[1,0],"id":"east"}""", "invalid_query", "either a vector or the id")]
    [InlineData("""{"vector":[1,0,0]}""", "invalid_query", "the vector has 3 dimensions, the index 'docs' has 2")]
    [InlineData("""{"vector":[0,0]}""", "invalid_query", "zero vector")]
    [InlineData("""{"vector":[1,0],"k":0}""", "invalid_query", "k is 0; it is a whole number from 1 to 10000 (vector.max_k)")]
    [InlineData("""{"vector":[1,0],"k":10001}""", "invalid_query", "k is 10001")]
    [InlineData("""{"vector":[1,0],"k":1.5}""", "invalid_request", "k is not a whole number")]
    [InlineData("""{"vector":[1,0],"ef":0}""", "invalid_query", "ef is 0")]
    [InlineData("""{"vector":[1,0],"ef":10001}""", "invalid_query", "from 1 to 10000 (vector.max_ef)")]
    [InlineData("""{"vector":[1,0],"max_distance":1e99}""", "invalid_query", "max_distance")]
    [InlineData("""{"vector":[1,0],"include":["vectors"]}""", "invalid_request", "include has \"vectors\"")]
    [InlineData("""{"vector":[1,0],"filter":{"a":{"like":1}}}""", "invalid_filter", "filter.a.like")]
    [InlineData("""{"vector":[1,0,]}""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,00]}""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,.5]}""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,0}""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,0]]}""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,0""", "invalid_request", "not JSON of the form")]
    [InlineData("""{"vector":[1,0],"top_k":3}""", "invalid_request", "no member \"top_k\"; there are vector, id, k")]
    [InlineData("""{"queries":[{"vector":[1,0]},{"vector":[1]}]}""", "invalid_query", "queries[1]: ")]
    [InlineData("""{"queries":[{"queries":[]}]}""", "invalid_query", "queries of its own")]
    [InlineData("""{"queries":[],"k":5}""", "invalid_query", "a body with queries can have no other members")]
    public async Task A_wrong_search_is_refused_with_the_reason(string json, string code, string detail)
    {
        await FillAsync();
        var (status, body) = await PostAsync("index/docs/search", json);
        (status, body.GetProperty("code").GetString()).Should().Be((400, code), "{0}", body);
        body.GetProperty("detail").GetString().Should().Contain(detail);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await FillAsync();
        (await RefusalAsync("index/docs/search", """{"id":"nowhere"}""")).Should().Be((404, "item_not_found"));
        (await RefusalAsync("index/nope/search", """{"vector":[1,0]}""")).Should().Be((404, "index_not_found"));
        (await RefusalAsync("index/nope/add", """{"items":[]}""")).Should().Be((404, "index_not_found"));
        (await RefusalAsync("index/nope/delete", """{"ids":[]}""")).Should().Be((404, "index_not_found"));
        (await RefusalAsync("index/nope/get", """{"ids":[]}""")).Should().Be((404, "index_not_found"));
        (await _host.Http.DeleteAsync("/v1/vectors/alias/nope")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Items_are_read_listed_and_deleted_by_id()
    {
        await FillAsync();
        (await TextAsync("index/docs/get", """{"ids":["north","nowhere","east"],"include":["vector","metadata"]}""")).Should()
            .Be("""{"items":[{"id":"north","metadata":{"state":"TX"},"vector":[0,1]},{"id":"east","metadata":{"state":"IL","years":7},"vector":[1,0]}],"missing":["nowhere"]}""");
        (await _host.Http.GetStringAsync("/v1/vectors/index/docs/items?limit=2&include=")).Should().Be("""{"items":[{"id":"east"},{"id":"north"}],"truncated":true}""");
        (await _host.Http.GetStringAsync("/v1/vectors/index/docs/items?limit=2&start_after=north&include=vector")).Should().Be("""{"items":[{"id":"northeast","vector":[0.5,0.5]}],"truncated":false}""");
        (await _host.Http.GetAsync("/v1/vectors/index/docs/items?limit=0")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await TextAsync("index/docs/delete", """{"ids":["north","nowhere","north"]}""")).Should().Be("""{"deleted":1,"missing":["nowhere"],"count":2,"sequence":2}""");
        (await SearchAsync("""{"vector":[0,1],"include":[]}""")).Should().NotContain("\"north\"");
        (await TextAsync("index/docs/delete", """{"ids":["east","northeast"]}""")).Should().Be("""{"deleted":2,"missing":[],"count":0,"sequence":3}""");
        (await SearchAsync("""{"vector":[0,1]}""")).Should().Be("""{"results":[]}""");
        (await AddAsync("docs", """{"id":"again","vector":[0,1]}""")).Body.GetRawText().Should().Be("""{"added":1,"updated":0,"count":1,"sequence":4}""");
        (await SearchAsync("""{"vector":[0,1],"include":[]}""")).Should().Contain("again");
        (await RefusalAsync("index/docs/delete", """{"ids":[null]}""")).Should().Be((400, "invalid_request"));
        (await RefusalAsync("index/docs/delete", """{}""")).Should().Be((400, "invalid_request"));
    }

    [Fact]
    public async Task Metadata_that_is_absent_stays_and_an_empty_object_clears_it()
    {
        await FillAsync();
        (await AddAsync("docs", """{"id":"east","vector":[1,0.1]}""", """{"id":"north","vector":[0,1],"metadata":null}""")).Body.GetRawText().Should().Be("""{"added":0,"updated":2,"count":3,"sequence":2}""");
        (await TextAsync("index/docs/get", """{"ids":["east","north"]}""")).Should()
            .Be("""{"items":[{"id":"east","metadata":{"state":"IL","years":7}},{"id":"north","metadata":{"state":"TX"}}],"missing":[]}""");
        await AddAsync("docs", """{"id":"east","vector":[1,0.1],"metadata":{}}""", """{"id":"north","vector":[1,1],"metadata":{"a":[1,{"b":2}]}}""");
        (await TextAsync("index/docs/get", """{"ids":["east","north"]}""")).Should()
            .Be("""{"items":[{"id":"east","metadata":{}},{"id":"north","metadata":{"a":[1,{"b":2}]}}],"missing":[]}""");
    }

    [Fact]
    public async Task A_dataset_is_imported()
    {
        await CreateAsync("docs", 2);
        await _host.IngestAsync("texts", "k,v,state,n\n007,\"[1, 0.5]\",IL,1\n2,\"[0,1]\",,2\n3,,TX,3\n007,\"[1,1]\",CA,4\n");
        (await TextAsync("index/docs/import", """{"dataset":"texts","id":"k","vector":"v","metadata":["state","n"]}""")).Should().Be("""{"rows":4,"added":2,"updated":0,"skipped":1,"count":2}""");
        (await TextAsync("index/docs/get", """{"ids":["007","2"],"include":["vector","metadata"]}""")).Should()
            .Be("""{"items":[{"id":"007","metadata":{"state":"CA","n":4},"vector":[1,1]},{"id":"2","metadata":{"state":null,"n":2},"vector":[0,1]}],"missing":[]}""");
        (await TextAsync("index/docs/import", """{"dataset":"texts","id":"k","vector":"v"}""")).Should().Be("""{"rows":4,"added":0,"updated":2,"skipped":1,"count":2}""");
        (await TextAsync("index/docs/get", """{"ids":["2"]}""")).Should().Contain("\"n\":2");

        (await RefusalAsync("index/docs/import", """{"dataset":"nope","id":"k","vector":"v"}""")).Should().Be((404, "dataset_not_found"));
        (await RefusalAsync("index/docs/import", """{"dataset":"texts","id":"nope","vector":"v"}""")).Should().Be((400, "invalid_import"));
        (await RefusalAsync("index/docs/import", """{"dataset":"texts","id":"k","vector":"state"}""")).Status.Should().Be(400);
        (await RefusalAsync("index/docs/import", """{"dataset":"texts","id":"state","vector":"v"}""")).Should().Be((400, "invalid_item"));
        (await RefusalAsync("index/docs/import", """{"dataset":"texts","vector":"v"}""")).Should().Be((400, "invalid_request"));
        await CreateAsync("other", 3);
        var (status, body) = await PostAsync("index/other/import", """{"dataset":"texts","id":"k","vector":"v"}""");
        status.Should().Be(400);
        body.GetProperty("detail").GetString().Should().StartWith("Among rows 1 to 4: items[0]: the vector has 2 dimensions, the index 'other' has 3");
    }

    [Fact]
    public async Task The_row_bound_of_queries_does_not_cut_an_import_off()
    {
        await using var host = await LakehouseHost.StartAsync(("query.max_rows", "1"));
        await host.IngestAsync("texts", "k,v\n1,\"[1,0]\"\n2,\"[1,1]\"\n");
        await host.Http.PostAsync("/v1/vectors/index", new StringContent("""{"name":"docs","dimension":2}"""));
        using var response = await host.Http.PostAsync("/v1/vectors/index/docs/import", new StringContent("""{"dataset":"texts","id":"k","vector":"v"}"""));
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("count").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task A_text_that_quotes_its_way_out_of_an_import_is_only_a_name()
    {
        await CreateAsync("docs", 2);
        await _host.IngestAsync("texts", "k,v\n1,\"[1,0]\"\n");
        (await RefusalAsync("index/docs/import", """{"dataset":"texts","id":"k\" FROM read_csv('/etc/passwd') --","vector":"v"}""")).Should().Be((400, "invalid_import"));
        (await RefusalAsync("index/docs/import", """{"dataset":"texts\" WHERE 1=1 --","id":"k","vector":"v"}""")).Should().Be((400, "invalid_name"));
    }

    [Fact]
    public async Task An_alias_is_a_name_that_can_be_pointed_elsewhere()
    {
        await FillAsync();
        await CreateAsync("docs_2", 2);
        (await PutAsync("alias/live", """{"index":"docs"}""")).Should().Be(200);
        (await TextAsync("index/live/get", """{"ids":["east"]}""")).Should().Contain("east");
        (await _host.Http.GetStringAsync("/v1/vectors/alias")).Should().Be("""{"aliases":[{"alias":"live","index":"docs"}],"count":1}""");
        (await RefusalAsync("index", """{"name":"live","dimension":2}""")).Should().Be((409, "alias_exists"));
        (await PutAsync("alias/docs_2", """{"index":"docs"}""")).Should().Be(409);
        (await PutAsync("alias/x", """{"index":"nope"}""")).Should().Be(404);
        (await _host.Http.DeleteAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await PutAsync("alias/live", """{"index":"docs_2"}""")).Should().Be(200);
        (await _host.Http.DeleteAsync("/v1/vectors/index/docs")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await TextAsync("index/live/get", """{"ids":["east"]}""")).Should().Contain("\"missing\":[\"east\"]");
        (await _host.Http.DeleteAsync("/v1/vectors/alias/live")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await RefusalAsync("index/live/search", """{"vector":[1,0]}""")).Should().Be((404, "index_not_found"));
    }

    [Fact]
    public async Task A_rebuilt_index_replaces_the_old_one_under_load_without_one_failed_search()
    {
        await CreateAsync("v0", 2);
        await AddAsync("v0", """{"id":"only","vector":[1,0]}""");
        await PutAsync("alias/live", """{"index":"v0"}""");
        using var stop = new CancellationTokenSource();
        var searchers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                (await SearchAsync("index/live/search", """{"vector":[1,0],"include":[]}""")).Should().Be("""{"results":[{"id":"only","distance":0}]}""");
            }

            return count;
        })).ToList();
        for (var version = 1; version <= 30; version++)
        {
            await CreateAsync($"v{version}", 2);
            await AddAsync($"v{version}", """{"id":"only","vector":[1,0]}""");
            (await PutAsync("alias/live", $$"""{"index":"v{{version}}"}""")).Should().Be(200);
            (await _host.Http.DeleteAsync($"/v1/vectors/index/v{version - 1}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        }

        await stop.CancelAsync();
        (await Task.WhenAll(searchers)).Should().OnlyContain(count => count > 0);
    }

    private async Task FillAsync()
    {
        await CreateAsync("docs", 2);
        await AddAsync("docs", """{"id":"east","vector":[1,0],"metadata":{"state":"IL","years":7}}""", """{"id":"north","vector":[0,1],"metadata":{"state":"TX"}}""", """{"id":"northeast","vector":[0.5,0.5]}""");
    }

    private async Task CreateAsync(string name, int dimension) => (await PostAsync("index", $$"""{"name":"{{name}}","dimension":{{dimension}}}""")).Status.Should().Be(201);

    private Task<(int Status, JsonElement Body)> AddAsync(string index, params string[] items) => PostAsync($"index/{index}/add", $$"""{"items":[{{string.Join(',', items)}}]}""");

    private Task<string> SearchAsync(string json) => SearchAsync("index/docs/search", json);

    private Task<string> SearchAsync(string path, string json) => TextAsync(path, json);

    private async Task<long> CountAsync(string index) =>
        (await _host.Http.GetFromJsonAsync<JsonElement>($"/v1/vectors/index/{index}")).GetProperty("count").GetInt64();

    private async Task<(int Status, string? Code)> RefusalAsync(string path, string json)
    {
        var (status, body) = await PostAsync(path, json);
        return (status, body.GetProperty("code").GetString());
    }

    private async Task<string> TextAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _host.Http.PostAsync("/v1/vectors/" + path, content);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, "{0} gave {1}", json, text);
        return text;
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _host.Http.PostAsync("/v1/vectors/" + path, content);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<int> PutAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _host.Http.PutAsync("/v1/vectors/" + path, content);
        return (int)response.StatusCode;
    }
}
