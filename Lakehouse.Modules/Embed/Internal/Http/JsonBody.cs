using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Embed.Internal.Http;

/// <summary>Reads bodies of requests.</summary>
internal static class JsonBody
{
    /// <summary>The whole body as a JSON object. It is counted here and not by the server, so that the sender of one that is too large sees why.</summary>
    public static async ValueTask<JsonDocument> ReadAsync(HttpContext context, EmbedOptions options, string form)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        var body = await context.Request.Body.ReadWholeAsync(
            context.Request.ContentLength,
            options.MaxBodyBytes,
            () => new LakehouseException(ErrorKind.TooLarge, "body_too_large", $"The body is larger than {options.MaxBodyBytes} bytes (embed.max_body_bytes). Send fewer texts at once."),
            context.RequestAborted);
        try
        {
            var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw EmbedErrors.Request($"the body is not JSON of the form {form}");
        }
        catch (JsonException fault)
        {
            throw EmbedErrors.Request($"the body is not JSON of the form {form} (line {fault.LineNumber + 1})", fault);
        }
    }

    /// <summary>A text, or null where the member is absent or null.</summary>
    public static string? Text(JsonElement body, string member) => Member(body, member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => Unicode(text, member),
        _ => throw EmbedErrors.Request($"\"{member}\" is not a text"),
    };

    /// <summary>True or false, or null where the member is absent or null.</summary>
    public static bool? Flag(JsonElement body, string member) => Member(body, member) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw EmbedErrors.Request($"\"{member}\" is neither true nor false"),
    };

    /// <summary>A list of texts.</summary>
    public static IReadOnlyList<string> Texts(JsonElement list, string member)
    {
        var texts = new List<string>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            texts.Add(element.ValueKind == JsonValueKind.String ? Unicode(element, $"{member}[{texts.Count}]") : throw EmbedErrors.Request($"{member}[{texts.Count}] is not a text"));
        }

        return texts;
    }

    /// <summary>A member, or null where it is absent or null.</summary>
    public static JsonElement? Member(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Unicode(JsonElement element, string member)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw EmbedErrors.Request($"\"{member}\" is not valid Unicode", fault);
        }
    }
}
