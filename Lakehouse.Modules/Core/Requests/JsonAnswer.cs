using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lakehouse.Core.Requests;

/// <summary>Sends JSON answers that are written with <see cref="Utf8JsonWriter"/> because parts of them already are JSON text.</summary>
public static class JsonAnswer
{
    private const int FirstBlock = 1_024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Sends what <paramref name="write"/> writes as one body with a Content-Length.</summary>
    /// <exception cref="Errors.LakehouseException">
    /// <c>request_memory_full</c> (<see cref="Errors.ErrorKind.Busy"/>): other requests already hold all of the request memory.
    /// </exception>
    public static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(FirstBlock);
        using (var json = new Utf8JsonWriter(body, Options))
        {
            write(json);
        }

        using var lease = context.RequestServices.GetRequiredService<RequestMemory>().Enter();
        await lease.GrowAsync(body.WrittenCount, context.RequestAborted);
        lease.Complete();
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
