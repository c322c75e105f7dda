namespace Lakehouse.Core.Requests;

/// <summary>
/// Metadata of an endpoint: the parameters that its address may have behind the question mark. The edge refuses others: a misspelt one must not pass unnoticed.
/// </summary>
/// <param name="names">The names; case does not count.</param>
public sealed class QueryParameters(IReadOnlyList<string> names)
{
    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names => names;
}
