using Lakehouse.Core.Errors;

namespace Lakehouse.Embed;

/// <summary>
/// Turns texts into unit vectors, by a server or by the built-in model, with a cache before them. Thread-safe.
/// </summary>
public interface IEmbedder
{
    /// <summary>The counters of the cache, taken at one moment.</summary>
    EmbedStats Stats { get; }

    /// <summary>
    /// One vector for each text, in their order. Texts that are in the cache, or that another call asks for right now, are not asked for again. When the caller
    /// gives up, so does the call upstream, unless somebody else waits for it.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_texts</c>, <c>text_too_long</c> (<see cref="ErrorKind.InvalidInput"/>): the first text that breaks a rule, by its position;
    /// <c>unknown_model</c> (<see cref="ErrorKind.NotFound"/>); <c>embedder_unreachable</c>, <c>embedder_failed</c>, <c>embedder_malformed</c>,
    /// <c>embedder_dimension</c> (<see cref="ErrorKind.Upstream"/>); <c>embedder_timeout</c> (<see cref="ErrorKind.Timeout"/>);
    /// <c>embedder_busy</c> (<see cref="ErrorKind.Busy"/>).
    /// </exception>
    ValueTask<EmbedAnswer> EmbedAsync(EmbedRequest request, CancellationToken cancellationToken);

    /// <summary>What a model is; null names the default. Its dimension, where it is not configured, is found by embedding one word.</summary>
    /// <exception cref="LakehouseException">As <see cref="EmbedAsync"/>.</exception>
    ValueTask<EmbedModelInfo> DescribeAsync(string? model, CancellationToken cancellationToken);

    /// <summary>The models that are configured, the default first. A server's others can be asked for by name.</summary>
    IReadOnlyList<EmbedModelInfo> ListModels();
}
