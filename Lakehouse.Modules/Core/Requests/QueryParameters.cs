namespace Lakehouse.Core.Requests;

/// <summary>
/// Metadata of an endpoint: the query parameters that it accepts. The HTTP edge refuses others, so that a misspelt one does not pass unnoticed.
/// </summary>
/// <param name="names">The names; case is ignored. One that ends with <c>*</c> stands for all that begin like it.</param>
public sealed class QueryParameters(IReadOnlyList<string> names)
{
    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names => names;
}
