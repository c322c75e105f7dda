using System.Net;
using System.Net.Http.Json;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The real server in this process, on a free port of 127.0.0.1, with its own data folder.</summary>
public sealed class LakehouseHost : IAsyncDisposable
{
    private readonly TemporaryFolder? _ownFolder;

    private readonly LakehouseFactory _factory;

    private LakehouseHost(LakehouseFactory factory, HttpClient http, string dataDirectory, TemporaryFolder? ownFolder) =>
        (_factory, Http, DataDirectory, _ownFolder) = (factory, http, dataDirectory, ownFolder);

    public HttpClient Http { get; }

    public string DataDirectory { get; }

    public int Port => Http.BaseAddress!.Port;

    public static Task<LakehouseHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder();
        return StartAsync(folder.Path, folder, settings);
    }

    public static Task<LakehouseHost> StartInAsync(string dataDirectory, TimeProvider time, params (string Key, string Value)[] settings) =>
        StartAsync(dataDirectory, null, settings, time);

    public static Task<LakehouseHost> StartInAsync(string dataDirectory, params (string Key, string Value)[] settings) =>
        StartAsync(dataDirectory, null, settings);

    public T Service<T>()
        where T : notnull => _factory.Services.GetRequiredService<T>();

    public async Task<(HttpStatusCode Status, JsonElement Body)> IngestAsync(string name, string csv, string query = "") =>
        await IngestAsync(name, Encoding.UTF8.GetBytes(csv), query);

    public async Task<(HttpStatusCode Status, JsonElement Body)> IngestAsync(string name, byte[] csv, string query = "")
    {
        using var content = new ByteArrayContent(csv);
        using var response = await Http.PostAsync($"/v1/ingest?name={Uri.EscapeDataString(name)}{query}", content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SqlAsync(string sql)
    {
        using var response = await Http.PostAsJsonAsync("/v1/sql", new { sql });
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>The rows of a query that must succeed, as JSON text.</summary>
    public async Task<string> RowsAsync(string sql)
    {
        var (status, body) = await SqlAsync(sql);
        status.Should().Be(HttpStatusCode.OK, "{0} gave {1}", sql, body);
        return body.GetProperty("rows").GetRawText();
    }

    /// <summary>The status and code of a query that must be refused.</summary>
    public async Task<(int Status, string? Code, string? Detail)> RefusalAsync(string sql)
    {
        var (status, body) = await SqlAsync(sql);
        return (
            (int)status,
            body.TryGetProperty("code", out var code) ? code.GetString() : null,
            body.TryGetProperty("detail", out var detail) ? detail.GetString() : null);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
        _ownFolder?.Dispose();
    }

    private static async Task<LakehouseHost> StartAsync(
        string dataDirectory, TemporaryFolder? folder, (string Key, string Value)[] settings, TimeProvider? time = null)
    {
        var values = new Dictionary<string, string>
        {
            ["server.bind"] = "127.0.0.1:0",
            ["storage.data_dir"] = dataDirectory,
            ["log.level"] = "error",

            // Starting an engine process takes longer than most tests, so only the tests of queries and of the built program use one.
            ["query.isolation"] = "none",

            // So that each query runs.
            ["query.cache_bytes"] = "0",

            // So that no version is made but by the test.
            ["query.compact_files"] = "0",

            // So that nothing is stored but by the test.
            ["audit.enabled"] = "false",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var factory = new LakehouseFactory(values, time);
        try
        {
            factory.UseKestrel();
            await Task.Run(factory.StartServer);
        }
        catch (Exception error)
        {
            await factory.DisposeAsync();
            ExceptionDispatchInfo.Throw(error.InnerException as LakehouseException ?? error);
        }

        // A client of its own: the factory's would write some headers anew.
        var http = new HttpClient { BaseAddress = factory.ClientOptions.BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
        return new LakehouseHost(factory, http, dataDirectory, folder);
    }
}
