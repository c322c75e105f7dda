using System.Net;
using System.Text.Json;

namespace Lakehouse.Embed.Internal.Providers;

/// <summary>Any server with OpenAI's <c>POST /v1/embeddings</c> (platform.openai.com, API reference, "Create embeddings").</summary>
internal sealed class OpenAiProvider(EmbedModelOptions model, UpstreamClient client) : IProvider
{
    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool truncate, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = model.UpstreamModel, input = texts, encoding_format = "float" });
        var answer = await client.SendAsync(model, Path, body, cancellationToken);
        if (answer.Status == HttpStatusCode.OK)
        {
            return Read(answer.Content, texts.Count);
        }

        var message = answer.Message;
        throw answer.Status == HttpStatusCode.BadRequest && message is not null && IsAboutLength(message) ? new TextTooLongException(message)
            : answer.Status == HttpStatusCode.NotFound && message is not null ? EmbedErrors.UnknownModel(model.Name, $"The server says: {message}.")
            : UpstreamClient.Refusal(model, answer);
    }

    public Task<string?> DigestAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    // Configurations have the address of the server both with and without the version.
    private string Path => model.Url!.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal) ? "/embeddings" : "/v1/embeddings";

    private static bool IsAboutLength(string message) =>
        message.Contains("context length", StringComparison.OrdinalIgnoreCase) || message.Contains("maximum input length", StringComparison.OrdinalIgnoreCase)
            || message.Contains("too many tokens", StringComparison.OrdinalIgnoreCase);

    private float[][] Read(byte[] content, int count)
    {
        var vectors = new float[count][];
        try
        {
            using var json = JsonDocument.Parse(content);
            var position = 0;
            foreach (var item in json.RootElement.GetProperty("data"u8).EnumerateArray())
            {
                var index = item.TryGetProperty("index"u8, out var given) ? given.GetInt32() : position;
                if (index < 0 || index >= count || vectors[index] is not null)
                {
                    throw new FormatException($"its index {index} is out of range for {count} texts, or occurs twice");
                }

                vectors[index] = ReadVector(item.GetProperty("embedding"u8));
                position++;
            }
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw EmbedErrors.Malformed(model.Provider, error is FormatException ? error.Message : "it is not JSON of the expected form", error);
        }

        return Array.IndexOf(vectors, null) is var missing and >= 0
            ? throw EmbedErrors.Malformed(model.Provider, $"it has no vector for text {missing}")
            : vectors;
    }

    private static float[] ReadVector(JsonElement element)
    {
        var reader = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element));
        reader.Read();
        return VectorReader.Read(ref reader);
    }
}
