using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Configuration;
using Lakehouse.Embed;
using Lakehouse.Host.Server;
using Lakehouse.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Lakehouse.Tests.Integration.Embed;

public sealed class EmbedTests
{
    [Fact]
    public async Task The_built_in_model_needs_no_configuration()
    {
        await using var host = await LakehouseHost.StartAsync();

        var (status, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "forklift driver", "welder" } });

        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("model").GetString().Should().Be("lexical-hashing-1024");
        body.GetProperty("dimension").GetInt32().Should().Be(1024);
        body.GetProperty("vectors").EnumerateArray().Should().HaveCount(2).And.OnlyContain(v => v.GetArrayLength() == 1024);
    }

    [Theory]
    [InlineData("/v1/embed", "{\"texts\":[\"a\"],\"model\":\"\"}")]
    [InlineData("/v1/embeddings", "{\"input\":\"a\",\"model\":\"\"}")]
    [InlineData("/api/embed", "{\"input\":\"a\",\"model\":\"\"}")]
    [InlineData("/api/embed", "{\"input\":[],\"model\":\"\"}")]
    public async Task A_model_without_a_name_is_the_default_one(string path, string body)
    {
        await using var host = await LakehouseHost.StartAsync();
        using var response = await host.Http.PostAsync(path, new StringContent(body));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("model").GetString().Should().Be("lexical-hashing-1024");
    }

    [Theory]
    [InlineData("{\"texts\":[]}", "the list is empty")]
    [InlineData("{\"texts\":[\"a\",\"\"]}", "texts[1] is empty")]
    [InlineData("{\"texts\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "there are 5, at most 4")]
    [InlineData("{\"texts\":[\"a\",\"0123456789A\"]}", "texts[1] is too long: it has 11 bytes")]
    [InlineData("{\"texts\":[\"a\",7]}", "texts[1] is not a text")]
    [InlineData("{\"texts\":[\"a\",null]}", "texts[1] is not a text")]
    [InlineData("{\"texts\":\"a\"}", "not a list of texts")]
    [InlineData("{\"text\":[\"a\"]}", "there are no \"texts\"")]
    [InlineData("{\"texts\":[\"a\"],\"modell\":\"x\"}", "no member \"modell\"")]
    [InlineData("{\"texts\":[\"a\"],\"input_type\":\"passage\"}", "it is \"query\" or \"document\"")]
    [InlineData("{\"texts\":[\"\\ud800\"]}", "not valid Unicode")]
    [InlineData("[", "not JSON")]
    [InlineData("[]", "not JSON")]
    public async Task Bad_input_is_refused_by_its_position(string body, string expected)
    {
        await using var host = await LakehouseHost.StartAsync(("embed.max_texts", "4"), ("embed.max_text_bytes", "10"));

        using var response = await host.Http.PostAsync("/v1/embed", new StringContent(body));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Contain(expected);
    }

    [Fact]
    public async Task Bounds_are_met_and_truncate_cuts_at_a_whole_character()
    {
        await using var host = await LakehouseHost.StartAsync(("embed.max_texts", "4"), ("embed.max_text_bytes", "10"), ("embed.max_body_bytes", "1KiB"));

        (await PostAsync(host, "/v1/embed", new { texts = new[] { "0123456789", "b", "c", "d" } })).Status.Should().Be(HttpStatusCode.OK);
        var cut = await PostAsync(host, "/v1/embed", new { texts = new[] { "12345678€" }, truncate = true });
        var whole = await PostAsync(host, "/v1/embed", new { texts = new[] { "12345678" } });
        cut.Body.GetProperty("vectors").GetRawText().Should().Be(whole.Body.GetProperty("vectors").GetRawText());
        (await PostAsync(host, "/v1/embed", new { texts = new[] { new string('x', 2_000) } })).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Ollama_is_asked_in_batches_with_prefixes_and_answers_in_order()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.batch_size", "2"));

        var texts = new[] { "a", "b", "c", "d", "e" };
        var (status, body) = await PostAsync(host, "/v1/embed", new { texts, input_type = "document" });

        status.Should().Be(HttpStatusCode.OK);
        ollama.Asked.Should().BeEquivalentTo(texts.Select(t => "search_document: " + t));
        ollama.Calls.Should().HaveCount(3);
        var vectors = body.GetProperty("vectors").EnumerateArray().Select(v => v.Deserialize<float[]>()!).ToList();
        for (var i = 0; i < texts.Length; i++)
        {
            AssertUnit(vectors[i], "search_document: " + texts[i]);
        }

        await PostAsync(host, "/v1/embed", new { texts = new[] { "a" }, input_type = "query" });
        await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });
        ollama.Asked.Skip(5).Should().Equal("search_query: a", "a");
    }

    [Fact]
    public async Task An_old_ollama_without_batches_is_asked_text_by_text_and_its_vectors_are_normalised()
    {
        await using var ollama = await StandInOllama.StartAsync();
        ollama.IsOld = true;
        await using var host = await StartAsync(ollama);

        var (_, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b" } });
        await PostAsync(host, "/v1/embed", new { texts = new[] { "c" } });

        AssertUnit(body.GetProperty("vectors")[1].Deserialize<float[]>()!, "b");
        ollama.Calls.Should().Equal("/api/embed", "/api/embeddings", "/api/embeddings", "/api/embeddings");
    }

    [Fact]
    public async Task An_openai_server_is_asked_with_its_key_and_its_indexes_are_heeded()
    {
        await using var server = await StandInOllama.StartAsync();
        await using var host = await LakehouseHost.StartAsync(
            ("embed.provider", "openai"), ("embed.url", server.Url + "/v1"), ("embed.default_model", "m"), ("embed.api_key", "open-sesame"));

        var (status, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b", "c" } });

        status.Should().Be(HttpStatusCode.OK);
        AssertUnit(body.GetProperty("vectors")[2].Deserialize<float[]>()!, "c");
        server.Calls.Should().Equal("/v1/embeddings");
    }

    [Fact]
    public async Task A_refused_key_is_said_without_the_key()
    {
        await using var server = await StandInOllama.StartAsync();
        await using var host = await LakehouseHost.StartAsync(
            ("embed.provider", "openai"), ("embed.url", server.Url), ("embed.default_model", "m"), ("embed.api_key", "wrong-secret"));

        var (status, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });

        status.Should().Be(HttpStatusCode.BadGateway);
        body.GetRawText().Should().Contain("embed.api_key").And.NotContain("wrong-secret");
    }

    public static TheoryData<string, int, string> Misbehaviours => new()
    {
        { "500", 502, "answered 500: llama runner exited" },
        { "503", 503, "busy" },
        { "cut off", 502, "it is cut off" },
        { "half", 502, "not JSON of the expected form" },
        { "html", 502, "not JSON of the expected form" },
        { "no member", 502, "no \"embeddings\"" },
        { "too few", 502, "1 vectors for 2 texts" },
        { "zero", 502, "a vector is zero" },
        { "text", 502, "contains a value that is not a number" },
        { "huge", 502, "beyond the range of float32" },
        { "dimension", 502, "of 3 dimensions where 2 were expected" },
        { "redirect", 502, "answered 302" },
    };

    [Theory]
    [MemberData(nameof(Misbehaviours))]
    public async Task A_misbehaving_server_is_told_apart_and_nothing_of_it_is_kept(string kind, int status, string expected)
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        ollama.Instead = context => MisbehaveAsync(context, kind);

        var (got, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b" } });

        ((int)got).Should().Be(status);
        body.GetProperty("detail").GetString().Should().Contain(expected);
        if (kind != "dimension")
        {
            ollama.Instead = null;
            (await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b" } })).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_502_and_a_late_one_504()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var absent = await LakehouseHost.StartAsync(
            ("embed.provider", "ollama"), ("embed.url", "http://127.0.0.1:1"), ("embed.default_model", "m"));
        await using var host = await StartAsync(ollama, ("embed.timeout", "200ms"));
        ollama.Instead = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        var unreachable = await PostAsync(absent, "/v1/embed", new { texts = new[] { "a" } });
        var late = await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });

        unreachable.Status.Should().Be(HttpStatusCode.BadGateway);
        unreachable.Body.GetProperty("code").GetString().Should().Be("embedder_unreachable");
        late.Status.Should().Be(HttpStatusCode.GatewayTimeout);
        late.Body.GetProperty("code").GetString().Should().Be("embedder_timeout");
        await Until.HoldsAsync(() => ollama.AbortedCount == 1);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_call_upstream_unless_another_one_waits()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        var release = new TaskCompletionSource();
        ollama.Instead = context => release.Task.WaitAsync(context.RequestAborted);
        using var alone = new CancellationTokenSource();
        var first = PostAsync(host, "/v1/embed", new { texts = new[] { "alone" } }, alone.Token);
        await Until.HoldsAsync(() => ollama.Calls.Count == 1);

        await alone.CancelAsync();
        await ((Func<Task>)(() => first)).Should().ThrowAsync<OperationCanceledException>();
        await Until.HoldsAsync(() => ollama.AbortedCount == 1);

        ollama.Instead = async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsJsonAsync(new { embeddings = new[] { new[] { 3.0, 4.0 } } });
        };
        using var leaving = new CancellationTokenSource();
        var leaver = PostAsync(host, "/v1/embed", new { texts = new[] { "shared" } }, leaving.Token);
        await Until.HoldsAsync(() => ollama.Calls.Count == 2);
        var stayer = PostAsync(host, "/v1/embed", new { texts = new[] { "shared" } });
        await Until.HoldsAsync(() => host.Service<IEmbedder>().Stats.CoalescedCount == 1);
        await leaving.CancelAsync();
        await ((Func<Task>)(() => leaver)).Should().ThrowAsync<OperationCanceledException>();
        release.SetResult();

        (await stayer).Body.GetProperty("vectors")[0].Deserialize<float[]>().Should().Equal(0.6f, 0.8f);
        ollama.Calls.Should().HaveCount(2);
        ollama.AbortedCount.Should().Be(1);
    }

    [Fact]
    public async Task A_model_that_was_not_pulled_is_404_with_the_command_that_helps()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);

        var (status, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a" }, model = "all-minilm" });

        status.Should().Be(HttpStatusCode.NotFound);
        body.GetProperty("detail").GetString().Should().Contain("ollama pull all-minilm");
    }

    [Fact]
    public async Task A_text_beyond_the_context_is_named_by_its_position_unless_it_may_be_cut()
    {
        await using var ollama = await StandInOllama.StartAsync();
        ollama.ContextLength = 5;
        await using var host = await StartAsync(ollama);

        var refused = await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b", "too long", "c" } });
        var cut = await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b", "too long", "c" }, truncate = true });

        refused.Status.Should().Be(HttpStatusCode.BadRequest);
        refused.Body.GetProperty("code").GetString().Should().Be("text_too_long");
        refused.Body.GetProperty("text_position").GetInt32().Should().Be(2);
        cut.Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_cache_is_per_text_in_order_and_bounded()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.cache_size", "3"));

        await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b" } });
        var (_, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "b", "c", "a", "c" } });
        ollama.Asked.Should().Equal("a", "b", "c");
        string[] expected = ["b", "c", "a", "c"];
        for (var i = 0; i < expected.Length; i++)
        {
            AssertUnit(body.GetProperty("vectors")[i].Deserialize<float[]>()!, expected[i]);
        }

        await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });
        await PostAsync(host, "/v1/embed", new { texts = new[] { "b" } });
        await PostAsync(host, "/v1/embed", new { texts = new[] { "d" } }); // evicts c
        await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b", "c" } });
        ollama.Asked.Should().Equal("a", "b", "c", "d", "c");
        var stats = await host.Http.GetFromJsonAsync<JsonElement>("/v1/embed/stats");
        stats.GetProperty("hits").GetInt64().Should().Be(7);
        stats.GetProperty("misses").GetInt64().Should().Be(5);
        stats.GetProperty("hit_rate").GetDouble().Should().BeApproximately(7.0 / 12, 1e-9);
        stats.GetProperty("size").GetInt32().Should().Be(3);
        stats.GetProperty("evictions").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task Without_a_cache_every_call_asks()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("embed.cache_size", "0"));

        await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });
        await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } });

        ollama.Asked.Should().HaveCount(2);
        host.Service<IEmbedder>().Stats.Should().Match<EmbedStats>(s => s.HitCount == 0 && s.MissCount == 2 && s.EntryCount == 0);
    }

    [Fact]
    public async Task Fifty_threads_count_hits_and_misses_exactly_and_each_text_goes_up_once()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama);
        var embedder = host.Service<IEmbedder>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(thread => Task.Run(async () =>
        {
            var random = new Random(thread);
            for (var call = 0; call < 100; call++)
            {
                var texts = Enumerable.Range(0, 3).Select(_ => $"text {random.Next(200)}").ToList();
                var answer = await embedder.EmbedAsync(new EmbedRequest(texts), default);
                for (var i = 0; i < texts.Count; i++)
                {
                    AssertUnit(answer.Vectors[i].ToArray(), texts[i]);
                }
            }
        })));

        var stats = embedder.Stats;
        (stats.HitCount + stats.MissCount).Should().Be(50 * 100 * 3);
        stats.MissCount.Should().Be(200).And.Be(ollama.Asked.Count);
        ollama.Asked.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task The_cache_can_be_kept_across_restarts()
    {
        await using var ollama = await StandInOllama.StartAsync();
        using var folder = new TemporaryFolder();
        (string, string)[] settings = [.. SettingsOf(ollama), ("embed.cache_persist", "true")];
        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            await PostAsync(host, "/v1/embed", new { texts = new[] { "a", "b" } });
        }

        await using (var host = await LakehouseHost.StartInAsync(folder.Path, settings))
        {
            var (_, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "b" } });
            AssertUnit(body.GetProperty("vectors")[0].Deserialize<float[]>()!, "b");
            ollama.Asked.Should().HaveCount(2);
            host.Service<IEmbedder>().Stats.HitCount.Should().Be(1);
        }

        // Cached vectors of another server are not used, even when the model's name is the same.
        await using var other = await StandInOllama.StartAsync();
        await using var moved = await LakehouseHost.StartInAsync(folder.Path, [.. SettingsOf(other), ("embed.cache_persist", "true")]);
        await PostAsync(moved, "/v1/embed", new { texts = new[] { "b" } });
        other.Asked.Should().Equal("b");
    }

    [Fact]
    public async Task Openai_clients_find_its_shapes()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await StartAsync(ollama, ("auth.token", "secret"));
        host.Http.DefaultRequestHeaders.Authorization = new("Bearer", "secret");

        var one = await PostAsync(host, "/v1/embeddings", new { input = "a", model = "nomic-embed-text", user = "u" });
        one.Body.EnumerateObject().Select(m => m.Name).Should().Equal("object", "data", "model", "usage");
        one.Body.GetProperty("object").GetString().Should().Be("list");
        one.Body.GetProperty("data")[0].EnumerateObject().Select(m => m.Name).Should().Equal("object", "index", "embedding");
        AssertUnit(one.Body.GetProperty("data")[0].GetProperty("embedding").Deserialize<float[]>()!, "a");

        var two = await PostAsync(host, "/v1/embeddings", new { input = new[] { "x", "a" }, model = "nomic-embed-text", encoding_format = "base64" });
        var bytes = two.Body.GetProperty("data")[1].GetProperty("embedding").GetBytesFromBase64();
        AssertUnit([.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i))], "a");

        var models = await host.Http.GetFromJsonAsync<JsonElement>("/v1/models");
        models.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()).Should().Equal("nomic-embed-text", "lexical-hashing-1024");
        (await host.Http.GetFromJsonAsync<JsonElement>("/v1/models/nomic-embed-text")).GetProperty("object").GetString().Should().Be("model");

        var tokens = await PostAsync(host, "/v1/embeddings", new { input = new[] { 1, 2 }, model = "nomic-embed-text" });
        tokens.Status.Should().Be(HttpStatusCode.BadRequest);
        tokens.Body.GetProperty("error").EnumerateObject().Select(m => m.Name).Should().Equal("message", "type", "param", "code");
        tokens.Body.GetProperty("error").GetProperty("message").GetString().Should().Contain("array of tokens");
        var unknown = await PostAsync(host, "/v1/embeddings", new { input = "a", model = "none" });
        unknown.Status.Should().Be(HttpStatusCode.NotFound);
        unknown.Body.GetProperty("error").GetProperty("code").GetString().Should().Be("model_not_found");
        var many = await PostAsync(host, "/v1/embeddings", new { input = Enumerable.Repeat("a", 2_049), model = "nomic-embed-text" });
        many.Status.Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync(
                host, "/v1/embeddings", new { input = Enumerable.Repeat("a", 2_048), model = "nomic-embed-text" })).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(
                host, "/v1/embeddings", new { input = "a", model = "nomic-embed-text", dimensions = 3 })).Status.Should().Be(HttpStatusCode.BadRequest);
        host.Http.DefaultRequestHeaders.Authorization = null;
        var stranger = await PostAsync(host, "/v1/embeddings", new { input = "a", model = "nomic-embed-text" });
        stranger.Status.Should().Be(HttpStatusCode.Unauthorized);
        stranger.Body.GetProperty("error").GetProperty("code").GetString().Should().Be("invalid_api_key");
    }

    [Fact]
    public async Task Ollama_clients_find_its_shapes()
    {
        await using var ollama = await StandInOllama.StartAsync();
        ollama.ContextLength = 5;
        await using var host = await StartAsync(ollama);

        var (_, body) = await PostAsync(host, "/api/embed", new { model = "nomic-embed-text", input = new[] { "a", "longer than that" } });
        body.EnumerateObject().Select(m => m.Name).Should().StartWith(["model", "embeddings", "total_duration", "load_duration"]);
        AssertUnit(body.GetProperty("embeddings")[0].Deserialize<float[]>()!, "a");
        (await PostAsync(host, "/api/embed", new { model = "nomic-embed-text" })).Body.GetProperty("embeddings").GetArrayLength().Should().Be(0);
        var unknown = await PostAsync(host, "/api/embed", new { model = "none", input = "a" });
        unknown.Status.Should().Be(HttpStatusCode.NotFound);
        unknown.Body.GetProperty("error").ValueKind.Should().Be(JsonValueKind.String);
        (await PostAsync(
                host,
                "/api/embed",
                new { model = "nomic-embed-text", input = "longer than that", truncate = false })).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Models_have_settings_of_their_own()
    {
        await using var ollama = await StandInOllama.StartAsync();
        await using var host = await LakehouseHost.StartAsync(
            ("embed.models.search.provider", "ollama"),
            ("embed.models.search.url", ollama.Url),
            ("embed.models.search.model", "nomic-embed-text"),
            ("embed.models.search.dimension", "8"),
            ("embed.models.search.query_prefix", "q> "),
            ("embed.models.small.dimension", "64"));

        var (_, body) = await PostAsync(host, "/v1/embed", new { texts = new[] { "a" }, model = "search", input_type = "query" });
        body.GetProperty("model").GetString().Should().Be("search");
        ollama.Asked.Should().Equal("q> a");
        (await PostAsync(host, "/v1/embed", new { texts = new[] { "a" }, model = "small" })).Body.GetProperty("dimension").GetInt32().Should().Be(64);
        (await PostAsync(host, "/v1/embed", new { texts = new[] { "a" } })).Body.GetProperty("dimension").GetInt32().Should().Be(1024);
        ollama.Model = _ => [1, 2, 3];
        var wrong = await PostAsync(host, "/v1/embed", new { texts = new[] { "b" }, model = "search" });
        wrong.Status.Should().Be(HttpStatusCode.BadGateway);
        wrong.Body.GetProperty("code").GetString().Should().Be("embedder_dimension");
        (await host.Service<IEmbedder>().DescribeAsync("search", default)).Digest.Should().Be("0a109f422b47");
    }

    [Theory]
    [InlineData("embed.url", "127.0.0.1:11434", "scheme and host")]
    [InlineData("embed.url", "localhost", "scheme and host")]
    [InlineData("embed.url", "ftp://host", "scheme and host")]
    [InlineData("embed.url", "http://", "scheme and host")]
    [InlineData("embed.url", "http://user:pass@host", "scheme and host")]
    [InlineData("embed.provider", "bert", "hashing")]
    [InlineData("embed.default_model", "", "needs the name of a model")]
    [InlineData("embed.models.x.url", "nowhere", "scheme and host")]
    [InlineData("embed.models.x.urls", "nowhere", "no such")]
    [InlineData("embed.dimension", "16385", "from 0 to 16384")]
    public void Bad_settings_are_refused_at_the_start(string key, string value, string expected)
    {
        var values = new Dictionary<string, string?> { ["embed:provider"] = "ollama", ["embed:default_model"] = "m", [key.Replace('.', ':')] = value };
        var read = () => LakehouseSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), null);

        read.Should().Throw<SettingsException>().WithMessage($"*{expected}*");
    }

    private static async Task MisbehaveAsync(HttpContext context, string kind)
    {
        var response = context.Response;
        var json = kind switch
        {
            "no member" => "{\"model\":\"m\"}",
            "too few" => "{\"embeddings\":[[1,2]]}",
            "zero" => "{\"embeddings\":[[0,0],[1,1]]}",
            "text" => "{\"embeddings\":[[1,\"x\"],[1,1]]}",
            "huge" => "{\"embeddings\":[[1,1e300],[1,1]]}",
            "dimension" => "{\"embeddings\":[[1,2],[1,2,3]]}",
            "half" => "{\"embeddings\":[[1,2],[1,",
            "html" => "<html>proxy</html>",
            "500" => "{\"error\":\"llama runner exited\"}",
            _ => "{}",
        };
        response.StatusCode = kind switch { "500" => 500, "503" => 503, "redirect" => 302, _ => 200 };
        if (kind == "redirect")
        {
            response.Headers.Location = "http://127.0.0.1:1/";
        }

        if (kind == "cut off")
        {
            response.ContentLength = 1_000;
            await response.Body.WriteAsync(Encoding.UTF8.GetBytes("{\"embeddings\":[[1,2"));
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }

    private static Task<LakehouseHost> StartAsync(StandInOllama ollama, params (string Key, string Value)[] settings) =>
        LakehouseHost.StartAsync([.. SettingsOf(ollama), .. settings]);

    private static (string, string)[] SettingsOf(StandInOllama ollama) =>
        [("embed.provider", "ollama"), ("embed.url", ollama.Url), ("embed.default_model", "nomic-embed-text")];

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        LakehouseHost host, string path, object body, CancellationToken cancellationToken = default)
    {
        using var response = await host.Http.PostAsJsonAsync(path, body, cancellationToken);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
    }

    /// <summary>The stand-in's vector of the text, normalised to length 1.</summary>
    private static void AssertUnit(float[] vector, string text)
    {
        var raw = StandInOllama.Hashed(text, 8);
        var length = Math.Sqrt(raw.Sum(v => (double)v * v));
        vector.Should().HaveCount(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            vector[i].Should().BeApproximately((float)(raw[i] / length), 1e-6f, "text {0}", text);
        }
    }
}
