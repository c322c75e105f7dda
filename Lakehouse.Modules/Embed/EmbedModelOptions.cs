namespace Lakehouse.Embed;

/// <summary>The settings of one model: a table <c>[embed.models.NAME]</c>, or the default model of <c>[embed]</c>.</summary>
public sealed record EmbedModelOptions
{
    /// <summary>Its name in requests.</summary>
    public required string Name { get; init; }

    /// <summary><c>hashing</c>, <c>ollama</c> or <c>openai</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The server's address; null for <c>hashing</c>.</summary>
    public required Uri? Url { get; init; }

    /// <summary>The bearer token for the server; empty for none.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Its name at the server.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The length of its vectors; 0 to take the length of the first vector.</summary>
    public required int Dimension { get; init; }

    /// <summary>Put before texts to search with.</summary>
    public required string QueryPrefix { get; init; }

    /// <summary>Put before texts to be found.</summary>
    public required string DocumentPrefix { get; init; }

    /// <summary>How many texts one call to the server has at most.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The longest text in bytes of UTF-8, without its prefix.</summary>
    public required int MaxTextBytes { get; init; }

    /// <summary>Returns only the name: the generated method of a record would include the key.</summary>
    public override string ToString() => Name;
}
