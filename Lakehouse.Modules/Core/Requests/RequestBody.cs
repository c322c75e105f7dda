using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lakehouse.Core.Requests;

/// <summary>Reads whole bodies of requests, bounded by a setting.</summary>
public static class RequestBody
{
    /// <summary>The bytes. They are counted here and not by the server: so a body that is too large is drained for a while, and its sender sees why.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sizeBytesMax">The bound.</param>
    /// <param name="setting">Its setting, as <c>vector.max_body_bytes</c>.</param>
    /// <exception cref="LakehouseException"><c>body_too_large</c> (<see cref="ErrorKind.TooLarge"/>), <c>upload_incomplete</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, long sizeBytesMax, string setting)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        return context.Request.Body.ReadWholeAsync(
            context.Request.ContentLength,
            sizeBytesMax,
            () => new LakehouseException(ErrorKind.TooLarge, "body_too_large", $"The body is larger than {sizeBytesMax} bytes ({setting}). Send it in parts."),
            context.RequestAborted);
    }

    /// <summary>A JSON object within the bound of requests that have none of their own (<c>server.max_body_bytes</c>); the caller disposes of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">What a body looks like, for the error.</param>
    /// <exception cref="LakehouseException">As the other <c>ReadObjectAsync</c>.</exception>
    public static ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, string form)
    {
        var sizeBytesMax = context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize ?? int.MaxValue;
        return ReadObjectAsync(context, sizeBytesMax, "server.max_body_bytes", form);
    }

    /// <summary>A JSON object, which the caller disposes of.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sizeBytesMax">The bound.</param>
    /// <param name="setting">Its setting.</param>
    /// <param name="form">What a body looks like, for the error.</param>
    /// <exception cref="LakehouseException">As <see cref="ReadAsync"/>; <c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>): it is something else.</exception>
    public static async ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, long sizeBytesMax, string setting, string form)
    {
        var body = await ReadAsync(context, sizeBytesMax, setting);
        try
        {
            var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw JsonMembers.Invalid($"the body is not JSON of the form {form}");
        }
        catch (JsonException fault)
        {
            throw JsonMembers.Invalid($"the body is not JSON of the form {form} (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1})", fault);
        }
    }
}
