using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lakehouse.Tests.Fixtures;

namespace Lakehouse.Tests.Integration.Access;

/// <summary>
/// A lake with a dataset of which the profile <c>clerk</c> sees a part: the rows of CA, without some columns and with others masked. What it must not see has
/// forms that nothing else has, so that any answer can be searched for it.
/// </summary>
internal sealed partial class ProfileWorld : IAsyncDisposable
{
    public const string Token = "administrator's-token";

    private ProfileWorld(LakehouseHost host, HttpClient clerk) => (Host, Clerk) = (host, clerk);

    public LakehouseHost Host { get; }

    /// <summary>The administrator.</summary>
    public HttpClient Admin => Host.Http;

    /// <summary>The profile that sees a part.</summary>
    public HttpClient Clerk { get; }

    public static async Task<ProfileWorld> MakeAsync(params (string Key, string Value)[] settings)
    {
        var host = await LakehouseHost.StartAsync([("auth.token", Token), ("query.cache_bytes", "16MiB"), ("embed.provider", "hashing"), .. settings]);
        host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var csv = new StringBuilder("id,name,state,pay,born,ssn,notes,phone,email\n");
        for (var i = 1; i <= 40; i++)
        {
            var isSeen = i % 2 == 1;
            csv.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{i},{(isSeen ? "Albacore" : "Zanzibar")} {i},{(isSeen ? "CA" : "NY")},{(isSeen ? 12345 : 987655) + i}.0625,1977-0{1 + (i % 9)}-1{i % 9},")
                .Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"7{i:00}-31-8{i:000},{(isSeen ? "plainnote" : "darknote")} {i},555-01{i:00},person{i}@mail.example\n");
        }

        await RequireAsync(await host.IngestAsync("people", csv.ToString()));
        await RequireAsync(await host.IngestAsync("secret", "id,word\n1,darknote\n"));
        await RequireAsync(await host.IngestAsync("open", "id,word\n1,apple\n2,pear\n"));
        await PutAsync(host.Http, "/v1/catalog/view/v_people", new { sql = "FROM people" });
        await PutAsync(host.Http, "/v1/catalog/view/v_secret", new { sql = "FROM secret" });
        await PutAsync(host.Http, "/v1/catalog/view/v_all_columns", new { sql = "SELECT id, notes FROM people" });
        await PutAsync(host.Http, "/v1/catalog/view/hidden_view", new { sql = "FROM people" });
        await PutAsync(host.Http, "/v1/catalog/derived/derived_people", new { sql = "SELECT * FROM people" });
        await PutAsync(host.Http, "/v1/profiles/clerk", new
        {
            actions = new[] { "read", "search", "write", "ingest" },
            datasets = new[] { "people", "mine_*" },
            views = new[] { "v_*" },
            indexes = new[] { "people_*", "mine_*" },
            objects = new[] { "primary/exports/*", "primary/datasets/*", "primary/_*" },
            attributes = new { state = "CA" },
            guards = new
            {
                people = new
                {
                    columns = new
                    {
                        name = "hash",
                        ssn = "last4",
                        pay = "bucket:100",
                        born = "year",
                        notes = "hide",
                        email = "null",
                        phone = new { sql = "left(phone, 3) || '...'" },
                    },
                    rows = "state = profile('state')",
                },
            },
        });
        (await host.RowsAsync("SELECT count(*) FROM people -- ADMINQUERY")).Should().Be("[[40]]");
        return new ProfileWorld(host, await ClientAsync(host, "clerk"));
    }

    /// <summary>A client with a new token of a profile.</summary>
    public static async Task<HttpClient> ClientAsync(LakehouseHost host, string profile)
    {
        using var made = await host.Http.PostAsync($"/v1/profiles/{profile}/tokens", null);
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        var http = new HttpClient { BaseAddress = host.Http.BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>Puts something as the administrator, which must succeed.</summary>
    public static async Task<JsonElement> PutAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PutAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0}", text);
        return JsonElement.Parse(text);
    }

    /// <summary>Sends a request, and returns the status and the whole answer with its headers.</summary>
    public static async Task<(int Status, string Body)> SendAsync(
        HttpClient http, string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return ((int)answer.StatusCode, $"{answer.Headers}{answer.Content.Headers}\n{Encoding.Latin1.GetString(bytes)}");
    }

    /// <summary>Sends a statement.</summary>
    public static Task<(int Status, string Body)> SqlAsync(HttpClient http, string sql) =>
        SendAsync(http, "POST", "/v1/sql", JsonSerializer.Serialize(new { sql }));

    /// <summary>What an answer holds that the clerk must not see; null for nothing.</summary>
    public static string? FindSecret(string answer) => Secrets().Match(answer) is { Success: true } found ? found.Value : null;

    public async ValueTask DisposeAsync()
    {
        Clerk.Dispose();
        await Host.DisposeAsync();
    }

    private static Task RequireAsync((HttpStatusCode Status, JsonElement Body) answer)
    {
        answer.Status.Should().Be(HttpStatusCode.OK, "{0}", answer.Body);
        return Task.CompletedTask;
    }

    // Names, pay, dates of birth, numbers, notes, telephones and addresses, as they are in the data.
    [GeneratedRegex(
        @"Albacore|Zanzibar|\d\d\d\.0625|1977-\d\d-\d\d|7\d\d-31-8|plainnote|darknote|555-01|mail\.example",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Secrets();
}
