namespace Lakehouse.Query.Internal.Json;

/// <summary>How values are written.</summary>
/// <param name="NumbersAsText">See <see cref="QueryRequest.NumbersAsText"/>.</param>
/// <param name="IsOneLine">Whether a value may hold no line feeds, which JSON allows between its tokens.</param>
/// <param name="HiddenPaths">Removes the host's paths from texts, for the output of EXPLAIN; null for other results.</param>
internal sealed record ValueOptions(bool NumbersAsText = false, bool IsOneLine = false, HostPaths? HiddenPaths = null)
{
    /// <summary>Values as they are.</summary>
    public static ValueOptions Plain { get; } = new();
}
