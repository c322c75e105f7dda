using System.Text.Json;
using Lakehouse.Core.Errors;
using Lakehouse.Isolation;

namespace Lakehouse.Query.Internal.Protocol;

/// <summary>Writes and reads errors as frames. The inner exception is sent as text, for the log.</summary>
internal static class ErrorFrame
{
    public static FrameWriter Error(this FrameWriter frame, LakehouseException error) => frame
        .Int((int)error.Kind)
        .Text(error.Code)
        .Text(EngineErrors.Cut(error.Message))
        .Long(error.RetryAfter?.Ticks ?? 0)
        .Text(error.Details is null ? null : JsonSerializer.Serialize(error.Details))
        .Text(error.InnerException is { } cause ? EngineErrors.Cut(cause is EngineCause known ? known.Message : cause.ToString()) : null);

    public static LakehouseException Read(ref FrameReader frame)
    {
        var (kind, code, message, retryAfter) = ((ErrorKind)frame.Int(), frame.Text(), frame.Text(), frame.Long());
        var details = frame.TextOrNull();
        var cause = frame.TextOrNull();
        return new LakehouseException(kind, code, message, cause is null ? null : new EngineCause(cause))
        {
            RetryAfter = retryAfter == 0 ? null : TimeSpan.FromTicks(retryAfter),
            Details = details is null
                ? null
                : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(details)!.ToDictionary(d => d.Key, d => (object?)d.Value),
        };
    }

    /// <summary>The inner exception, as the engine process described it.</summary>
    private sealed class EngineCause(string message) : Exception(message);
}
