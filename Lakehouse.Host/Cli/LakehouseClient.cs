using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Lakehouse.Host.Server;

namespace Lakehouse.Host.Cli;

/// <summary>Calls a running server on behalf of the commands. Address and token come from the same settings as the server's.</summary>
internal sealed class LakehouseClient : IDisposable
{
    private readonly HttpClient _http;

    private LakehouseClient(HttpClient http) => _http = http;

    public static Option<string?> UrlOption() =>
        new("--url") { Description = "The server, e.g. http://127.0.0.1:3110; server.bind of the configuration when not given" };

    public static LakehouseClient Connect(string? url, string? configPath, IReadOnlyDictionary<string, string> overrides)
    {
        var (address, token) = Find(url, configPath, overrides);
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (token.Length > 0)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return new LakehouseClient(http);
    }

    /// <summary>The address of the server, and the token for it, which is empty for none.</summary>
    /// <param name="url">The address that was told; null for that of the configuration.</param>
    /// <param name="configPath">The configuration's file; null for the usual one.</param>
    /// <param name="overrides">Settings of the command line.</param>
    public static (Uri Address, string Token) Find(string? url, string? configPath, IReadOnlyDictionary<string, string> overrides)
    {
        // Every setting is read, so that a misspelt one is refused here too. A client does not listen, so it needs no leave for the server's address.
        var settings = LakehouseSettings.Read(SettingsSource.Load(configPath, overrides), allowNonLoopback: "1");
        var (server, auth) = (settings.Server, settings.Auth);
        var host = server.Bind.HostName
            ?? (System.Net.IPAddress.Any.Equals(server.Bind.Address) ? "127.0.0.1" : server.Bind.Text[..server.Bind.Text.LastIndexOf(':')]);
        if (!Uri.TryCreate(url ?? $"http://{host}:{server.Bind.Port}", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandException($"--url is '{url}'; it is an address like http://127.0.0.1:3110.");
        }

        return (address, auth.Token);
    }

    /// <summary>
    /// Posts, and returns the answer when its headers have arrived. An error of the server throws <see cref="CommandException"/> with the server's message.
    /// </summary>
    /// <param name="path">The address below the server's.</param>
    /// <param name="content">The body.</param>
    /// <param name="key">The Idempotency-Key; null for none.</param>
    /// <param name="isAsync">Whether the answer may come before all is done.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent content, string? key, bool isAsync, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (isAsync)
        {
            request.Headers.TryAddWithoutValidation("Prefer", "respond-async");
        }

        return await SendAsync(request, cancellationToken);
    }

    /// <summary>The data of server-sent events, to the end of the stream.</summary>
    public async IAsyncEnumerable<JsonDocument> FollowAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            using var data = JsonDocument.Parse(item.Data);
            yield return data;
        }
    }

    /// <summary>Deletes something; what comes of it is not known.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.DeleteAsync(path, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // The server is gone, and so is what was to be deleted; or it takes its time.
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                var (message, code) = await DescribeAsync(response, cancellationToken);
                throw new CommandException(message) { Status = response.StatusCode, Code = code };
            }
        }
        catch (HttpRequestException error) when (error.InnerException is IOException cut)
        {
            // While a body is sent, an answer that the server gives before it closes the connection is not read.
            throw new CommandException(
                $"{_http.BaseAddress} closed the connection before its answer was read ({cut.Message.TrimEnd('.')}). A server does so when it stops, and when "
                + "a body, as from a slow pipe, arrives at less than server.min_request_rate for longer than server.rate_grace.");
        }
        catch (HttpRequestException error)
        {
            throw new CommandException($"No answer from {_http.BaseAddress}: {error.Message.TrimEnd('.')}. Is the server running? Start it with: serve", error);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The sentence of an error, with the file that it is about where several were sent.</summary>
    public static string Describe(JsonElement error) =>
        (error.TryGetProperty("file", out var file) && file.ValueKind == JsonValueKind.String ? $"{file.GetString()}: " : string.Empty)
        + error.GetProperty("detail").GetString();

    private static async Task<(string Message, string? Code)> DescribeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var problem = JsonDocument.Parse(body);
            return (Describe(problem.RootElement), problem.RootElement.GetProperty("code").GetString());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ($"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.", null);
        }
    }
}
