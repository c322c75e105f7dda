using System.Buffers.Binary;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Embed.Internal.Http;

/// <summary>
/// OpenAI's <c>/v1/embeddings</c> and <c>/v1/models</c>, with its shapes of answers and errors, so that its clients work by changing their base URL.
/// </summary>
internal static class OpenAiEndpoints
{
    private const int InputsMax = 2_048; // OpenAI's own limit
    private const string Form = "{\"input\":\"...\",\"model\":\"...\"}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("openai").WithMetadata(new OpenAiProblem()).Needs(AccessAction.Search);
        group.MapPost("embeddings", EmbedAsync).WithMetadata(ReadsBody.Instance).WithSummary("OpenAI's embeddings");
        group.MapGet("models", List).WithSummary("OpenAI's list of models");
        group.MapGet("models/{model}", Show).WithSummary("One model in OpenAI's form");
    }

    private static async Task EmbedAsync(HttpContext context, IEmbedder embedder, EmbedOptions options)
    {
        // Members of OpenAI's API that are not supported here, such as user, are ignored.
        using var json = await EmbedEndpoints.ReadAsync(context, options, Form);
        var body = new JsonMembers(json.RootElement);
        var texts = Inputs(body);
        var isBase64 = IsBase64(body);
        var model = EmbedEndpoints.RequiredModel(body, "you must provide a \"model\"");
        var request = new EmbedRequest(texts, model, EmbedEndpoints.InputOf(body), body.Flag("truncate") ?? false);
        var answer = await embedder.EmbedAsync(request, context.RequestAborted);
        RequireDimension(body, answer);
        await EmbeddingJson.SendAsync(
            context,
            answer,
            output =>
            {
                output.WriteString("object"u8, "list"u8);
                output.WritePropertyName("data"u8);
            },
            (output, i) => WriteItem(output, i, answer.Vectors[i].Span, isBase64),
            output =>
            {
                var tokens = EmbedEndpoints.TokensOf(texts);
                output.WriteString("model"u8, answer.Model);
                output.WriteStartObject("usage"u8);
                output.WriteNumber("prompt_tokens"u8, tokens);
                output.WriteNumber("total_tokens"u8, tokens);
                output.WriteEndObject();
            });
    }

    private static Ok<ModelList> List(IEmbedder embedder) => TypedResults.Ok(new ModelList("list", [.. embedder.ListModels().Select(ModelOf)]));

    private static Ok<ModelObject> Show(string model, IEmbedder embedder) =>
        TypedResults.Ok(embedder.ListModels().Where(m => m.Name == model).Select(ModelOf).FirstOrDefault()
            ?? throw EmbedErrors.UnknownModel(model, "GET /v1/models lists those there are."));

    private static ModelObject ModelOf(EmbedModelInfo model) => new(model.Name, "model", 0, model.Provider);

    private static IReadOnlyList<string> Inputs(JsonMembers body)
    {
        var input = body.Member("input") ?? throw JsonMembers.Invalid("there is no \"input\"");
        if (input.ValueKind == JsonValueKind.String)
        {
            return [body.Text("input")!];
        }

        if (input.ValueKind != JsonValueKind.Array)
        {
            throw JsonMembers.Invalid("\"input\" is neither a text nor a list of texts");
        }

        if (input.EnumerateArray().Any(i => i.ValueKind is JsonValueKind.Number or JsonValueKind.Array))
        {
            throw JsonMembers.Invalid(
                "\"input\" is an array of tokens; send texts, because tokens belong to one model (in LangChain: check_embedding_ctx_length=False)");
        }

        return input.GetArrayLength() <= InputsMax
            ? body.Texts("input")!
            : throw JsonMembers.Invalid($"\"input\" has {input.GetArrayLength()} texts, at most {InputsMax} can be embedded at once");
    }

    private static bool IsBase64(JsonMembers body) => body.Text("encoding_format") switch
    {
        null or "float" => false,
        "base64" => true,
        var other => throw JsonMembers.Invalid($"\"encoding_format\" is \"{other}\"; it is \"float\" or \"base64\""),
    };

    private static void RequireDimension(JsonMembers body, EmbedAnswer answer)
    {
        if (body.Count("dimensions") is { } wanted && wanted != answer.Dimension)
        {
            throw JsonMembers.Invalid($"\"dimensions\" is {wanted}; the model '{answer.Model}' has {answer.Dimension}, and shortening is not offered");
        }
    }

    private static void WriteItem(Utf8JsonWriter json, int index, ReadOnlySpan<float> vector, bool isBase64)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "embedding"u8);
        json.WriteNumber("index"u8, index);
        json.WritePropertyName("embedding"u8);
        if (isBase64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            json.WriteBase64StringValue(bytes);
        }
        else
        {
            EmbeddingJson.WriteVector(json, vector);
        }

        json.WriteEndObject();
    }

    private sealed record ModelObject(string Id, string Object, long Created, string OwnedBy);

    private sealed record ModelList(string Object, IReadOnlyList<ModelObject> Data);

    /// <summary><c>{"error":{"message","type","param","code"}}</c>.</summary>
    private sealed class OpenAiProblem : IProblemForm
    {
        public void Write(Utf8JsonWriter json, int status, string code, string detail)
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, detail);
            json.WriteString("type"u8, status switch
            {
                StatusCodes.Status401Unauthorized => "authentication_error",
                StatusCodes.Status403Forbidden => "permission_error",
                StatusCodes.Status429TooManyRequests => "rate_limit_error",
                >= StatusCodes.Status500InternalServerError => "server_error",
                _ => "invalid_request_error",
            });
            json.WriteNull("param"u8);
            json.WriteString("code"u8, code switch
            {
                "unknown_model" => "model_not_found",
                "token_required" => "invalid_api_key",
                _ => code,
            });
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
