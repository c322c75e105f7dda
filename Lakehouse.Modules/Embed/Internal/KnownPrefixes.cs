namespace Lakehouse.Embed.Internal;

/// <summary>The prefixes that families of models were trained with, from their model cards. The model's table in the configuration overrides them.</summary>
internal static class KnownPrefixes
{
    private static readonly (string Family, string Query, string Document)[] All =
    [
        ("nomic-embed-text", "search_query: ", "search_document: "),
        ("mxbai-embed-large", "Represent this sentence for searching relevant passages: ", string.Empty),
    ];

    public static (string Query, string Document) Of(string model)
    {
        foreach (var (family, query, document) in All)
        {
            if (model.Contains(family, StringComparison.OrdinalIgnoreCase))
            {
                return (query, document);
            }
        }

        return (string.Empty, string.Empty);
    }
}
