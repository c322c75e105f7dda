using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>Calls embedding servers: one connection pool, a limited number of calls, answers of limited size, no redirects.</summary>
internal sealed class UpstreamClient : IDisposable
{
    private const int MessageMax = 300;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    // Created when it is first needed, because the built-in model calls no server.
    private readonly Lazy<HttpClient> _client = new(Connect);
    private readonly ConcurrencyLimiter _limiter;
    private readonly EmbedOptions _options;

    public UpstreamClient(EmbedOptions options)
    {
        _options = options;
        _limiter = new ConcurrencyLimiter(
            options.MaxConcurrentCalls, options.MaxWaiting, options.Timeout, () => EmbedErrors.Busy(options.MaxConcurrentCalls, options.MaxWaiting));
    }

    /// <summary>Sends a POST with a body, or a GET without one. The caller checks the status of the answer.</summary>
    public async Task<UpstreamAnswer> SendAsync(EmbedModelOptions model, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(cancellationToken);
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, Join(model.Url!, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        if (model.ApiKey.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", model.ApiKey);
        }

        try
        {
            using var response = await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var content = await ReadAsync(stream, model, cancellationToken);
            return new UpstreamAnswer(response.StatusCode, content, response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException error) when (IsAboutConnecting(error))
        {
            throw EmbedErrors.Unreachable(model.Provider, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw EmbedErrors.Malformed(model.Provider, "it is cut off", error);
        }
    }

    /// <summary>The error for a status that is not 200.</summary>
    public static LakehouseException Refusal(EmbedModelOptions model, UpstreamAnswer answer)
    {
        var reason = answer.Message is { } text ? $": {text}" : string.Empty;
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => EmbedErrors.Failed(
                model.Provider, $"refused the credentials ({(int)answer.Status}). Check embed.api_key"),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new LakehouseException(
                ErrorKind.Busy, "embedder_busy", $"The embedding server ({model.Provider}) is busy ({(int)answer.Status}){reason}.")
            {
                RetryAfter = answer.RetryAfter,
            },
            _ => EmbedErrors.Failed(model.Provider, $"answered {(int)answer.Status}{reason}"),
        };
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        _limiter.Dispose();
    }

    private static HttpClient Connect() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime })
        {
            Timeout = Timeout.InfiniteTimeSpan, // the caller's token has the timeout
        };

    private static bool IsAboutConnecting(HttpRequestException error) => error.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError;

    private static Uri Join(Uri server, string path) => new(server.AbsoluteUri.TrimEnd('/') + path);

    private async Task<byte[]> ReadAsync(Stream stream, EmbedModelOptions model, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > _options.MaxAnswerBytes)
            {
                throw EmbedErrors.Malformed(model.Provider, $"it is larger than {_options.MaxAnswerBytes} bytes (embed.max_answer_bytes)");
            }
        }

        return content.ToArray();
    }

    /// <summary>The answer of a server.</summary>
    internal sealed record UpstreamAnswer(HttpStatusCode Status, byte[] Content, TimeSpan? RetryAfter)
    {
        /// <summary>The text of <c>{"error":"..."}</c> or <c>{"error":{"message":"..."}}</c>, shortened; null when the content is neither.</summary>
        public string? Message
        {
            get
            {
                try
                {
                    using var json = JsonDocument.Parse(Content);
                    if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("error"u8, out var error))
                    {
                        return null;
                    }

                    if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message"u8, out var message))
                    {
                        error = message;
                    }

                    var text = error.ValueKind == JsonValueKind.String ? error.GetString()!.TrimEnd('.') : null;
                    return text?.Length > MessageMax ? text[..MessageMax] + "..." : text;
                }
                catch (JsonException)
                {
                    return null;
                }
            }
        }
    }
}
