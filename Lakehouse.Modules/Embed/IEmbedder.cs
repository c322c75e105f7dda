using Lakehouse.Core.Errors;

namespace Lakehouse.Embed;

/// <summary>
/// Converts texts into unit vectors by a server or by the built-in model, with a cache. Thread-safe.
/// </summary>
public interface IEmbedder
{
    /// <summary>A consistent snapshot of the cache's counters.</summary>
    EmbedStats Stats { get; }

    /// <summary>
    /// Returns one vector for each text, in their order. Texts that are in the cache, or pending in another call, are not sent to the model again. When the
    /// caller cancels, the upstream call is cancelled too, unless another caller waits for it.
    /// </summary>
    /// <exception cref="LakehouseException">
    /// <c>invalid_texts</c>, <c>text_too_long</c> (<see cref="ErrorKind.InvalidInput"/>): the first text that breaks a rule, by its position;
    /// <c>unknown_model</c> (<see cref="ErrorKind.NotFound"/>); <c>embedder_unreachable</c>, <c>embedder_failed</c>, <c>embedder_malformed</c>,
    /// <c>embedder_dimension</c> (<see cref="ErrorKind.Upstream"/>); <c>embedder_timeout</c> (<see cref="ErrorKind.Timeout"/>);
    /// <c>embedder_busy</c> (<see cref="ErrorKind.Busy"/>).
    /// </exception>
    ValueTask<EmbedAnswer> EmbedAsync(EmbedRequest request, CancellationToken cancellationToken);

    /// <summary>Describes a model; null for the default. If its dimension is not known, one word is embedded to find it.</summary>
    /// <exception cref="LakehouseException">As <see cref="EmbedAsync"/>.</exception>
    ValueTask<EmbedModelInfo> DescribeAsync(string? model, CancellationToken cancellationToken);

    /// <summary>The configured models, the default first. Other models of a server can be used by their names.</summary>
    IReadOnlyList<EmbedModelInfo> ListModels();
}
