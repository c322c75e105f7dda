using System.Net;
using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>
/// Ollama's API (docs/api.md of ollama/ollama): <c>POST /api/embed</c> takes a batch; servers before 0.3 have only <c>POST /api/embeddings</c>, one text a
/// call, which does not normalise. The digest is that of <c>GET /api/tags</c>.
/// </summary>
internal sealed class OllamaProvider(EmbedModelOptions model, UpstreamClient client) : IProvider
{
    // True for a server without /api/embed. After a failure /api/embed is tried again, because the server may have been replaced.
    private volatile bool _isOld;

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool truncate, CancellationToken cancellationToken)
    {
        if (!_isOld)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { model = model.UpstreamModel, input = texts, truncate });
            var answer = await client.SendAsync(model, "/api/embed", body, cancellationToken);
            if (answer.Status == HttpStatusCode.OK)
            {
                return ReadBatch(answer.Content);
            }

            // The server answers an unknown route in plain text, an unknown model in JSON.
            if (answer.Status is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed) || answer.Message is not null)
            {
                throw Refusal(answer);
            }
        }

        try
        {
            var vectors = new List<float[]>(texts.Count);
            foreach (var text in texts)
            {
                vectors.Add(await EmbedOneAsync(text, cancellationToken));
            }

            _isOld = true;
            return vectors;
        }
        catch (LakehouseException)
        {
            _isOld = false;
            throw;
        }
    }

    public async Task<string?> DigestAsync(CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(model, "/api/tags", null, cancellationToken);
        if (answer.Status != HttpStatusCode.OK)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(answer.Content);
            foreach (var listed in json.RootElement.GetProperty("models"u8).EnumerateArray())
            {
                var name = listed.GetProperty("name"u8).GetString();
                if ((name == model.UpstreamModel || name == model.UpstreamModel + ":latest") && listed.TryGetProperty("digest"u8, out var digest))
                {
                    return digest.GetString();
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw EmbedErrors.Malformed(model.Provider, "its list of models is not JSON of the expected form", error);
        }

        return null;
    }

    private async Task<float[]> EmbedOneAsync(string text, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = model.UpstreamModel, prompt = text });
        var answer = await client.SendAsync(model, "/api/embeddings", body, cancellationToken);
        return answer.Status == HttpStatusCode.OK ? ReadOne(answer.Content) : throw Refusal(answer);
    }

    private Exception Refusal(UpstreamClient.UpstreamAnswer answer)
    {
        var message = answer.Message;
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return message is null
                ? EmbedErrors.Failed(model.Provider, "has neither /api/embed nor /api/embeddings: it is not an Ollama server")
                : EmbedErrors.UnknownModel(model.Name, $"Ollama says: {message}. Pull it with 'ollama pull {model.UpstreamModel}'.");
        }

        return message is not null && message.Contains("context length", StringComparison.OrdinalIgnoreCase)
            ? new TextTooLongException(message)
            : UpstreamClient.Refusal(model, answer);
    }

    private List<float[]> ReadBatch(byte[] content) => Read(content, "embeddings", static (ref Utf8JsonReader reader) =>
    {
        var vectors = new List<float[]>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            vectors.Add(VectorReader.ReadList(ref reader));
        }

        return vectors;
    });

    private float[] ReadOne(byte[] content) => Read(content, "embedding", VectorReader.ReadList);

    private T Read<T>(byte[] content, string member, Part<T> read)
    {
        try
        {
            var reader = new Utf8JsonReader(content);
            reader.Read();
            while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isWanted = reader.ValueTextEquals(member);
                reader.Read();
                if (isWanted && reader.TokenType == JsonTokenType.StartArray)
                {
                    var value = read(ref reader);
                    while (reader.Read())
                    {
                        // Reads to the end, so that an answer that is cut off is refused.
                    }

                    return value;
                }

                reader.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw EmbedErrors.Malformed(model.Provider, error is FormatException ? error.Message : "it is not JSON of the expected form", error);
        }

        throw EmbedErrors.Malformed(model.Provider, $"it has no \"{member}\"");
    }

    private delegate T Part<T>(ref Utf8JsonReader reader);
}
