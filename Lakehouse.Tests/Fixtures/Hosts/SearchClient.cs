using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A client for searches and imports.</summary>
public static class SearchClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(this HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>A search that must succeed.</summary>
    public static async Task<JsonElement> SearchAsync(this HttpClient http, object body)
    {
        var (status, answer) = await http.PostAsync("/v1/search", body);
        status.Should().Be(HttpStatusCode.OK, "{0}", answer);
        return answer;
    }

    /// <summary>The ids of results.</summary>
    public static IEnumerable<string> Ids(this JsonElement answer) =>
        answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("id").GetString()!);

    /// <summary>Waits until the import of an index has the wanted state.</summary>
    public static async Task<JsonElement> WaitForImportAsync(this HttpClient http, string index, Func<JsonElement, bool> isReached)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var status = await http.GetFromJsonAsync<JsonElement>($"/v1/vectors/index/{index}/import", patience.Token);
            if (isReached(status))
            {
                return status;
            }
        }
    }

    /// <summary>Waits until the index holds all of a version.</summary>
    public static Task<JsonElement> WaitForVersionAsync(this HttpClient http, string index, long version) => http.WaitForImportAsync(index, status =>
    {
        status.GetProperty("state").GetString().Should().NotBe("failed", "{0}", status);
        return status.GetProperty("state").GetString() == "done" && status.GetProperty("version").GetInt64() >= version;
    });
}
