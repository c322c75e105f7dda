using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration;

/// <summary>Tests with a real browser what web pages can do to a lakehouse on the same machine.</summary>
public sealed class ChromiumTests
{
    private const string HostRules = "MAP evil.test 127.0.0.1, MAP app.test 127.0.0.1";

    /// <summary>
    /// Every call that changes something, in a form that a page can send without a preflight: plain text or forms. The page cannot see the answers.
    /// </summary>
    private const string Attack = """
        async base => {
            const send = (path, options) => fetch(base + path, { mode: 'no-cors', method: 'POST', ...options }).catch(() => null);
            const text = body => ({ body, headers: { 'Content-Type': 'text/plain' } });
            const form = new FormData();
            form.append('file', new Blob(['a\n1\n']), 'a.csv');
            await send('/v1/ingest?name=evil', { body: form });
            await send('/v1/ingest?name=evil', text('a\n1\n'));
            await send('/v1/sql', text('{"sql":"SELECT 1"}'));
            await send('/v1/catalog/register', text('{"name":"evil","schema_fingerprint":"f"}'));
            await send('/v1/vectors/index', text('{"name":"evil","dimension":2}'));
            await send('/v1/vectors/index', { body: new URLSearchParams('{"name":"evil","dimension":2}') });
            await send('/v1/vectors/index/kept/add', text('{"items":[{"id":"evil","vector":[1,2]}]}'));
            await send('/v1/vectors/index/kept/delete', text('{"ids":["a"]}'));
            await send('/v1/embed', text('{"texts":["evil"]}'));
            await send('/v1/catalog/gc', {});
        }
        """;

    /// <summary>What a page sees of the calls that it makes to read data: the status, or that the browser hides the answer.</summary>
    private const string Read = """
        async base => {
            const seen = [];
            const read = async (path, options) => seen.push(await fetch(base + path, options).then(r => r.status, () => 'blocked'));
            await read('/v1/catalog/list');
            await read('/v1/storage/get/kept');
            await read('/v1/sql', { method: 'POST', body: '{"sql":"SELECT 1"}' });
            await read('/v1/sql', { method: 'POST', body: '{"sql":"SELECT 1"}', headers: { 'Content-Type': 'application/json' } });
            await read('/v1/catalog/dataset/kept', { method: 'DELETE' });
            await read('/v1/storage/put/kept', { method: 'PUT', body: 'evil' });
            return seen.join(' ');
        }
        """;

    /// <summary>What an allowed page does: it writes, reads, and sees headers of answers and errors.</summary>
    private const string Work = """
        async ({ base, token }) => {
            const auth = token === '' ? {} : { Authorization: 'Bearer ' + token };
            const json = { ...auth, 'Content-Type': 'application/json' };
            const seen = [];
            const form = new FormData();
            form.append('file', new Blob(['a\n1\n2\n']), 'a.csv');
            seen.push((await fetch(base + '/v1/ingest?name=mine', { method: 'POST', headers: auth, body: form })).status);
            const sql = await fetch(base + '/v1/sql', { method: 'POST', headers: json, body: '{"sql":"SELECT sum(a) AS s FROM mine"}' });
            seen.push(sql.status, JSON.stringify((await sql.json()).rows));
            seen.push((await fetch(base + '/v1/storage/put/mine', { method: 'PUT', headers: auth, body: 'content' })).status);
            const part = await fetch(base + '/v1/storage/get/mine', { headers: { ...auth, Range: 'bytes=0-2' } });
            seen.push(part.status, await part.text(), part.headers.get('Content-Range'), part.headers.get('ETag') !== null);
            const error = await fetch(base + '/v1/sql', { method: 'POST', headers: json, body: '{"sql":"SELECT nope"}' });
            seen.push(error.status, (await error.json()).status);
            seen.push((await fetch(base + '/v1/storage/delete/mine', { method: 'DELETE', headers: auth })).status);
            return seen.join(' ');
        }
        """;

    private const string Worked = "200 200 [[3]] 200 206 con bytes 0-2/7 true 400 400 204";

    [ChromiumTheory]
    [InlineData("127.0.0.1", "127.0.0.1")] // another port of the same address: the same site for a browser
    [InlineData("localhost", "localhost")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("evil.test", "127.0.0.1")]
    [InlineData("evil.test", "localhost")]
    public async Task A_page_of_another_origin_neither_writes_nor_reads(string pageHost, string host)
    {
        await using var lake = await StartAsync();
        await using var pages = await PageServer.StartAsync();
        await using var browser = await Chromium.StartAsync(HostRules);
        var before = await StateAsync(lake);
        var page = await browser.OpenAsync(pages.OriginOf(pageHost));

        await page.EvaluateAsync(Attack, $"http://{host}:{lake.Port}");
        (await page.EvaluateAsync<string>(Read, $"http://{host}:{lake.Port}")).Should().Be("blocked blocked blocked blocked blocked blocked");
        (await StateAsync(lake)).Should().Be(before);
    }

    [ChromiumFact]
    public async Task A_page_of_another_origin_cannot_post_a_form_by_navigating()
    {
        await using var lake = await StartAsync();
        await using var pages = await PageServer.StartAsync();
        await using var browser = await Chromium.StartAsync(HostRules);
        var page = await browser.OpenAsync(pages.Origin);

        var answer = await page.RunAndWaitForResponseAsync(
            () => page.EvaluateAsync(
                """
                base => {
                    document.body.innerHTML = `<form method="post" enctype="text/plain" action="${base}/v1/vectors/index">
                        <input name='{"name":"evil","dimension":2,"x":"' value='"}'></form>`;
                    document.forms[0].submit();
                }
                """,
                $"http://127.0.0.1:{lake.Port}"),
            response => response.Request.Method == "POST");
        answer.Status.Should().Be(403);
        (await answer.JsonAsync())!.Value.GetProperty("code").GetString().Should().Be("origin_not_allowed");
        (await lake.Http.GetStringAsync("/v1/vectors/index")).Should().NotContain("evil");
    }

    [ChromiumFact]
    public async Task A_page_whose_name_is_rebound_to_this_machine_neither_writes_nor_reads()
    {
        await using var lake = await StartAsync();
        await using var browser = await Chromium.StartAsync(HostRules);
        var before = await StateAsync(lake);
        var url = $"http://evil.test:{lake.Port}";

        // For the browser, this page has the server's own origin. Only the host name shows that it is foreign.
        var page = await browser.OpenAtAsync(url + "/page", "<!doctype html><title>page</title>");
        await page.EvaluateAsync(Attack, url);
        (await page.EvaluateAsync<string>(Read, url)).Should().Be("421 421 421 421 421 421");
        (await StateAsync(lake)).Should().Be(before);
    }

    [ChromiumFact]
    public async Task A_page_of_the_server_s_own_origin_works()
    {
        await using var lake = await StartAsync();
        await using var browser = await Chromium.StartAsync(HostRules);
        foreach (var host in new[] { "127.0.0.1", "localhost" })
        {
            var url = $"http://{host}:{lake.Port}";
            var page = await browser.OpenAtAsync(url + "/page", "<!doctype html><title>page</title>");
            (await page.EvaluateAsync<string>(Work, new { @base = url, token = "" })).Should().Be(Worked);
        }
    }

    [ChromiumTheory]
    [InlineData("127.0.0.1", "")]
    [InlineData("127.0.0.1", "secret")]
    [InlineData("app.test", "")]
    [InlineData("app.test", "secret")]
    public async Task A_page_of_an_allowed_origin_works(string pageHost, string token)
    {
        await using var pages = await PageServer.StartAsync();
        await using var lake = await LakehouseHost.StartAsync(("server.allowed_origins", pages.OriginOf(pageHost)), ("auth.token", token));
        await using var browser = await Chromium.StartAsync(HostRules);
        var page = await browser.OpenAsync(pages.OriginOf(pageHost));
        (await page.EvaluateAsync<string>(Work, new { @base = $"http://127.0.0.1:{lake.Port}", token })).Should().Be(Worked);
    }

    [ChromiumFact]
    public async Task A_page_of_an_allowed_origin_sees_that_its_token_is_wrong()
    {
        await using var pages = await PageServer.StartAsync();
        await using var lake = await LakehouseHost.StartAsync(("server.allowed_origins", pages.Origin), ("auth.token", "secret"));
        await using var browser = await Chromium.StartAsync(HostRules);
        var page = await browser.OpenAsync(pages.Origin);
        var seen = await page.EvaluateAsync<string>(
            """
            async base => {
                const answer = await fetch(base + '/v1/catalog/list', { headers: { Authorization: 'Bearer wrong' } });
                return [answer.status, (await answer.json()).code, answer.headers.get('WWW-Authenticate')].join(' ');
            }
            """,
            $"http://127.0.0.1:{lake.Port}");
        seen.Should().Be("401 token_required Bearer");
    }

    private static async Task<LakehouseHost> StartAsync()
    {
        // So that nothing is written but by requests.
        var lake = await LakehouseHost.StartAsync(("vector.lease_time", "1h"), ("vector.compact_idle", "1d"));
        (await lake.IngestAsync("kept", "a\n1\n")).Status.Should().Be(System.Net.HttpStatusCode.OK);
        (await lake.Http.PutAsync("/v1/storage/put/kept", new StringContent("kept"))).EnsureSuccessStatusCode();
        (await lake.Http.PostAsync("/v1/vectors/index", new StringContent("{\"name\":\"kept\",\"dimension\":2}"))).EnsureSuccessStatusCode();
        (await lake.Http.PostAsync("/v1/vectors/index/kept/add", new StringContent("{\"items\":[{\"id\":\"a\",\"vector\":[1,0]}]}"))).EnsureSuccessStatusCode();
        return lake;
    }

    /// <summary>All state that a page could have changed.</summary>
    private static async Task<string> StateAsync(LakehouseHost lake) => string.Join(
        '\n',
        await lake.Http.GetStringAsync("/v1/catalog/list"),
        await lake.Http.GetStringAsync("/v1/storage/list"),
        await lake.Http.GetStringAsync("/v1/vectors/index"),
        await lake.Http.GetStringAsync("/v1/vectors/index/kept/items"),
        await lake.Http.GetStringAsync("/v1/embed/stats"));
}
