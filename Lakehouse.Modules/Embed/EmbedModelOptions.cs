namespace Lakehouse.Embed;

/// <summary>One model: a table <c>[embed.models.NAME]</c>, or the default model of <c>[embed]</c>.</summary>
public sealed record EmbedModelOptions
{
    /// <summary>Its name in requests.</summary>
    public required string Name { get; init; }

    /// <summary><c>hashing</c>, <c>ollama</c> or <c>openai</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The server's address; null for <c>hashing</c>.</summary>
    public required Uri? Url { get; init; }

    /// <summary>The bearer token that the server wants; empty for none.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Its name at the server.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The length of its vectors; 0: as they come.</summary>
    public required int Dimension { get; init; }

    /// <summary>Put before texts to search with.</summary>
    public required string QueryPrefix { get; init; }

    /// <summary>Put before texts to be found.</summary>
    public required string DocumentPrefix { get; init; }

    /// <summary>Texts of one call to the server.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The longest text in bytes of UTF-8, without its prefix.</summary>
    public required int MaxTextBytes { get; init; }

    /// <summary>The name alone: a record would print the key with the rest.</summary>
    public override string ToString() => Name;
}
