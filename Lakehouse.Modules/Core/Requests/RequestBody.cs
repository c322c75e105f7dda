using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Core.Requests;

/// <summary>Reads whole request bodies into memory. A setting bounds each body, and <see cref="RequestMemory"/> bounds all of them together.</summary>
public static class RequestBody
{
    private const int FirstBlock = 16 * 1024;
    private const int AnnouncedBlockMax = 1024 * 1024;

    /// <summary>
    /// Refuses a body where none is taken, because what it says would be ignored. A body that is announced by its length is not read, of a chunked one at most
    /// one byte.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="hint">What to do instead.</param>
    /// <exception cref="LakehouseException">
    /// <c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>): there is a body; <c>upload_incomplete</c> (InvalidInput).
    /// </exception>
    public static async ValueTask RequireNoneAsync(HttpContext context, string hint)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return;
        }

        LiftServerLimit(context);
        if (context.Request.ContentLength is { } length ? length > 0 : await context.Request.Body.ReadUploadAsync(new byte[1], context.RequestAborted) > 0)
        {
            throw JsonMembers.Invalid($"it has a body, and none is read here; {hint}");
        }
    }

    /// <summary>
    /// Lifts Kestrel's own bound on the body of a request, for callers that count the bytes themselves. The rest of a body that is too large is then drained
    /// for a while, so that the client can read the error.
    /// </summary>
    public static void LiftServerLimit(HttpContext context)
    {
        // A server in memory has no bound.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { } bound)
        {
            bound.MaxRequestBodySize = null;
        }
    }

    /// <summary>Reads the bytes, counted here and not by Kestrel (<see cref="LiftServerLimit"/>).</summary>
    /// <param name="context">The request.</param>
    /// <param name="sizeBytesMax">The bound.</param>
    /// <param name="setting">The setting that holds the bound, e.g. <c>vector.max_body_bytes</c>.</param>
    /// <exception cref="LakehouseException">
    /// <c>body_too_large</c> (<see cref="ErrorKind.TooLarge"/>), <c>upload_incomplete</c> (<see cref="ErrorKind.InvalidInput"/>), <c>request_memory_full</c>
    /// (<see cref="ErrorKind.Busy"/>).
    /// </exception>
    public static ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, long sizeBytesMax, string setting) =>
        ReadAsync(context, sizeBytesMax, () => TooLarge(sizeBytesMax, setting));

    /// <summary>As the other <c>ReadAsync</c>, with another error for a body that is too large.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, long sizeBytesMax, Func<LakehouseException> tooLarge)
    {
        LiftServerLimit(context);
        var lease = context.RequestServices.GetRequiredService<RequestMemory>().Enter();
        context.Response.RegisterForDispose(lease); // what is parsed from the body takes as much memory and lives as long as the request
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lease.GivenUp);
        try
        {
            return await ReadAsync(context.Request.Body, context.Request.ContentLength, sizeBytesMax, tooLarge, lease, stop.Token);
        }
        catch (OperationCanceledException) when (lease.GivenUp.IsCancellationRequested)
        {
            throw lease.Full();
        }
    }

    /// <summary>Reads a JSON object of at most <c>server.max_body_bytes</c>. The caller disposes of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">What a body looks like, for the error.</param>
    /// <exception cref="LakehouseException">As the other <c>ReadObjectAsync</c>.</exception>
    public static ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, string form)
    {
        var sizeBytesMax = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? int.MaxValue;
        return ReadObjectAsync(context, sizeBytesMax, "server.max_body_bytes", form);
    }

    /// <summary>Reads a JSON object. The caller disposes of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sizeBytesMax">The bound.</param>
    /// <param name="setting">The setting that holds the bound.</param>
    /// <param name="form">What a body looks like, for the error.</param>
    /// <exception cref="LakehouseException">
    /// As <see cref="ReadAsync(HttpContext, long, string)"/>; <c>invalid_request</c> (<see cref="ErrorKind.InvalidInput"/>): it is not a JSON object.
    /// </exception>
    public static ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, long sizeBytesMax, string setting, string form) =>
        ReadObjectAsync(context, sizeBytesMax, () => TooLarge(sizeBytesMax, setting), form);

    /// <summary>As the other <c>ReadObjectAsync</c>, with another error for a body that is too large.</summary>
    public static async ValueTask<JsonDocument> ReadObjectAsync(HttpContext context, long sizeBytesMax, Func<LakehouseException> tooLarge, string form)
    {
        var body = await ReadAsync(context, sizeBytesMax, tooLarge);
        try
        {
            var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw JsonMembers.Invalid($"the body is not JSON of the form {form}");
        }
        catch (JsonException error)
        {
            throw JsonMembers.Invalid($"the body is not JSON of the form {form} (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})", error);
        }
    }

    private static LakehouseException TooLarge(long sizeBytesMax, string setting) =>
        new(ErrorKind.TooLarge, "body_too_large", $"The body is larger than {sizeBytesMax} bytes ({setting}). Send it in parts.");

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        Stream body, long? length, long sizeBytesMax, Func<LakehouseException> tooLarge, RequestMemoryLease lease, CancellationToken cancellationToken)
    {
        // One byte more than Content-Length says, because the end of the body is only seen by reading on. A large Content-Length alone must not allocate
        // memory, so the first block is bounded.
        var max = Math.Min(sizeBytesMax, Array.MaxLength - 1) + 1;
        var content = new byte[Math.Clamp((length ?? FirstBlock) + 1, 1, Math.Min(AnnouncedBlockMax, max))];
        await lease.GrowAsync(content.Length, cancellationToken);
        var count = 0;
        while (true)
        {
            if (count == content.Length)
            {
                var larger = Math.Min(2L * content.Length, Math.Min(max, length is { } announced && announced >= count ? announced + 1 : max));
                await lease.GrowAsync(larger - content.Length, cancellationToken);
                Array.Resize(ref content, (int)larger);
            }

            var read = await body.ReadUploadAsync(content.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                lease.Complete();
                return content.AsMemory(0, count);
            }

            count += read;
            if (count > sizeBytesMax)
            {
                throw tooLarge();
            }
        }
    }
}
