using Lakehouse.Core.Errors;

namespace Lakehouse.Embed.Internal;

/// <summary>The errors of the module.</summary>
internal static class EmbedErrors
{
    public static LakehouseException Texts(string reason) => new(ErrorKind.InvalidInput, "invalid_texts", $"The texts are refused: {reason}.");

    public static LakehouseException TooLong(int position, string reason, Exception? inner = null) => new(
        ErrorKind.InvalidInput, "text_too_long", $"texts[{position}] is too long: {reason}. Split it, or set \"truncate\": true to have its end cut "
            + "off.", inner)
    {
        Details = new Dictionary<string, object?> { ["text_position"] = position },
    };

    public static LakehouseException UnknownModel(string model, string hint) =>
        new(ErrorKind.NotFound, "unknown_model", $"There is no embedding model '{model}'. {hint}");

    public static LakehouseException Unreachable(string provider, Exception inner) =>
        new(
            ErrorKind.Upstream,
            "embedder_unreachable",
            $"The embedding server ({provider}) cannot be reached: {Reason(inner)}. Check that it runs, and embed.url.",
            inner);

    public static LakehouseException Failed(string provider, string reason, Exception? inner = null) =>
        new(ErrorKind.Upstream, "embedder_failed", $"The embedding server ({provider}) {reason}.", inner);

    public static LakehouseException Malformed(string provider, string reason, Exception? inner = null) =>
        new(ErrorKind.Upstream, "embedder_malformed", $"The embedding server ({provider}) gave an answer that cannot be used: {reason}.", inner);

    public static LakehouseException Dimension(string model, int got, int expected) => new(
        ErrorKind.Upstream, "embedder_dimension", $"The model '{model}' gave a vector of {got} dimensions where {expected} were expected. Check its "
            + "dimension in the configuration.");

    public static LakehouseException Late(string model, TimeSpan timeout) =>
        new(
            ErrorKind.Timeout,
            "embedder_timeout",
            $"The model '{model}' did not answer within {timeout.TotalSeconds:0.###} s (embed.timeout). Send fewer texts at once, or raise it.");

    public static LakehouseException Busy(int running, int waiting) => new(
        ErrorKind.Busy, "embedder_busy", $"{running} calls of embedding servers run and {waiting} wait (embed.max_concurrent_calls, embed.max_waiting). Try "
            + "again in a moment.");

    /// <summary>The message of the innermost exception, which contains only the configured host and port.</summary>
    private static string Reason(Exception error) => error.GetBaseException().Message.TrimEnd('.');
}
